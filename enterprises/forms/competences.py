"""A competence that is offered or sought."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from enterprises.forms.fields import CompetenceField
from enterprises.models import Competence

# Who reads a competence where nobody chose (design: competences reach the district, needs stay without our name).
DEFAULT_LEVELS = {
    Competence.Direction.OFFERS: Competence.Level.DISTRICT,
    Competence.Direction.SEEKS: Competence.Level.ANONYMOUS,
}


class CompetenceForm(forms.Form):
    """One form for each direction: the level that is chosen beforehand differs."""

    direction = forms.ChoiceField(choices=Competence.Direction.choices, widget=forms.HiddenInput)
    concept = CompetenceField(label=_("Competence"), help_text=_("Write some letters and choose from the list."))
    level = forms.TypedChoiceField(label=_("Who may see it"), choices=Competence.Level.choices, coerce=int)
    note = forms.CharField(
        label=_("Note"), max_length=300, required=False, help_text=_("For example a material, a norm or a quantity.")
    )

    def __init__(self, direction: str, data: QueryDict | None = None, initial: dict[str, Any] | None = None) -> None:
        self.direction = Competence.Direction(direction)
        level = DEFAULT_LEVELS[self.direction]
        if data is not None and "level" not in data:
            data = data.copy()
            data["level"] = str(level.value)
        super().__init__(
            data, auto_id=f"{direction}_%s", initial={"direction": direction, "level": level, **(initial or {})}
        )
