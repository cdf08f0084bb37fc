"""Points of one evaluator for one proposal: written as a draft, handed in as a whole, then never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.models import Assignment, Score
from assessment.notifications import evaluators as notifications
from assessment.operations import journal
from assessment.operations.declarations import end_if_tied, hold_own
from assessment.states import Conflict
from calls.procedure import Criterion, criteria_of
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError

STEP = Decimal("0.5")
"""Points are given in halves: finer ones would pretend to a precision that nobody has."""
REASON_MIN = 20
"""Characters of a reason, when the scores are handed in."""


@dataclass(frozen=True)
class Given:
    """What is typed for one criterion; `version` is that of the row which was shown (0: none)."""

    points: Decimal | None
    reason: str = ""
    version: int = 0


class StaleScores(DomainError):
    """The same scores were saved in another window meanwhile; `theirs` holds those, by criterion."""

    def __init__(self, theirs: dict[str, Score]) -> None:
        super().__init__(_("These scores were saved in another window meanwhile. Compare them and save again."))
        self.theirs = theirs


def save_scores(assignment: Assignment, *, given: Mapping[str, Given], actor: User) -> Assignment:
    """Save a draft, whatever is still missing. Raises `DomainError`: not declared, a tie that has become known, handed
    in already, points out of range; `StaleScores` when a row that was not shown would be overwritten."""
    return _write(assignment, given, actor, hand_in=False)


def hand_in_scores(assignment: Assignment, *, given: Mapping[str, Given], actor: User) -> Assignment:
    """The same, and for good. Raises `DomainError` also for a criterion without points or a reason."""
    return _write(assignment, given, actor, hand_in=True)


def _write(assignment: Assignment, given: Mapping[str, Given], actor: User, *, hand_in: bool) -> Assignment:
    with transaction.atomic():
        row = hold_own(assignment, actor)
        tie = end_if_tied(row)
        if tie is None:
            _check_scorable(row)
            criteria = criteria_of(row.assessment.network.call).criteria
            rows = _save(row, criteria, given)
            if hand_in:
                _hand_in(row, criteria, rows, actor)
            return row
    raise DomainError(tie)


def _check_scorable(row: Assignment) -> None:
    if row.declared != Conflict.NONE:
        raise DomainError(_("Declare first whether you have a conflict of interest."))
    if row.submitted_at is not None:
        raise DomainError(_("You have handed in these scores: they stay as they are."))


def _save(row: Assignment, criteria: tuple[Criterion, ...], given: Mapping[str, Given]) -> dict[str, Score]:
    rows = {score.criterion: score for score in row.scores.all()}
    if any(each.version != (rows[code].version if code in rows else 0) for code, each in given.items()):
        raise StaleScores(rows)
    weights = {criterion.code: criterion.weight for criterion in criteria}
    for code, each in given.items():
        check_points(each.points, weights.get(code, 0))
        score = rows.get(code) or Score(assignment=row, criterion=code, version=0)
        if score.pk and (score.points, score.reason) == (each.points, each.reason):
            continue
        score.points, score.reason = each.points, each.reason
        score.version += 1
        score.save()
        rows[code] = score
    return rows


def check_points(points: Decimal | None, weight: int) -> None:
    """Raise `DomainError` unless the points are halves from 0 to the criterion's weight."""
    if points is not None and (not 0 <= points <= weight or points % STEP):
        raise DomainError(_("Points go from 0 to %(weight)s, in halves.") % {"weight": weight})


def missing_from(criteria: tuple[Criterion, ...], rows: Mapping[str, Score]) -> list[Criterion]:
    """Criteria without points, or without a reason that is long enough."""
    return [
        criterion
        for criterion in criteria
        if criterion.code not in rows
        or rows[criterion.code].points is None
        or len(rows[criterion.code].reason.strip()) < REASON_MIN
    ]


def _hand_in(row: Assignment, criteria: tuple[Criterion, ...], rows: dict[str, Score], actor: User) -> None:
    if missing := missing_from(criteria, rows):
        raise DomainError(
            _("Give points and a reason of at least %(length)s characters for each criterion. Missing: %(names)s.")
            % {"length": REASON_MIN, "names": ", ".join(criterion.name for criterion in missing)}
        )
    row.submitted_at = timezone.now()
    row.save(update_fields=["submitted_at"])
    journal.write(
        row.assessment.network.call,
        "score",
        actor=actor,
        assessment=row.assessment,
        assignment=row.pk,
        evaluator=row.evaluator_id,
        number=row.number,
        submission=row.assessment.submission.number,
        scores=[[each.code, str(rows[each.code].points), rows[each.code].reason] for each in criteria],
    )
    if not row.assessment.assignments.standing().filter(submitted_at=None).exists():
        notifications.scores_complete(row)
