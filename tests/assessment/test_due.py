"""Evaluators are reminded of the day by which their scores are awaited."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from assessment.models import Assignment
from assessment.operations.due import remind_of_scores
from assessment.states import AssessmentState, Conflict
from assessment.tasks import remind_evaluators
from district_portal.accounts.models import Appointment, User
from district_portal.notifications.delivery import deliver_waiting
from district_portal.notifications.models import Channel, OutboxRow
from projects.models import Network
from tests.factories.assessment import assessed_call, assigned

pytestmark = pytest.mark.django_db
TODAY = date(2031, 5, 20)


def told() -> list[str]:
    rows = OutboxRow.objects.filter(message="assessment/scores_due", channel=Channel.MAIL).order_by("pk")
    return [row.key.split(":")[-3] for row in rows]


def waits(days: int, since: int = 30, **fields):
    """An assignment whose scores are awaited in `days`, made `since` days ago."""
    selection = assessed_call(1, 1, state=AssessmentState.ADMITTED)
    at = timezone.now().replace(year=TODAY.year, month=TODAY.month, day=TODAY.day, hour=12) - timedelta(days=since)
    due = TODAY + timedelta(days=days)
    return assigned(selection.first, selection.evaluators[0], due_on=due, assigned_at=at, **fields)


@pytest.mark.parametrize(("days", "stages"), [(8, []), (7, ["7"]), (2, ["7"]), (1, ["1"]), (0, ["1"]), (-1, ["late"])])
def test_reminded_a_week_and_a_day_before_and_when_the_day_has_passed(days, stages) -> None:
    waits(days)
    remind_of_scores(TODAY)
    assert told() == stages


def test_each_stage_is_told_once_however_often_the_clock_is_looked_at() -> None:
    waits(7)
    for day in range(30):
        for _again in range(2):
            remind_of_scores(TODAY + timedelta(days=day))
    assert told() == ["7", "1", "late"]


def test_one_message_for_all_proposals_of_a_call_and_day() -> None:
    selection = assessed_call(3, 1, state=AssessmentState.ADMITTED)
    at = timezone.now() - timedelta(days=30)
    for assessment in selection.assessments:
        due = timezone.localdate() + timedelta(days=7)
        assigned(assessment, selection.evaluators[0], due_on=due, assigned_at=at)
    assert remind_evaluators() == 1
    assert told() == ["7"]


@pytest.mark.parametrize(
    "fields", [{"since": 2}, {"submitted": True}, {"revoked_at": timezone.now()}, {"declared": Conflict.CONFLICT}]
)
def test_not_reminded_of_what_is_new_done_or_ended(fields) -> None:
    waits(5, **fields)
    remind_of_scores(TODAY)
    assert told() == []


def test_who_is_not_appointed_any_more_is_not_reminded() -> None:
    row = waits(7)
    Appointment.objects.filter(user=row.evaluator).delete()
    remind_of_scores(TODAY)
    assert told() == []


@pytest.mark.parametrize("language", ["en", "it"])
@pytest.mark.parametrize("days", [7, -1])
def test_the_mail_names_the_proposals_in_the_language_of_its_reader(language, days, mailoutbox, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    row = waits(days)
    User.objects.filter(pk=row.evaluator_id).update(language=language)
    Network.objects.filter(pk=row.assessment.network_id).update(title="Tubes & Sons")
    remind_of_scores(TODAY)
    deliver_waiting()
    [mail] = mailoutbox
    assert "- Tubes & Sons" in mail.body and "/evaluations/" in mail.body
    assert "Tubes &amp; Sons" in mail.alternatives[0][0]


def test_the_mail_is_dropped_when_the_evaluator_was_quicker(mailoutbox, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    row = waits(7)
    remind_of_scores(TODAY)
    Assignment.objects.filter(pk=row.pk).update(submitted_at=timezone.now())
    deliver_waiting()
    assert mailoutbox == []
