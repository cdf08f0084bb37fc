"""The words of the desk: who is greeted how, and how urgent a task is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from district_portal.accounts.models import Role
from district_portal.desk import due_words, greeting
from district_portal.shared import desk
from district_portal.shared.desk import DeskTask, tasks_for
from tests.factories import AppointmentFactory, UserFactory

# Eleven in the morning in Rome.
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("hour, words", [(0, "Good morning"), (13, "Good afternoon"), (18, "Good evening")])
def test_people_are_greeted_by_the_hour_in_rome(hour: int, words: str) -> None:
    moment = datetime(2026, 11, 22, hour, 0, tzinfo=UTC) - timedelta(hours=1)
    assert greeting(moment) == f"{words}, %(name)s"


@pytest.mark.parametrize(
    "due, words, urgency",
    [
        (timedelta(minutes=-1), "Overdue", "late"),
        (timedelta(hours=3), "Due today", "late"),
        (timedelta(days=1), "1 day left", "late"),
        (timedelta(days=7), "7 days left", "soon"),
        (timedelta(days=8), "8 days left", ""),
    ],
)
def test_a_task_says_how_much_time_is_left(due: timedelta, words: str, urgency: str) -> None:
    task = DeskTask("Review", "", "it-user", "Review", "/", due=NOW + due)
    with translation.override("en"):
        assert (due_words(task, NOW), task.urgency(NOW)) == (words, urgency)


@pytest.mark.parametrize("age, words", [(timedelta(days=2), "New"), (timedelta(days=3), "")])
def test_a_task_without_a_date_is_new_for_three_days(age: timedelta, words: str) -> None:
    task = DeskTask("Review", "", "it-user", "Review", "/", created=NOW - age)
    assert due_words(task, NOW) == words


@pytest.mark.django_db
def test_a_room_is_asked_only_for_whom_something_can_wait_in_it(monkeypatch) -> None:
    facilitator, stranger = AppointmentFactory(role=Role.FACILITATOR).user, UserFactory()
    monkeypatch.setattr(desk, "_providers", [])
    row = DeskTask("Review", "", "it-user", "Review", "/")
    desk.register(lambda user, now: [row], roles=[Role.FACILITATOR, Role.REGIONAL_STAFF])
    desk.register(lambda user, now: [replace(row, title="Read")])
    assert [task.title for task in tasks_for(facilitator, NOW)] == ["Review", "Read"]
    assert [task.title for task in tasks_for(stranger, NOW)] == ["Read"]
