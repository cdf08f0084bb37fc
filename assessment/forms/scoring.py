"""Points and reasons of one evaluator, for each criterion of the call."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.models import Score
from assessment.operations.scoring import REASON_MIN, STEP, Given
from calls.procedure import Criterion


class Reason(forms.CharField):
    """Asked for in the end, but a draft may lack it."""

    def validate(self, value: Any) -> None:
        """Nothing is missing yet."""


class Points(forms.DecimalField):
    """Halves; a decimal comma is read as a point. Asked for in the end, but a draft may lack them."""

    def to_python(self, value: Any) -> Decimal | None:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)

    def validate(self, value: Decimal | None) -> None:
        if value is not None:
            super().validate(value)
            self._check_step(value)

    def _check_step(self, value: Decimal) -> None:
        if value.is_finite() and value % STEP:
            raise forms.ValidationError(_("Give whole or half points, such as 12.5."))


class ScoresForm(forms.Form):
    """Anything may be missing in a draft. `version_…` says which row was shown."""

    use_required_attribute = False

    def __init__(self, *args: Any, criteria: tuple[Criterion, ...], scores: dict[str, Score], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for criterion in criteria:
            score = scores.get(criterion.code)
            self.fields[f"points_{criterion.code}"] = Points(
                label=format_lazy(
                    gettext_lazy("{name}: points from 0 to {weight}"), name=criterion.name, weight=criterion.weight
                ),
                min_value=0,
                max_value=criterion.weight,
                max_digits=5,
                decimal_places=2,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "dn-points"}),
                initial=plain(score.points) if score else None,
            )
            self.fields[f"reason_{criterion.code}"] = Reason(
                label=format_lazy(gettext_lazy("{name}: reason"), name=criterion.name),
                help_text=format_lazy(gettext_lazy("At least {length} characters."), length=REASON_MIN),
                max_length=3000,
                widget=forms.Textarea(attrs={"rows": 4}),
                initial=score.reason if score else "",
            )
            self.fields[f"version_{criterion.code}"] = forms.IntegerField(
                widget=forms.HiddenInput,
                min_value=0,
                required=False,
                initial=score.version if score else 0,
            )

    @property
    def rows(self) -> list[tuple[Criterion, Any, Any, Any]]:
        return [
            (each, self[f"points_{each.code}"], self[f"reason_{each.code}"], self[f"version_{each.code}"])
            for each in self.criteria
        ]

    @property
    def given(self) -> dict[str, Given]:
        """Criteria that the form was sent with; one that is left out stays as it is."""
        data = self.cleaned_data
        return {
            each.code: Given(
                data[f"points_{each.code}"], data[f"reason_{each.code}"], data[f"version_{each.code}"] or 0
            )
            for each in self.criteria
            if f"points_{each.code}" in self.data or f"reason_{each.code}" in self.data
        }


def plain(points: Decimal | None) -> str:
    """Without zeros at the end: 12.5, 12."""
    return "" if points is None else f"{points.normalize():f}"
