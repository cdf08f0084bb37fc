"""What people type when they sign off, send, withdraw, save versions and verify receipts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Submission
from projects.operations.sending import protocol_day_fits


class SignOffForm(forms.Form):
    """The digest is that of the version that was shown."""

    digest = forms.RegexField(
        r"^[0-9a-f]{64}$",
        widget=forms.HiddenInput,
        error_messages={"required": _("Reload the page and sign off again.")},
    )


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Every member of the network reads it."),
        error_messages={"required": _("Write why the proposal is withdrawn.")},
    )


class ProtocolForm(forms.Form):
    number = forms.CharField(
        label=_("Protocol number"),
        max_length=40,
        help_text=_("As the Region's system or register shows it, such as PG/2026/123456."),
        error_messages={"required": _("Enter the protocol number.")},
    )
    received_on = forms.DateField(
        label=_("Date of the protocol"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Enter the date of the protocol."), "invalid": _("Enter a date.")},
    )

    def __init__(self, *args: Any, sent: Submission, **more: Any) -> None:
        super().__init__(*args, **more)
        self.sent = sent

    def clean_received_on(self) -> date:
        day: date = self.cleaned_data["received_on"]
        if not protocol_day_fits(self.sent, day):
            raise forms.ValidationError(_("The date of the protocol must be between the day of sending and today."))
        return day


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Note"),
        max_length=500,
        required=False,
        help_text=_("What this version is, such as: before the meeting of 3 December."),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Verification code"),
        max_length=40,
        help_text=_("Twelve letters and digits on the receipt, such as 9F3K-2QXM-74TB."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("Enter the verification code.")},
    )


class CompareForm(forms.Form):
    """A hash, or a file of which the portal computes it; the file is not kept."""

    digest = forms.CharField(
        label=_("SHA-256"),
        max_length=80,
        required=False,
        help_text=_("64 digits and letters from a to f."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=_("or a file"),
        required=False,
        help_text=_("Its SHA-256 is computed here; the file is not kept."),
    )

    def clean_digest(self) -> str:
        typed = "".join(self.cleaned_data["digest"].lower().split())
        if typed and not (len(typed) == 64 and set(typed) <= set("0123456789abcdef")):
            raise forms.ValidationError(_("A SHA-256 has 64 digits and letters from a to f. Copy the whole of it."))
        return typed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("digest") and not cleaned.get("file"):
            raise forms.ValidationError(_("Enter a SHA-256 or choose a file."))
        return cleaned
