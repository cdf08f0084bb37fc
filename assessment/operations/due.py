"""Evaluators are reminded of the day by which their scores are awaited, without anybody doing anything."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from assessment.models import Assignment
from assessment.notifications import evaluators as notifications
from calls.states import CallState
from district_portal.accounts.models import Appointment, Role, User

STAGES = (7, 1)
"""Days before. Once more when the day has passed."""
WINDOW = timedelta(days=20)
"""A day that passed longer ago is no news, whatever the workers were doing."""


@transaction.atomic
def remind_of_scores(today: date) -> int:
    """Remind those whose scores are awaited in seven days, tomorrow, or were awaited before `today` (in Rome).

    One message by evaluator, call, day and stage, written in one transaction: safe to repeat, and a worker that dies
    before the end has reminded nobody. A stage that had come when the proposal was assigned is not made up for. Who is
    not appointed any more is not reminded. Returns how many messages are due, sent before or not.
    """
    offices = Appointment.objects.current().filter(
        role=Role.EVALUATOR,
        user=OuterRef("evaluator"),
        region=OuterRef("assessment__network__call__programme__region"),
    )
    rows = Assignment.objects.waiting().filter(
        Exists(offices), due_on__gte=today - WINDOW, due_on__lte=today + timedelta(days=max(STAGES))
    )
    rows = rows.exclude(assessment__network__call__state=CallState.CANCELLED)
    due: dict[tuple[int, User, date, str], None] = {}
    for row in rows.select_related("evaluator", "assessment__network").order_by("pk"):
        if row.due_on and (stage := _stage(row.due_on, timezone.localdate(row.assigned_at), today)):
            due[row.assessment.network.call_id, row.evaluator, row.due_on, stage] = None
    notifications.scores_due(due)
    return len(due)


def _stage(due_on: date, assigned_on: date, today: date) -> str:
    """The latest stage that has come; empty when none has, or it had when the proposal was assigned."""
    left = (due_on - today).days
    if left < 0:
        return "late"
    days = min((stage for stage in STAGES if left <= stage), default=None)
    return str(days) if days is not None and (due_on - assigned_on).days > days else ""
