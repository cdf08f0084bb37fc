"""What the panel sees: its proposals in one table, and one proposal with all scores side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from assessment.means import Mean, means_of
from assessment.models import Assessment, Assignment, ConsensusScore
from assessment.operations.panel import Agreed
from assessment.permissions import can_read_selection
from assessment.rules.points import allowed
from assessment.states import AssessmentState
from assessment.taking_part import out_of_bounds, takes_no_part
from assessment.words import points
from calls.models import Call
from calls.procedure import Criterion, criteria_of, procedure_of
from district_portal.accounts.models import User

S = AssessmentState
IN_PANEL = [S.ADMITTED, S.EVALUATED]
AFTER = [S.FUNDED, S.NOT_FUNDED, S.NOT_ADMISSIBLE, S.WAIVED]


@dataclass(frozen=True)
class Row:
    """A proposal in the panel's table. Points as text; `far`: evaluators lie far apart on some criterion."""

    assessment: Assessment
    handed_in: int
    wanted: int
    mean: str
    far: bool
    agreed: str
    own: bool
    """Whether the reader takes part in it."""
    hidden: bool
    """Whether the reader has to score it first."""


def rows(call: Call, user: User) -> list[Row]:
    """Proposals that the panel decides on, in order of arrival; ten queries for any number."""
    found = list(
        Assessment.objects.filter(network__call=call, state__in=IN_PANEL)
        .select_related("network")
        .order_by("received_at", "pk")
    )
    grid, wanted = criteria_of(call), procedure_of(call).evaluators
    means = means_of([each.pk for each in found])
    agreed: dict[int, list[Decimal]] = {}
    for pk, value in ConsensusScore.objects.filter(assessment__in=found).values_list("assessment", "points"):
        agreed.setdefault(pk, []).append(value)
    out = out_of_bounds(user, found)
    unscored = set(user.assignments.standing().filter(submitted_at=None).values_list("assessment", flat=True))
    return [
        _row(
            each,
            grid.criteria,
            means.get(each.pk, {}),
            agreed.get(each.pk, []),
            wanted=wanted,
            own=each.pk not in out,
            hidden=each.pk in unscored,
        )
        for each in found
    ]


def _row(
    assessment: Assessment,
    criteria: Sequence[Criterion],
    means: dict[str, Mean],
    agreed: list[Decimal],
    *,
    wanted: int,
    own: bool,
    hidden: bool,
) -> Row:
    return Row(
        assessment,
        handed_in=max((each.count for each in means.values()), default=0),
        wanted=wanted,
        mean="–" if hidden or not means else points(sum((each.points for each in means.values()), Decimal(0))),
        far=not hidden and any(code_far(each, means) for each in criteria),
        agreed=points(sum(agreed, Decimal(0))) if len(agreed) == len(criteria) else "–",
        own=own,
        hidden=hidden,
    )


def code_far(criterion: Criterion, means: dict[str, Mean]) -> bool:
    mean = means.get(criterion.code)
    return mean is not None and mean.span > allowed(criterion.weight)


# --- One proposal ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    evaluator: str
    points: str
    reason: str


@dataclass(frozen=True)
class Line:
    """A criterion: what each evaluator gave, in the order of `Sheet.evaluators`."""

    name: str
    weight: int
    cells: list[Cell]
    mean: str
    span: str
    far: bool
    agreed: str
    why: str


@dataclass(frozen=True)
class Sheet:
    """One proposal with all individual scores side by side."""

    out: bool
    """The reader takes no part in this proposal, and sees no scores."""
    hidden: bool
    """The reader has to hand in their own scores first."""
    evaluators: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    means: dict[str, Mean] = field(default_factory=dict)
    agreed: dict[str, Agreed] = field(default_factory=dict)
    total: str = "–"
    """Of the means."""
    total_agreed: str = "–"


def sheet(assessment: Assessment, user: User) -> Sheet:
    """For the reader: names for who prepares the call, numbers for evaluators; nothing for who takes no part."""
    if takes_no_part(user, assessment):
        return Sheet(out=True, hidden=False)
    standing = assessment.assignments.standing()
    if standing.filter(evaluator=user, submitted_at=None).exists():
        return Sheet(out=False, hidden=True)
    call = assessment.network.call
    named = can_read_selection(user, call)
    done = list(standing.filter(submitted_at__isnull=False).select_related("evaluator").prefetch_related("scores"))
    given = [{score.criterion: score for score in each.scores.all()} for each in done]
    means = means_of([assessment.pk]).get(assessment.pk, {})
    agreed = {row.criterion: Agreed(row.points, row.reason) for row in assessment.consensus.all()}
    criteria = criteria_of(call).criteria
    names = [_name(each, user, named) for each in done]
    lines = []
    for criterion in criteria:
        scores = [each.get(criterion.code) for each in given]
        mean, own = means.get(criterion.code), agreed.get(criterion.code)
        lines.append(
            Line(
                criterion.name,
                criterion.weight,
                [
                    Cell(name, points(score.points), score.reason) if score else Cell(name, "–", "")
                    for name, score in zip(names, scores, strict=True)
                ],
                points(mean.points if mean else None),
                points(mean.span if mean else None),
                code_far(criterion, means),
                points(own.points if own else None),
                own.reason if own else "",
            )
        )
    return Sheet(
        out=False,
        hidden=False,
        evaluators=names,
        lines=lines,
        means=means,
        agreed=agreed,
        total=points(sum((each.points for each in means.values()), Decimal(0))) if means else "–",
        total_agreed=points(sum((each.points for each in agreed.values()), Decimal(0)))
        if len(agreed) == len(criteria)
        else "–",
    )


def _name(assignment: Assignment, user: User, named: bool) -> str:
    number = _("Evaluator %(number)s") % {"number": assignment.number}
    if assignment.evaluator_id == user.pk:
        return _("%(evaluator)s (you)") % {"evaluator": number}
    return f"{number}: {assignment.evaluator}" if named else number
