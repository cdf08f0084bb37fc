"""Meetings of the panel, the points that it agrees on, reasons."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.means import Mean
from assessment.models import PanelMeeting
from assessment.operations.meetings import written
from assessment.operations.panel import Agreed
from assessment.rules.points import allowed
from assessment.words import points as shown
from calls.models import Call
from calls.procedure import Criterion
from district_portal.accounts.models import Appointment, Role, User
from district_portal.shared.ui import long_day

AHEAD = timedelta(days=366)


def eligible(call: Call) -> Any:
    """Who may sit on the panel: evaluators and staff appointed in the call's region."""
    offices = Appointment.objects.current().filter(
        role__in=[Role.EVALUATOR, Role.REGIONAL_STAFF], region=call.programme.region_id
    )
    return User.objects.filter(pk__in=offices.values("user")).order_by("family_name", "given_name", "pk")


class MeetingForm(forms.Form):
    held_on = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    members = forms.ModelMultipleChoiceField(
        User.objects.none(), label=gettext_lazy("Present"), widget=forms.CheckboxSelectMultiple
    )
    chair = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Chair"), required=False)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.call, people = call, eligible(call)
        for name in ("members", "chair"):
            self.fields[name].queryset = people
        self.fields["held_on"].initial = timezone.localdate()
        self.fields["held_on"].widget.format = "%Y-%m-%d"

    def clean_held_on(self) -> date:
        """A meeting decides on what was sent: after the deadline."""
        day: date = self.cleaned_data["held_on"]
        closed = self.call.closes_at
        if closed and day < timezone.localdate(closed):
            raise forms.ValidationError(
                _("The call closed on %(day)s: the panel meets after that.") % {"day": long_day(closed)}
            )
        if day > timezone.localdate() + AHEAD:
            raise forms.ValidationError(_("This day is more than a year away."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chair, members = data.get("chair"), data.get("members")
        if chair and members is not None and chair not in members:
            self.add_error("chair", _("Choose somebody who is present."))
        return data


class MinutesForm(MeetingForm):
    before = forms.CharField(widget=forms.HiddenInput, required=False)
    minutes = forms.CharField(
        label=gettext_lazy("Minutes"), max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": 10})
    )

    @staticmethod
    def start(meeting: PanelMeeting) -> dict[str, Any]:
        return {
            "held_on": meeting.held_on,
            "members": list(meeting.members.values_list("pk", flat=True)),
            "chair": meeting.chair_id,
            "minutes": meeting.minutes,
            "before": written(meeting.minutes),
        }


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=3000, widget=forms.Textarea(attrs={"rows": 4}))


class PublishedReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason as published"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Everyone reads it. Write no names of people and nothing personal about them."),
    )


class WaiverForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class Points(forms.DecimalField):
    """Hundredths; a decimal comma is read as a point."""

    def to_python(self, value: Any) -> Decimal | None:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class ConsensusForm(forms.Form):
    """Two fields for each criterion: the points, prefilled with the mean, and why where they are far from it."""

    before = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        criteria: tuple[Criterion, ...],
        means: dict[str, Mean],
        agreed: dict[str, Agreed],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.criteria, self.means = criteria, means
        for each in criteria:
            mean, found = means.get(each.code), agreed.get(each.code)
            hint = ""
            if mean is not None:
                hint = _("Mean %(mean)s. Further away than %(allowed)s needs a reason.") % {
                    "mean": shown(mean.points),
                    "allowed": shown(allowed(each.weight)),
                }
            start = found.points if found else mean.points if mean else None
            self.fields[f"points_{each.code}"] = Points(
                label=_("%(criterion)s, of %(weight)s") % {"criterion": each.name, "weight": each.weight},
                help_text=hint,
                min_value=Decimal(0),
                max_value=Decimal(each.weight),
                decimal_places=2,
                max_digits=5,
                initial=start,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "dn-points"}),
            )
            self.fields[f"reason_{each.code}"] = forms.CharField(
                label=_("Why: %(criterion)s") % {"criterion": each.name},
                max_length=3000,
                required=False,
                initial=found.reason if found else "",
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for each in self.criteria:
            mean, points = self.means.get(each.code), data.get(f"points_{each.code}")
            if mean is None or points is None or data.get(f"reason_{each.code}"):
                continue
            if abs(points - mean.points) > allowed(each.weight):
                told = _("Say why the panel moves away from the mean of %(mean)s.") % {"mean": shown(mean.points)}
                self.add_error(f"reason_{each.code}", told)
        return data

    @property
    def rows(self) -> list[tuple[Criterion, Any, Any]]:
        return [(each, self[f"points_{each.code}"], self[f"reason_{each.code}"]) for each in self.criteria]

    @property
    def agreed(self) -> dict[str, Agreed]:
        data = self.cleaned_data
        return {each.code: Agreed(data[f"points_{each.code}"], data[f"reason_{each.code}"]) for each in self.criteria}
