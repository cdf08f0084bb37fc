"""What people type into the budget of a partner for one research type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.rules import words
from calls.rules.fields import NumberField
from calls.rules.words import CostCategory
from projects.models import WorkPackage
from projects.operations.budget import Cells

CELL = re.compile(r"wp(\d+)-\w+")


class CellField(NumberField):
    """EUR; empty and 0 both mean that there is nothing."""

    def __init__(self, **kwargs: Any) -> None:
        errors = {
            "invalid": gettext_lazy("Enter an amount, such as 1,250.50."),
            "max_decimal_places": gettext_lazy("Enter whole cents: at most two decimals."),
            "max_digits": gettext_lazy("This amount is too high."),
            "max_whole_digits": gettext_lazy("This amount is too high."),
        }
        super().__init__(max_digits=14, decimal_places=2, required=False, error_messages=errors, **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        amount = super().clean(value)
        if amount is not None and amount < 0:
            raise forms.ValidationError(_("An amount can't be below 0."))
        return amount.quantize(Decimal("0.01")) if amount else None


class CellsForm(forms.Form):
    """One field for each work package and cost category, named `wp<id>-<category>`; `seen` tells stale ones."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, packages: Sequence[WorkPackage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.packages = packages
        for package in packages:
            for code, label in words.choices(CostCategory):
                field = CellField(label=f"WP{package.number}, {label}")
                field.widget.attrs["aria-label"] = field.label
                self.fields[self.name(package.pk, code)] = field

    def clean(self) -> dict[str, Any]:
        """What was typed for a work package that was removed meanwhile is told, not dropped."""
        known = {str(package.pk) for package in self.packages}
        cells = [(CELL.fullmatch(name), str(self.data[name]).strip()) for name in self.data]
        lost = [typed for found, typed in cells if found and found[1] not in known and typed not in ("", "0")]
        if lost:
            words = _("A work package was removed meanwhile. What you typed for it is not saved: %(amounts)s.")
            raise forms.ValidationError(words % {"amounts": "; ".join(lost[:20])})
        return super().clean() or {}

    @staticmethod
    def name(package: int, category: str) -> str:
        return f"wp{package}-{category}"

    @classmethod
    def initial_of(cls, cells: Cells, seen: str) -> dict[str, Any]:
        return {"seen": seen} | {cls.name(*key): amount for key, amount in cells.items()}

    @property
    def rows(self) -> list[tuple[WorkPackage, list[tuple[str, forms.BoundField]]]]:
        """Of the table: work packages with the label and field of each category."""
        return [
            (package, [(label, self[self.name(package.pk, code)]) for code, label in words.choices(CostCategory)])
            for package in self.packages
        ]

    @property
    def cells(self) -> Cells:
        found = {
            (package.pk, code): self.cleaned_data[self.name(package.pk, code)]
            for package in self.packages
            for code in CostCategory.values
        }
        return {key: amount for key, amount in found.items() if amount}


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("XLSX, as downloaded here; at most 2 MB"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty. Choose another one."),
        },
    )
