"""The profile of an organisation, with its size in a reference year."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district_portal.accounts.models import District
from district_portal.shared.ui import localised
from enterprises.forms.fields import ActivityField, MunicipalityField, VatField
from enterprises.models import EnterpriseSize, Organisation, OrganisationKind

FIRST_YEAR = 2003  # of the definition of sizes: Recommendation 2003/361/EC


class DistrictChoice(forms.ModelChoiceField):
    def label_from_instance(self, district: District) -> str:
        return localised(district, "name")


class OrganisationForm(forms.ModelForm):
    """Everything that an owner or editor says about the organisation. The size is declared by `declare_size`."""

    vat_number = VatField(
        label=gettext_lazy("VAT number"),
        required=False,
        help_text=gettext_lazy("Of any country of the European Union. Enterprises need one."),
    )
    ateco = ActivityField(
        label=gettext_lazy("Activity (ATECO 2025)"),
        required=False,
        help_text=gettext_lazy("Write a code, such as 32.50, or words in Italian, and choose."),
    )
    municipality = MunicipalityField(
        label=gettext_lazy("Municipality"),
        required=False,
        help_text=gettext_lazy("Name and province, such as Mirandola (MO)."),
    )
    district = DistrictChoice(
        District.objects.all(),
        label=gettext_lazy("District"),
        required=False,
        empty_label=gettext_lazy("No district"),
    )
    group = forms.CharField(
        label=gettext_lazy("Group of enterprises"),
        required=False,
        max_length=200,
        help_text=gettext_lazy(
            "Who controls you, if anyone does: the same name for each enterprise of the group. Calls that ask for"
            " independent enterprises count a group once. It is not published."
        ),
    )
    website = forms.URLField(label=gettext_lazy("Website"), required=False, assume_scheme="https")
    size = forms.ChoiceField(
        label=gettext_lazy("Size"),
        required=False,
        choices=[("", gettext_lazy("Not declared"))] + EnterpriseSize.choices,
        help_text=gettext_lazy(
            "Micro: fewer than 10 people and at most € 2 million of turnover or balance sheet. Small: fewer than 50"
            " people and at most € 10 million. Medium: fewer than 250 people and at most € 50 million of turnover or"
            " € 43 million of balance sheet. Count linked and partner enterprises too (Recommendation 2003/361/EC)."
        ),
    )
    size_year = forms.IntegerField(
        label=gettext_lazy("Reference year of the size"),
        required=False,
        help_text=gettext_lazy("The year of the last approved accounts. Earlier declarations are kept."),
    )
    listed = forms.BooleanField(
        label=gettext_lazy("Show us in the public directory"),
        required=False,
        help_text=gettext_lazy("You may change this at any time."),
    )

    class Meta:
        model = Organisation
        fields = [
            "name",
            "kind",
            "vat_number",
            "ateco",
            "municipality",
            "district",
            "group",
            "website",
            "description_it",
            "description_en",
            "listed",
        ]
        widgets = {
            "description_it": forms.Textarea(attrs={"rows": 5, "lang": "it"}),
            "description_en": forms.Textarea(attrs={"rows": 5, "lang": "en"}),
            "name": forms.TextInput(attrs={"autocomplete": "organization"}),
        }

    field_order = [*Meta.fields[:-1], "size", "size_year", "listed"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisation = self.instance
        if organisation.pk:
            # The initial values are keys; the fields show the rows' words.
            self.initial |= {"ateco": organisation.ateco, "municipality": organisation.municipality}
            declared = organisation.size_declarations.first()
            if declared:
                self.initial |= {"size": declared.size, "size_year": declared.year}
        else:
            # Being listed is the organisation's own act: no box is ticked beforehand.
            self.initial["listed"] = False
        self.initial.setdefault("size_year", timezone.localdate().year - 1)
        for name in ("description_it", "description_en"):
            self.fields[name].max_length = 5000

    def clean_vat_number(self) -> str | None:
        number = self.cleaned_data["vat_number"]
        if number and Organisation.objects.filter(vat_number=number).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                _("An organisation with this VAT number is on the portal already. Ask its owner to invite you.")
            )
        return number

    def clean_size_year(self) -> int | None:
        year, this_year = self.cleaned_data["size_year"], timezone.localdate().year
        if year is not None and not FIRST_YEAR <= year <= this_year:
            raise forms.ValidationError(
                _("Enter a year between %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": this_year}
            )
        return year

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        # A number that nobody knew when the row was made may stay unknown; a known one is not taken away.
        needs_vat = data.get("kind") == OrganisationKind.ENTERPRISE and (
            not self.instance.pk or self.initial["vat_number"]
        )
        if needs_vat and not data.get("vat_number") and "vat_number" not in self.errors:
            self.add_error("vat_number", _("Enter the VAT number of the enterprise, like IT01234560363."))
        if data.get("size") and not data.get("size_year") and "size_year" not in self.errors:
            self.add_error("size_year", _("Enter the year to which the size refers."))
        return data

    @property
    def declared_size(self) -> dict[str, Any] | None:
        """`year` and `size` if a size was chosen: the arguments of `declare_size`."""
        data = self.cleaned_data
        return {"year": data["size_year"], "size": data["size"]} if data["size"] else None
