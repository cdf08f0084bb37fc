"""The budget that a ranking divides."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy


class DraftForm(forms.Form):
    budget = forms.DecimalField(
        label=gettext_lazy("Budget (EUR)"),
        min_value=Decimal(0),
        max_digits=14,
        decimal_places=2,
        help_text=gettext_lazy("The first proposal that does not fit stops the line; nobody is offered a part."),
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("Such as the number of the act that sets the budget. It is published."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
