"""What an evaluator sees of a proposal: title and partners, then all of it, then the others' scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from assessment.models import Assignment, Score
from assessment.operations.scoring import REASON_MIN, missing_from
from assessment.operations.ties import tie_between
from assessment.panels.contents import content_of, partners_of
from assessment.permissions import can_compare_scores, can_read_assigned
from assessment.rules.points import mean, span
from assessment.states import AssessmentState
from calls.procedure import Criterion, criteria_of


def evaluation_page(row: Assignment, now: datetime) -> dict[str, Any]:
    """Context of every page of one assignment; it came with its proposal, call and submission."""
    assessment, network = row.assessment, row.assessment.network
    grid = criteria_of(network.call)
    scores = {score.criterion: score for score in row.scores.all()}
    waits = row.stands and assessment.state == AssessmentState.ADMITTED and row.submitted_at is None
    return {
        "row": row,
        "assessment": assessment,
        "network": network,
        "call": network.call,
        "submission": assessment.submission,
        "partners": partners_of(content_of(assessment.submission)),
        "grid": grid,
        "written": [(criterion, scores.get(criterion.code)) for criterion in grid.criteria],
        "total": sum((score.points for score in scores.values() if score.points is not None), Decimal(0)),
        "missing": missing_from(grid.criteria, scores),
        "reason_min": REASON_MIN,
        "to_declare": waits and row.declared is None,
        "to_score": waits and row.declared is not None,
        "may_read": can_read_assigned(row.evaluator, row),
        "may_compare": can_compare_scores(row.evaluator, row),
        "tie": tie_between(row.evaluator_id, network.pk) if waits else None,
        "now": now,
    }


@dataclass(frozen=True)
class Compared:
    """One criterion: own points first, then the others' by their numbers, and how far they lie apart."""

    criterion: Criterion
    own: Score | None
    others: Sequence[tuple[int, Score | None]]
    mean: Decimal | None
    span: Decimal | None


def compared(row: Assignment) -> dict[str, Any]:
    """The scores of everyone who has handed in, without names; in two queries."""
    rows = Assignment.objects.standing().filter(assessment=row.assessment_id, submitted_at__isnull=False)
    all_rows = list(rows.order_by("number").prefetch_related("scores"))
    by_number = {each.number: {score.criterion: score for score in each.scores.all()} for each in all_rows}
    criteria = criteria_of(row.assessment.network.call).criteria
    lines = []
    for criterion in criteria:
        given = {number: scores.get(criterion.code) for number, scores in by_number.items()}
        points = [score.points for score in given.values() if score is not None and score.points is not None]
        lines.append(
            Compared(
                criterion,
                given.get(row.number),
                [(number, score) for number, score in given.items() if number != row.number],
                mean(points),
                span(points),
            )
        )
    totals = {
        number: sum((score.points or Decimal(0) for score in scores.values()), Decimal(0))
        for number, scores in by_number.items()
    }
    return {
        "lines": lines,
        "numbers": [number for number in by_number if number != row.number],
        "totals": [total for number, total in totals.items() if number != row.number],
        "own_total": totals.get(row.number),
        "still_out": row.assessment.assignments.standing().filter(submitted_at=None).count(),
    }
