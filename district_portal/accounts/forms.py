"""What people say about themselves."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from district_portal.accounts.models import User
from district_portal.shared.ui import language

# Django has no Italian for this answer of its password check. Named here, it is translated in our catalogue, which
# counts before Django's.
PASSWORD_TOO_SHORT = ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
)


class NamesForm(forms.Form):
    """The questions that sign-up asks on top of django-allauth's own, which builds its form upon this one."""

    given_name = forms.CharField(
        label=_("First name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    family_name = forms.CharField(
        label=_("Last name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )

    field_order = ["given_name", "family_name", "email", "password1", "password2"]

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by django-allauth with the saved person: messages will be in the language of the page."""
        user.given_name = self.cleaned_data["given_name"]
        user.family_name = self.cleaned_data["family_name"]
        user.language = language()
        user.save(update_fields=["given_name", "family_name", "language"])


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["given_name", "family_name", "language"]
        widgets = {
            "given_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "family_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
        }
        help_texts = {"language": _("Of the messages that you get, and of pages opened without one.")}
