"""What is typed to copy a call, and to record who a first call selected."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.forms.fields import LocalisedChoice, check_slug, plain_text
from calls.forms.moments import RomeMomentField
from calls.forms.publishing import BUDGET_MAX
from calls.models import Call
from calls.operations.copying import CopyDetails
from district_portal.accounts.models import District, User
from enterprises.models import Organisation

EDITION, DISTRICT = "edition", "district"


class CopyForm(forms.Form):
    """Of what the copy is, and what is new about it."""

    kind = forms.ChoiceField(label=gettext_lazy("What the copy is"), widget=forms.RadioSelect)
    district = LocalisedChoice(
        District.objects.none(),
        label=gettext_lazy("Other district"),
        required=False,
        empty_label=gettext_lazy("Choose one"),
    )
    title_it = forms.CharField(label=gettext_lazy("Title in Italian"), max_length=200, validators=[plain_text])
    title_en = forms.CharField(
        label=gettext_lazy("Title in English"), max_length=200, validators=[plain_text], required=False
    )
    slug = forms.SlugField(
        label=gettext_lazy("Address of the page"),
        max_length=80,
        help_text=gettext_lazy("Small letters, digits and hyphens, such as reti-di-distretto-2027"),
        error_messages={"invalid": gettext_lazy("Small letters, digits and hyphens, such as reti-di-distretto-2027")},
    )
    opens_at = RomeMomentField(
        label=gettext_lazy("Opens"),
        required=False,
        help_text=gettext_lazy("Rome time. The steps of the timeline move by as many days as the opening."),
    )

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, initial={"title_it": call.title_it, "title_en": call.title_en}, **kwargs)
        self.fields["district"].queryset = District.objects.filter(region=call.programme.region_id)
        kinds = [(DISTRICT, _("The same call for another district"))]
        if call.family:
            kinds.insert(0, (EDITION, _("The next edition of this call")))
            self.initial["kind"] = EDITION
        else:
            self.fields["kind"].help_text = _(
                "For a new edition, first enter the family of this call among its texts and dates."
            )
            self.initial["kind"] = DISTRICT
        self.fields["kind"].choices = kinds

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        check_slug(slug)
        if Call.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("Another call has this address."))
        return slug

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("kind") == DISTRICT and not data.get("district") and "district" not in self.errors:
            self.add_error("district", _("Choose the district."))
        return data

    @property
    def details(self) -> CopyDetails:
        data = self.cleaned_data
        return CopyDetails(
            slug=data["slug"],
            title_it=data["title_it"],
            title_en=data["title_en"],
            opens_at=data["opens_at"],
            district=data["district"] if data["kind"] == DISTRICT else None,
        )


class ActuatorForm(forms.Form):
    """Which organisation runs the second call, for which district."""

    organisation = forms.CharField(
        label=gettext_lazy("Organisation"),
        max_length=200,
        help_text=gettext_lazy("Its name, as in the directory"),
        error_messages={"required": gettext_lazy("Enter the name of the organisation, as in the directory.")},
    )
    district = LocalisedChoice(
        District.objects.none(), label=gettext_lazy("District"), empty_label=gettext_lazy("Choose one")
    )
    budget = forms.DecimalField(
        label=gettext_lazy("Budget (EUR)"),
        required=False,
        max_digits=14,
        decimal_places=2,
        validators=[MinValueValidator(1), MaxValueValidator(BUDGET_MAX)],
        help_text=gettext_lazy("For this district. Leave it empty where it is not known."),
    )

    def __init__(self, *args: Any, call: Call, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        taken = call.selected_actuators.values("district")
        self.fields["district"].queryset = District.objects.filter(region=call.programme.region_id).exclude(
            pk__in=taken
        )

    def clean_organisation(self) -> Organisation:
        typed = self.cleaned_data["organisation"]
        visible = Organisation.objects.visible_to(self.user)
        found = list(visible.filter(slug=typed)) or list(visible.filter(name__iexact=typed)[:2])
        if not found:
            raise forms.ValidationError(
                _("No organisation of this name is in the directory. Check how it is written there.")
            )
        if len(found) > 1:
            raise forms.ValidationError(_("Several organisations have this name. Enter the last part of its address."))
        return found[0]
