"""The registration form: seven questions, no account, no box ticked beforehand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.models import Category, Event, Registration
from events.operations import Guest


class RegistrationForm(forms.ModelForm):
    class Meta:
        model = Registration
        fields = ["given_name", "family_name", "email", "organisation", "category", "needs", "listed"]
        labels = {
            "listed": _("Show my name and organisation to other participants, so that they can ask me for a meeting"),
        }
        help_texts = {"email": _("We send the ticket here.")}
        error_messages = {
            "given_name": {"required": _("Enter your first name")},
            "family_name": {"required": _("Enter your last name")},
            "email": {
                "required": _("Enter your email address, like name@company.it"),
                "invalid": _("Enter your email address, like name@company.it"),
            },
        }
        widgets = {
            "given_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "family_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "organisation": forms.TextInput(attrs={"autocomplete": "organization"}),
            "needs": forms.Textarea(attrs={"rows": 2}),
        }

    category = forms.ChoiceField(
        label=_("You come as"),
        choices=[("", _("Choose one")), *Category.choices],
        error_messages={"required": _("Choose what you come as"), "invalid_choice": _("Choose what you come as")},
    )

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def validate_constraints(self) -> None:
        """One registration for each address is no error here: it is answered by sending the ticket again."""

    def guest(self) -> Guest:
        return Guest(**{name: self.cleaned_data[name] for name in self.Meta.fields})


def registration_form(user: Any) -> RegistrationForm:
    """An empty form; who is signed in finds their own name and address in it."""
    if not user.is_authenticated:
        return RegistrationForm()
    own = {name: getattr(user, name) for name in ("given_name", "family_name", "email")}
    return RegistrationForm(initial=own)


class EventForm(forms.ModelForm):
    """For the administration: fewer places than are taken can't be."""

    class Meta:
        model = Event
        exclude: list[str] = []

    def clean_capacity(self) -> int | None:
        capacity = self.cleaned_data["capacity"]
        taken = self.instance.taken
        if capacity is not None and capacity < taken:
            raise forms.ValidationError(
                _("%(taken)s places are taken already: the event can't have fewer."), params={"taken": taken}
            )
        return capacity


class CheckInForm(forms.Form):
    code = forms.CharField(
        label=_("Code of the ticket"),
        max_length=300,
        error_messages={"required": _("Scan a ticket, or type its code, like 9F3K-2QXM-74")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True}
        ),
    )
