"""What people type about partners and helpers of a network."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from district_portal.accounts.models import User
from projects.models import Partner
from projects.operations.forming import Role
from projects.operations.helpers import possible_helpers


class RoleForm(forms.ModelForm):
    """What one partner does; the share is typed as a percentage."""

    share = forms.DecimalField(
        label=_("Planned share of the cost, in percent"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("The shares of all partners make 100. The budget takes its place as soon as there is one."),
        localize=True,
    )
    field_order = ["tasks", "share", "person_months", "graduates_hired", "contracts_made_permanent"]

    class Meta:
        model = Partner
        fields = ["tasks", "person_months", "graduates_hired", "contracts_made_permanent"]
        widgets = {"tasks": forms.Textarea(attrs={"rows": 5})}
        localized_fields = ["person_months"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.planned_share is not None:
            self.initial["share"] = (self.instance.planned_share * 100).normalize().quantize(Decimal("0.01"))
        self.fields["person_months"].min_value = 0
        self.fields["tasks"].help_text = _("What it brings and does in the project, in a few sentences.")

    def clean_person_months(self) -> Decimal | None:
        months = self.cleaned_data["person_months"]
        if months is not None and months < 0:
            raise forms.ValidationError(_("Enter 0 or more person-months."))
        return months

    @property
    def role(self) -> Role:
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        share = self.cleaned_data["share"]
        return Role(**values, planned_share=None if share is None else share / 100)


class HelperForm(forms.Form):
    """A person of the portal who is asked to help to write, by e-mail address."""

    user = forms.EmailField(
        label=_("Email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("Of a facilitator of the district, or of somebody who belongs to an organisation of the portal."),
        error_messages={"required": _("Enter the email address of the person, like name@company.it.")},
    )

    def __init__(self, *args: Any, network: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.network = network

    def clean_user(self) -> User:
        found = possible_helpers(self.network).filter(email__iexact=self.cleaned_data["user"]).first()
        if found is None:
            raise forms.ValidationError(
                _("This is no facilitator of the district and no member of an organisation. Check the address.")
            )
        return found
