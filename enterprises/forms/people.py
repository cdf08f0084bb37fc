"""Who is invited, and with which role."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from enterprises.models import MembershipRole

ROLE_HINT = _("Owners manage people. Owners and editors act for the organisation. Viewers read.")


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("Email"),
        error_messages={"required": _("Enter an email address, like name@company.it.")},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=MembershipRole.choices, initial=MembershipRole.EDITOR, help_text=ROLE_HINT
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=MembershipRole.choices)
