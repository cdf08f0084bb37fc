"""What people type about the work plan."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.indicators import common_indicators
from projects.models import Deliverable, ExpectedIndicator, Milestone, Network, Partner, Risk, WorkPackage
from projects.operations.plan import PackagePlan, seen_of
from projects.states import PartnerState

LONGEST = 120
"""Months of a project whose duration is not known yet."""


class PartnerField(forms.ModelChoiceField):
    """One of the partners that have confirmed."""

    def label_from_instance(self, obj: Partner) -> str:
        return obj.organisation.name


class PlanForm(forms.ModelForm):
    """A form about a part of one network's plan: months within its duration, partners that have confirmed."""

    months: tuple[str, ...] = ()
    partner = ""

    def __init__(self, *args: Any, network: Network, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.network = network
        for name in self.months:
            self.fields[name] = self._month(name)
        if self.partner:
            self.fields[self.partner] = PartnerField(
                network.partners.filter(state=PartnerState.ACCEPTED).select_related("organisation"),
                label=self.fields[self.partner].label,
                required=False,
                empty_label=_("Not decided yet"),
                error_messages={"invalid_choice": gettext_lazy("Choose a partner that has confirmed.")},
            )

    @property
    def saved(self) -> list[tuple[str, Any]]:
        """What the saved row says, field by field, in words."""
        return [(field.label, self._said(field)) for field in self.visible_fields()]

    def _said(self, field: forms.BoundField) -> Any:
        value = getattr(self.instance, field.name)
        if isinstance(value, Partner):
            return value.organisation.name
        if isinstance(field.field, forms.ChoiceField) and not isinstance(field.field, PartnerField):
            value = dict(field.field.choices).get(value, value)
        return "–" if value is None or value == "" else value

    def _month(self, name: str) -> forms.IntegerField:
        duration = self.network.duration_months
        too_late = beyond_words(duration) if duration else _("Enter at most %(most)s.") % {"most": LONGEST}
        return forms.IntegerField(
            label=self.fields[name].label,
            min_value=1,
            max_value=duration or LONGEST,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            help_text=_("1 is the first month of the project, %(last)s the last one.") % {"last": duration}
            if duration
            else _("1 is the first month of the project."),
            error_messages={
                "required": gettext_lazy("Enter a month, such as 1 for the first one."),
                "invalid": gettext_lazy("Enter the number of a month, such as 6."),
                "min_value": gettext_lazy("Months are counted from 1, the first one."),
                "max_value": too_late,
            },
        )


def beyond_words(duration: int) -> str:
    return _("The project lasts %(duration)s months: enter a month from 1 to %(duration)s.") % {"duration": duration}


class PackageForm(PlanForm):
    """A work package; `version` is the one that the person saw, where there is one."""

    months = ("starts_month", "ends_month")
    partner = "lead"
    version = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=1,
        error_messages={"required": gettext_lazy("Reload the page and edit again.")},
    )

    class Meta:
        model = WorkPackage
        fields = ["title", "aim", "lead", "starts_month", "ends_month"]
        widgets = {"aim": forms.Textarea(attrs={"rows": 6})}
        help_texts = {"aim": gettext_lazy("What it is for, and what is done in it.")}
        error_messages = {"title": {"required": gettext_lazy("Enter a title, such as Design of the disposable line.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["version"]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        starts, ends = self.cleaned_data.get("starts_month"), self.cleaned_data.get("ends_month")
        if starts and ends and ends < starts:
            self.add_error("ends_month", _("The last month must not be before the first one."))
        return cleaned

    @property
    def plan(self) -> PackagePlan:
        return PackagePlan(**{name: self.cleaned_data[name] for name in self.Meta.fields})


class RowForm(PlanForm):
    """Something that stands in a list; `seen` stands for what the person saw of it, where it is there already."""

    seen = forms.CharField(
        widget=forms.HiddenInput, error_messages={"required": gettext_lazy("Reload the page and edit again.")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["seen"]
        else:
            self.initial["seen"] = seen_of(self.instance)


class MilestoneForm(RowForm):
    months = ("month",)

    class Meta:
        model = Milestone
        fields = ["title", "month"]
        help_texts = {"title": gettext_lazy("What is reached, such as: the prototype measures within 2%.")}
        error_messages = {"title": {"required": gettext_lazy("Enter what is reached.")}}


class DeliverableForm(RowForm):
    months = ("month",)
    partner = "responsible"

    class Meta:
        model = Deliverable
        fields = ["title", "description", "month", "responsible"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"title": gettext_lazy("What is handed in, such as: report on the biocompatibility tests.")}
        error_messages = {"title": {"required": gettext_lazy("Enter what is handed in.")}}


class RiskForm(RowForm):
    partner = "owner"

    class Meta:
        model = Risk
        fields = ["title", "likelihood", "impact", "response", "owner"]
        widgets = {
            "likelihood": forms.RadioSelect,
            "impact": forms.RadioSelect,
            "response": forms.Textarea(attrs={"rows": 3}),
        }
        error_messages = {
            "title": {"required": gettext_lazy("Enter what may happen, such as: the sensor supplier is late.")},
            "likelihood": {"required": gettext_lazy("Choose how likely it is.")},
            "impact": {"required": gettext_lazy("Choose how bad it would be.")},
            "response": {"required": gettext_lazy("Enter what you do about it.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("likelihood", "impact"):
            self.fields[name].choices = Risk.Weight.choices


class IndicatorForm(RowForm):
    """A common indicator, whose name and unit are known, or one of the network's own."""

    class Meta:
        model = ExpectedIndicator
        fields = ["code", "name", "unit", "baseline", "target"]
        help_texts = {
            "name": gettext_lazy("Only for an indicator of your own."),
            "unit": gettext_lazy("Only for an indicator of your own, such as: hours, patients, kg."),
            "baseline": gettext_lazy("The value before the project, where it is known."),
            "target": gettext_lazy("The value at the end of the project."),
        }
        error_messages = {"target": {"required": gettext_lazy("Enter the value that you expect, such as 3.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        common = [(each.code, f"{each.code} {each.name}") for each in common_indicators().values()]
        self.fields["code"] = forms.ChoiceField(
            label=_("Indicator"), required=False, choices=[("", _("One of our own")), *common]
        )
        for name in ("baseline", "target"):
            self.fields[name].min_value = Decimal(0)
            self.fields[name].widget.attrs |= {"inputmode": "decimal", "step": "any"}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        code, name = self.cleaned_data.get("code"), self.cleaned_data.get("name")
        if code:
            self.cleaned_data |= {"name": "", "unit": ""}
            if self.network.indicators.filter(code=code).exclude(pk=self.instance.pk).exists():
                self.add_error("code", _("This indicator is in the list already: change it there."))
        elif not name:
            self.add_error("name", _("Name your indicator, or choose a common one."))
        return cleaned

    def clean_target(self) -> Decimal:
        return _not_negative(self.cleaned_data["target"])

    def clean_baseline(self) -> Decimal | None:
        value = self.cleaned_data["baseline"]
        return None if value is None else _not_negative(value)


def _not_negative(value: Decimal) -> Decimal:
    if value < 0:
        raise forms.ValidationError(_("Enter 0 or more."))
    return value
