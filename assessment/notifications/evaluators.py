"""What evaluators are told, and the Region about them. Templates: `templates/assessment/emails/<name>.*`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from assessment.models import Assignment
from assessment.permissions import runners
from assessment.states import AssessmentState
from calls.models import Call
from district_portal.accounts.models import User
from district_portal.notifications.outbox import (
    Content,
    Message,
    NoLongerTrue,
    announce,
    announce_each,
    path_of,
)

TITLES = 10
"""Proposals that a reminder names."""


def _assignment(about: str) -> Assignment:
    rows = Assignment.objects.select_related("assessment__network__call", "evaluator")
    return rows.get(pk=about)


def _context(row: Assignment) -> dict[str, object]:
    network = row.assessment.network
    return {"assignment": row, "network": network, "call": network.call, "evaluator": row.evaluator}


def _load_own(about: str) -> Content:
    row = _assignment(about)
    return Content(path=path_of("assessment:evaluation", row.pk), context=_context(row))


def _load_waiting(about: str) -> Content:
    """Dropped when the evaluator was quicker, or the assignment has ended."""
    row = _assignment(about)
    if not row.stands or row.submitted_at is not None or row.assessment.state != AssessmentState.ADMITTED:
        raise NoLongerTrue
    return Content(path=path_of("assessment:evaluation", row.pk), context=_context(row))


def _load_ended(about: str) -> Content:
    return Content(path=path_of("assessment:evaluations"), context=_context(_assignment(about)))


def _load_for_region(about: str) -> Content:
    row = _assignment(about)
    network = row.assessment.network
    return Content(path=path_of("assessment:proposal", network.call.slug, network.pk), context=_context(row))


def _load_many(about: str) -> Content:
    """`about`: call and number of proposals."""
    call, _colon, number = about.partition(":")
    context = {"call": Call.objects.get(pk=call), "number": int(number)}
    return Content(path=path_of("assessment:evaluations"), context=context)


def _load_due(about: str) -> Content:
    """`about`: call, evaluator and day. Dropped when nothing of that day waits any more."""
    call, user, day = about.split(":")
    due_on = date.fromisoformat(day)
    rows = Assignment.objects.waiting().filter(assessment__network__call=int(call), evaluator=int(user), due_on=due_on)
    titles = list(rows.order_by("pk").values_list("assessment__network__title", flat=True))
    if not titles:
        raise NoLongerTrue
    context = {
        "call": Call.objects.get(pk=call),
        "titles": titles[:TITLES],
        "number": len(titles),
        "more": max(len(titles) - TITLES, 0),
        "due_on": due_on,
        "late": due_on < timezone.localdate(),
    }
    return Content(path=path_of("assessment:evaluations"), context=context)


EVALUATOR_ASSIGNED = Message("assessment/evaluator_assigned", load=_load_waiting)
EVALUATORS_ASSIGNED = Message("assessment/evaluators_assigned", load=_load_many)
ASSIGNMENT_REVOKED = Message("assessment/assignment_revoked", load=_load_ended)
ASSIGNMENT_REMINDER = Message("assessment/assignment_reminder", load=_load_waiting)
SCORES_DUE = Message("assessment/scores_due", load=_load_due)
CONFLICT_DECLARED = Message("assessment/conflict_declared", load=_load_for_region)
TIE_FOUND = Message("assessment/tie_found", load=_load_for_region)
SCORES_COMPLETE = Message("assessment/scores_complete", load=_load_for_region)


def evaluator_assigned(row: Assignment) -> None:
    announce(EVALUATOR_ASSIGNED, about=row.pk, key=f"{row.pk}:{row.assigned_at.isoformat()}", users=[row.evaluator])


def evaluators_assigned(call: Call, rows: Iterable[Assignment]) -> None:
    """One message for each evaluator, whatever the number of proposals."""
    made = list(rows)
    if not made:
        return
    numbers = Counter(row.evaluator_id for row in made)
    key = f"{call.pk}:{made[0].assigned_at.isoformat()}"
    people = User.objects.filter(pk__in=numbers)
    announce_each(EVALUATORS_ASSIGNED, ((f"{call.pk}:{numbers[user.pk]}", key, user) for user in people))


def assignment_revoked(row: Assignment) -> None:
    announce(ASSIGNMENT_REVOKED, about=row.pk, key=f"{row.pk}:{row.assigned_at.isoformat()}", users=[row.evaluator])


def assignment_reminder(row: Assignment, *, day: date) -> None:
    """Once a day."""
    announce(ASSIGNMENT_REMINDER, about=row.pk, key=f"{row.pk}:{day.isoformat()}", users=[row.evaluator])


def scores_due(due: Iterable[tuple[int, User, date, str]]) -> None:
    """By call, evaluator, day and stage: one message for each of them, however many proposals wait."""
    announce_each(
        SCORES_DUE,
        ((f"{call}:{user.pk}:{day}", f"{call}:{day}:{stage}", user) for call, user, day, stage in due),
    )


def conflict_declared(row: Assignment) -> None:
    """To whoever runs the call: a replacement is needed."""
    _tell_runners(CONFLICT_DECLARED, row)


def tie_found(row: Assignment) -> None:
    _tell_runners(TIE_FOUND, row)


def scores_complete(row: Assignment) -> None:
    """Every evaluator of the proposal has handed in."""
    _tell_runners(SCORES_COMPLETE, row)


def _tell_runners(message: Message, row: Assignment) -> None:
    key = f"{row.pk}:{row.assigned_at.isoformat()}"
    announce(message, about=row.pk, key=key, users=runners(row.assessment.network.call))
