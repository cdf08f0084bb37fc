"""What the project costs, who bears it, and how much of it may go where."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calls.rules import words
from calls.rules.base import Party, Rule, Scope, Verdict
from calls.rules.fields import AmountField, BoundsForm, Column, PercentField, RowsField
from calls.rules.values import Values
from district_portal.shared.ui import money, percent

CENT = Decimal("0.01")


class CostShare(Rule):
    kind = "cost_share"
    title = gettext_lazy("Share of the cost that each bears")
    scope = Scope.PROJECT
    order = 20

    class Form(BoundsForm):
        lowest = PercentField(label=gettext_lazy("Lowest share"), required=False)
        highest = PercentField(label=gettext_lazy("Highest share"), required=False)

    def read(self, given: Values) -> None:
        self.lowest, self.highest = given.bounds("lowest", "highest")

    def explain(self) -> str:
        bounds = {"lowest": percent(self.lowest), "highest": percent(self.highest)}
        if self.lowest is None:
            return _("No organisation bears more than %(highest)s of the cost.") % bounds
        if self.highest is None:
            return _("Each organisation bears at least %(lowest)s of the cost.") % bounds
        return _("Each organisation bears between %(lowest)s and %(highest)s of the cost.") % bounds

    def check(self, party: Party) -> Verdict:
        known = [(member.name, member.cost_share) for member in party.members if member.cost_share is not None]
        unknown = sorted(member.name for member in party.members if member.cost_share is None)
        outside = sorted(name for name, share in known if not self._holds(share))
        whole = words.organisations(len(party.members))
        text = _("%(count)s of %(wanted)s") % {"count": len(known) - len(outside), "wanted": whole}
        if outside:
            return Verdict(False, text, _("Change the share of %(names)s.") % {"names": words.both(outside)})
        if unknown:
            sentence = ngettext(
                "Enter the share of the cost that %(names)s bears.",
                "Enter the shares of the cost that %(names)s bear.",
                len(unknown),
            )
            return Verdict(None, text, sentence % {"names": words.both(unknown)})
        return Verdict(True, text)

    def _holds(self, share: Decimal) -> bool:
        return (self.lowest is None or share >= self.lowest) and (self.highest is None or share <= self.highest)


class ProjectCost(Rule):
    kind = "project_cost"
    title = gettext_lazy("Cost of the project")
    scope = Scope.PROJECT
    order = 10

    class Form(BoundsForm):
        lowest = AmountField(label=gettext_lazy("Lowest cost (EUR)"), required=False)
        highest = AmountField(label=gettext_lazy("Highest cost (EUR)"), required=False)

    def read(self, given: Values) -> None:
        self.lowest, self.highest = given.bounds("lowest", "highest")

    def explain(self) -> str:
        bounds = {"lowest": money(self.lowest), "highest": money(self.highest)}
        if self.lowest is None:
            return _("The project costs at most %(highest)s.") % bounds
        if self.highest is None:
            return _("The project costs at least %(lowest)s.") % bounds
        return _("The project costs between %(lowest)s and %(highest)s.") % bounds

    def check(self, party: Party) -> Verdict:
        if party.cost is None:
            return Verdict(None, _("The cost is not known"), _("Enter the cost of the project."))
        text = money(party.cost)
        if self.lowest is not None and party.cost < self.lowest:
            return Verdict(
                False, text, _("Raise the cost by %(amount)s.") % {"amount": money(self.lowest - party.cost)}
            )
        if self.highest is not None and party.cost > self.highest:
            much = money(party.cost - self.highest)
            return Verdict(False, text, _("Lower the cost by %(amount)s.") % {"amount": much})
        return Verdict(True, text)

    def facts(self) -> Mapping[str, Any]:
        return {"project_cost_min": self.lowest, "project_cost_max": self.highest}


class CostLimits(Rule):
    kind = "cost_limits"
    title = gettext_lazy("Limits for categories of cost")
    scope = Scope.PROJECT
    order = 30

    class Form(forms.Form):
        limits = RowsField(
            [
                Column(
                    "category",
                    forms.ChoiceField(
                        label=gettext_lazy("Category"), choices=[("", "–"), *words.choices(words.CostCategory)]
                    ),
                ),
                Column("share", PercentField(label=gettext_lazy("At most, in percent of the cost"))),
            ],
            unique="category",
            label=gettext_lazy("Limits"),
        )

    def read(self, given: Values) -> None:
        rows = given.rows("limits")
        self.limits = {words.CostCategory(row.text("category")): row.decimal("share") for row in rows}

    def explain(self) -> str:
        parts = [
            _("%(category)s at most %(share)s") % {"category": category.label, "share": percent(share)}
            for category, share in self.limits.items()
        ]
        return _("Of the project's cost: %(limits)s.") % {"limits": words.both(parts)}

    def check(self, party: Party) -> Verdict:
        if party.cost_by_category is None:
            return Verdict(None, _("The costs by category are not known"), _("Enter the costs by category."))
        costs = party.cost_by_category
        whole = sum(costs.values(), Decimal(0))
        parts, ways = [], []
        for category, share in self.limits.items():
            cost, limit = costs.get(category.value, Decimal(0)), (whole * share).quantize(CENT, ROUND_DOWN)
            amounts = {"category": category.label, "cost": money(cost), "limit": money(limit)}
            parts.append(_("%(category)s: %(cost)s, at most %(limit)s") % amounts)
            if cost > limit:
                much = (cost - limit).quantize(CENT, ROUND_UP)
                move = _("Move %(amount)s from %(category)s to other costs.")
                ways.append(move % {"amount": money(much), "category": category.label})
        return Verdict(not ways, "; ".join(parts), " ".join(ways))
