"""What the panel agrees on for a proposal, and closing it with those points."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessment.means import means_of
from assessment.models import Assessment, Assignment, ConsensusScore, JournalEntry, PanelMeeting, Ranking
from assessment.operations import journal, moves
from assessment.operations.meetings import lock_open, require_assessment
from assessment.priorities import facts_of
from assessment.rules.points import allowed
from assessment.rules.ranking import moment_text
from assessment.states import ASSESSMENT_MOVES, AssessmentState, RankingState
from assessment.taking_part import out_of_bounds, takes_no_part
from calls.models import Call
from calls.procedure import Criterion, criteria_of, procedure_of
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from district_portal.shared.states import check_move


@dataclass(frozen=True)
class Agreed:
    """What the panel gives for one criterion, and why where it moves away from the evaluators' mean."""

    points: Decimal
    reason: str = ""


class StaleConsensus(DomainError):
    """Somebody else of the panel saved other points meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody else of the panel has saved other points meanwhile. Compare them with yours and save again.")
        )


# --- The points that count -------------------------------------------------------------------------------------------


def seen(rows: Iterable[ConsensusScore]) -> str:
    """A short name of the points as they are: sent with the form, so that nobody overwrites what they have not read."""
    text = "|".join(f"{row.criterion}={row.points}:{row.reason}" for row in sorted(rows, key=lambda row: row.criterion))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@transaction.atomic
def set_consensus(
    assessment: Assessment, *, meeting: PanelMeeting, agreed: Mapping[str, Agreed], before: str, actor: User
) -> None:
    """Save what the panel agrees on, by the criterion's code. `before`: `seen` of what the form was made from.

    Raises `DomainError` for points outside of 0 and the weight, without a reason where they differ from the mean by
    more than `points.allowed`, for whoever takes no part in this proposal, and `StaleConsensus`.
    """
    meeting = lock_open(meeting)
    locked = moves.lock(assessment)
    _require_part(locked, meeting, actor)
    _require_scores(locked, procedure_of(locked.network.call).evaluators)
    rows = {row.criterion: row for row in locked.consensus.all()}
    if seen(rows.values()) != before:
        raise StaleConsensus
    means = means_of([locked.pk])[locked.pk]
    for criterion in criteria_of(locked.network.call).criteria:
        each = agreed[criterion.code]
        _check_points(criterion, each, means[criterion.code].points)
        row = rows.get(criterion.code) or ConsensusScore(assessment=locked, criterion=criterion.code)
        row.points, row.reason = each.points, each.reason.strip()
        row.meeting, row.set_by, row.set_at = meeting, actor, timezone.now()
        row.save()
    journal.write(
        locked.network.call,
        "consensus",
        actor=actor,
        assessment=locked,
        meeting=meeting.pk,
        criteria={code: str(each.points) for code, each in agreed.items()},
        reasons={code: each.reason for code, each in agreed.items() if each.reason},
        took_no_part=[user.pk for user in meeting.members.all() if takes_no_part(user, locked)],
    )


def _require_part(assessment: Assessment, meeting: PanelMeeting, actor: User) -> None:
    if assessment.network.call_id != meeting.call_id:
        raise DomainError(_("This meeting is about another call."))
    require_assessment(assessment.network.call)
    if takes_no_part(actor, assessment):
        raise DomainError(_("You have a conflict of interest on this proposal: you take no part in it."))
    if assessment.state != AssessmentState.ADMITTED:
        raise DomainError(_("This proposal is not in evaluation now: reload the page to see where it stands."))


def _require_scores(assessment: Assessment, wanted: int) -> None:
    """Everyone to whom it is assigned has handed in, and they are as many as the call says."""
    standing = list(assessment.assignments.standing())
    missing = [each.number for each in standing if each.submitted_at is None]
    if missing:
        numbers = ", ".join(str(number) for number in missing)
        raise DomainError(_("Not handed in yet by evaluator %(numbers)s.") % {"numbers": numbers})
    if len(standing) < wanted:
        words = ngettext(
            "This call asks for %(wanted)d evaluator; %(found)d has handed in.",
            "This call asks for %(wanted)d evaluators; %(found)d have handed in.",
            wanted,
        )
        raise DomainError(words % {"wanted": wanted, "found": len(standing)})


def _check_points(criterion: Criterion, agreed: Agreed, mean: Decimal) -> None:
    name = {"criterion": criterion.name, "weight": criterion.weight, "mean": mean}
    if not 0 <= agreed.points <= criterion.weight:
        raise DomainError(_("%(criterion)s: the points must be between 0 and %(weight)s.") % name)
    if abs(agreed.points - mean) > allowed(criterion.weight) and not agreed.reason.strip():
        raise DomainError(_("%(criterion)s: say why the panel moves away from the mean of %(mean)s.") % name)


# --- Closing and reopening -----------------------------------------------------------------------------------------


@transaction.atomic
def close_proposal(assessment: Assessment, *, meeting: PanelMeeting, actor: User) -> Assessment:
    """The panel's points count from now on. Raises `DomainError` while a criterion has none."""
    meeting = lock_open(meeting)
    locked = moves.lock(assessment)
    _require_part(locked, meeting, actor)
    points = {row.criterion: row.points for row in locked.consensus.all()}
    criteria = criteria_of(locked.network.call).criteria
    missing = [criterion.name for criterion in criteria if criterion.code not in points]
    if missing:
        raise DomainError(_("No points of the panel yet for: %(criteria)s.") % {"criteria": ", ".join(missing)})
    agreed = {criterion.code: points[criterion.code] for criterion in criteria}
    facts = facts_of([locked])[locked.pk]
    entry = _evaluate(locked, agreed, facts, locked.network.call, meeting, actor)
    locked.save(update_fields=["state", "score", "priorities"])
    entry.save()
    return locked


@transaction.atomic
def close_agreed(meeting: PanelMeeting, *, actor: User) -> int:
    """Take the evaluators' means for every proposal on which they agree, and close it. Returns how many.

    Agree: all have handed in, and on no criterion they lie further apart than `points.allowed`. Proposals for which
    the panel has saved points of its own, or in which the actor takes no part, are left to it. A dozen queries.
    """
    meeting = lock_open(meeting)
    call = Call.objects.prefetch_related("rules").get(pk=meeting.call_id)
    require_assessment(call)
    criteria, wanted = criteria_of(call).criteria, procedure_of(call).evaluators
    rows = Assessment.objects.select_for_update(of=("self",)).filter(
        network__call=call, state=AssessmentState.ADMITTED, consensus=None
    )
    waiting = {row.pk: row for row in rows.select_related("submission").order_by("pk")}
    unfinished = Assignment.objects.standing().filter(assessment__in=waiting, submitted_at=None)
    for pk in {*unfinished.values_list("assessment", flat=True), *out_of_bounds(actor, waiting.values())}:
        waiting.pop(pk, None)
    means, agreed = means_of(waiting), []
    for pk, assessment in waiting.items():
        found = means.get(pk, {})
        if all(
            each.code in found and found[each.code].count >= wanted and found[each.code].span <= allowed(each.weight)
            for each in criteria
        ):
            agreed.append((assessment, {each.code: found[each.code].points for each in criteria}))
    _close_all(agreed, call, meeting, actor)
    return len(agreed)


def _close_all(
    agreed: list[tuple[Assessment, dict[str, Decimal]]], call: Call, meeting: PanelMeeting, actor: User
) -> None:
    closed = [assessment for assessment, _points in agreed]
    facts = facts_of(closed)
    entries = [_evaluate(each, points, facts[each.pk], call, meeting, actor) for each, points in agreed]
    ConsensusScore.objects.bulk_create(
        ConsensusScore(assessment=each, meeting=meeting, criterion=code, points=value, set_by=actor)
        for each, points in agreed
        for code, value in points.items()
    )
    # The rows stand, locked: an insertion that updates them takes a ninth of the time of an update by cases.
    Assessment.objects.bulk_create(
        closed, update_conflicts=True, unique_fields=["id"], update_fields=["state", "score", "priorities"]
    )
    JournalEntry.objects.bulk_create(entries)


def _evaluate(
    assessment: Assessment,
    points: Mapping[str, Decimal],
    facts: Mapping[str, Decimal],
    call: Call,
    meeting: PanelMeeting,
    actor: User,
) -> JournalEntry:
    """Set what the panel's points come to. Returns the entry for the journal: all that a ranking asks of a proposal."""
    check_move(ASSESSMENT_MOVES, assessment.state, AssessmentState.EVALUATED)
    before, assessment.state = assessment.state, AssessmentState.EVALUATED
    assessment.score = sum(points.values(), Decimal(0))
    assessment.priorities = {code: str(value) for code, value in {**facts, **points}.items()}
    return journal.entry(
        call,
        "move",
        actor=actor,
        assessment=assessment,
        from_state=before,
        to_state=AssessmentState.EVALUATED,
        meeting=meeting.pk,
        criteria={code: str(value) for code, value in points.items()},
        score=str(assessment.score),
        priorities=assessment.priorities,
        grant=None if assessment.grant is None else str(assessment.grant),
        sent_at=moment_text(assessment.received_at),
        receipt=assessment.submission.number,
    )


@transaction.atomic
def reopen_proposal(assessment: Assessment, *, reason: str, actor: User) -> Assessment:
    """Back to the panel, with its points as they are. Raises `DomainError` once a ranking is published."""
    locked = moves.lock(assessment)
    if not reason.strip():
        raise DomainError(_("Say why the proposal is opened again."))
    call = Call.objects.select_for_update(of=("self",)).get(pk=locked.network.call_id)
    if Ranking.objects.filter(call=call, state=RankingState.PUBLISHED).exists():
        raise DomainError(_("The ranking is published: its points stay as they are."))
    locked = moves.move(locked, AssessmentState.ADMITTED, actor=actor, reason=reason.strip())
    locked.score, locked.priorities = None, {}
    locked.save(update_fields=["score", "priorities"])
    return locked
