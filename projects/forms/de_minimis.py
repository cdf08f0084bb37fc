"""De minimis aid as people declare it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.rules.fields import AmountField


class AidForm(forms.Form):
    granted_on = forms.DateField(
        label=gettext_lazy("Granted on"),
        help_text=gettext_lazy("The day on which you got the right to it, not the day of the payment"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Enter a date.")},
    )
    amount = AmountField(label=gettext_lazy("Amount (EUR)"), help_text=gettext_lazy("Such as 12,500.00"))
    authority = forms.CharField(label=gettext_lazy("Granted by"), max_length=200)

    def clean_granted_on(self) -> date:
        day: date = self.cleaned_data["granted_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come. Enter aid once it is granted."))
        return day

    def clean_authority(self) -> Any:
        return " ".join(self.cleaned_data["authority"].split())
