"""How each evaluator scores beside the others on the same proposals: count, mean, spread, and the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString

from assessment.models import Assignment, Score
from assessment.rules.points import deviation, mean
from calls.models import Call
from calls.procedure import criteria_of
from district_portal.shared.charts import bar

FAR = Decimal(10)
"""Points of 100 by which an evaluator's mean may lie from the others' before the page says so."""


@dataclass(frozen=True)
class Figures:
    """Of one evaluator, over all criteria (code "") or one. `others`: of all others on the same proposals."""

    count: int
    mean: Decimal
    deviation: Decimal | None
    others: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.others is None else self.mean - self.others


@dataclass(frozen=True)
class Part:
    """Of one criterion; without figures where the evaluator gave it no points."""

    criterion: str
    figures: Figures | None


@dataclass(frozen=True)
class Evaluator:
    name: str
    whole: Figures
    criteria: list[Part]
    """In the order of the grid."""
    bar: SafeString
    others_bar: SafeString

    @property
    def far(self) -> bool:
        return self.whole.difference is not None and abs(self.whole.difference) > FAR


def calibration(call: Call) -> list[Evaluator]:
    """By name; evaluators who have handed in nothing are left out. Two queries whatever the number of scores."""
    criteria = criteria_of(call).criteria
    handed_in = Assignment.objects.standing().filter(assessment__network__call=call, submitted_at__isnull=False)
    names = {each.evaluator_id: str(each.evaluator) for each in handed_in.select_related("evaluator")}
    sums: dict[tuple[int, int], Decimal] = {}
    scores = Score.objects.filter(assignment__in=handed_in.values("pk"), points__isnull=False).order_by()
    by_criterion: dict[str, list[tuple[int, int, Decimal]]] = {}
    rows = scores.values_list("criterion", "assignment__evaluator", "assignment__assessment", "points")
    for code, evaluator, assessment, given in rows:
        value = given or Decimal(0)
        by_criterion.setdefault(code, []).append((evaluator, assessment, value))
        sums[evaluator, assessment] = sums.get((evaluator, assessment), Decimal(0)) + value
    totals = [(evaluator, assessment, value) for (evaluator, assessment), value in sums.items()]
    whole = figures(totals)
    parts = [figures(by_criterion.get(each.code, [])) for each in criteria]
    return [
        Evaluator(
            name,
            whole[pk],
            [Part(each.name, part.get(pk)) for each, part in zip(criteria, parts, strict=True)],
            bar(whole[pk].mean, 100),
            bar(whole[pk].others or Decimal(0), 100, "c2"),
        )
        for pk, name in sorted(names.items(), key=lambda item: item[1])
    ]


def figures(given: Sequence[tuple[int, int, Decimal]]) -> dict[int, Figures]:
    """By evaluator, of (evaluator, proposal, points)."""
    by_proposal: dict[int, list[tuple[int, Decimal]]] = {}
    by_evaluator: dict[int, list[tuple[int, Decimal]]] = {}
    for evaluator, proposal, value in given:
        by_proposal.setdefault(proposal, []).append((evaluator, value))
        by_evaluator.setdefault(evaluator, []).append((proposal, value))
    found = {}
    for evaluator, own in by_evaluator.items():
        values = [value for _proposal, value in own]
        others = [value for proposal, _own in own for who, value in by_proposal[proposal] if who != evaluator]
        middle = mean(values)
        if middle is not None:
            found[evaluator] = Figures(len(values), middle, deviation(values), mean(others))
    return found
