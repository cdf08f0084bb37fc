"""How proposals are scored."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.rules import words
from calls.rules.base import Party, Rule, Scope
from calls.rules.fields import Column, RowsField
from calls.rules.values import Values

WHOLE = 100
# A suggestion for whoever enters the first criteria of a call.
GRID = [
    {"name_it": "Qualità tecnica", "name_en": "Technical quality", "weight": 30},
    {"name_it": "Partenariato", "name_en": "Partnership", "weight": 25},
    {"name_it": "Impatto sul distretto", "name_en": "Impact on the district", "weight": 20},
    {"name_it": "Fattibilità e piano dei costi", "name_en": "Feasibility and budget", "weight": 15},
    {"name_it": "Diffusione dei risultati", "name_en": "Dissemination", "weight": 10},
]
THRESHOLD = 60


class Criteria(Rule):
    """Criteria with weights that add up to 100, and the points that are needed. Judges nobody: a committee scores."""

    kind = "criteria"
    title = gettext_lazy("Criteria and weights")
    scope = Scope.ASSESSMENT
    order = 10

    class Form(forms.Form):
        criteria = RowsField(
            [
                Column("name_it", forms.CharField(label=gettext_lazy("In Italian"), max_length=120)),
                Column("name_en", forms.CharField(label=gettext_lazy("In English"), max_length=120, required=False)),
                Column("weight", forms.IntegerField(label=gettext_lazy("Weight"), min_value=1, max_value=WHOLE)),
            ],
            unique="name_it",
            code_from="name_it",
            label=gettext_lazy("Criteria"),
            help_text=gettext_lazy("The weights add up to 100"),
            initial=GRID,
        )
        threshold = forms.IntegerField(
            label=gettext_lazy("Points needed, of 100"),
            min_value=1,
            max_value=WHOLE,
            required=False,
            initial=THRESHOLD,
        )

        def clean_criteria(self) -> list[dict[str, Any]]:
            rows: list[dict[str, Any]] = self.cleaned_data["criteria"]
            whole = sum(row["weight"] for row in rows)
            if whole != WHOLE:
                words = _("The weights add up to %(whole)s: they must add up to 100.")
                raise forms.ValidationError(words % {"whole": whole})
            return rows

    def read(self, given: Values) -> None:
        rows = given.rows("criteria")
        self.criteria = {row.text("code"): (row.names(), row.number("weight")) for row in rows}
        self.threshold = given.number_or_none("threshold")

    def explain(self) -> str:
        parts = [
            _("%(criterion)s (%(weight)s)") % {"criterion": words.named(names), "weight": weight}
            for names, weight in self.criteria.values()
        ]
        if self.threshold is None:
            return _("Proposals are scored by %(criteria)s.") % {"criteria": words.both(parts)}
        return _("Proposals are scored by %(criteria)s; %(threshold)s of 100 points are needed.") % {
            "criteria": words.both(parts),
            "threshold": self.threshold,
        }

    def check(self, party: Party) -> None:
        return None
