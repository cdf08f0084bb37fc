"""What those concerned are told: every message of the first half of the selection, written in both languages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from assessment.models import Assessment
from assessment.operations import admissibility, assignment, declarations, rejections, scoring
from assessment.operations.scoring import Given
from calls.procedure import criteria_of
from district_portal.accounts.models import User
from district_portal.notifications.delivery import deliver_waiting
from district_portal.notifications.models import OutboxRow
from district_portal.shared.errors import DomainError
from tests.assessment.people import REASON, TEXT, checked, lead_owner
from tests.factories.assessment import Selection, assessed_call
from tests.factories.enterprises import MembershipFactory
from tests.projects.people import lead_of

pytestmark = pytest.mark.django_db
ANNOUNCES = {"selection": {"evaluators": 1, "objection_days": 10, "integration_days": 10}}
OURS = {
    *["proposal_admitted", "proposal_rejected", "rejection_announced", "rejection_answered", "evaluator_assigned"],
    *["evaluators_assigned", "assignment_revoked", "assignment_reminder", "conflict_declared", "tie_found"],
    "scores_complete",
}


def everything_that_can_be_told(language: str) -> Selection:
    """Two proposals on their way, one rejected, one scored after a conflict and a tie."""
    selection = assessed_call(2, 4, rules=ANNOUNCES, title_it="Reti & filiere", title_en="Networks & chains")
    first, second = selection.assessments
    owners = [lead_owner(each) for each in (first, second)]
    for each in (first, second):
        type(each.network).objects.filter(pk=each.network_id).update(title="Tubes & Sons")
    User.objects.update(language=language)
    now, staff = timezone.now(), selection.staff
    checked(first, staff, complete="not_met")
    rejections.announce_rejection(first, reason=REASON, actor=staff, moment=now)
    rejections.answer_rejection(first, text="It is on page 3.", actor=owners[0], moment=now)
    rejections.reject(first, reason=REASON, actor=staff, moment=now)
    checked(second, staff)
    admissibility.admit(second, actor=staff, moment=now)
    _evaluate(selection, second)
    return selection


def _evaluate(selection: Selection, assessment: Assessment) -> None:
    now, staff = timezone.now(), selection.staff
    rows = [
        assignment.assign_evaluator(assessment, evaluator=person, due_on=day, actor=staff, moment=now)
        for person, day in zip(selection.evaluators[:3], (None, timezone.localdate(), None), strict=True)
    ]
    bound, tied, back = rows
    assignment.remind_evaluator(tied, actor=staff, moment=now)
    declarations.declare(bound, conflict=True, note="My brother & I.", actor=bound.evaluator)
    MembershipFactory(organisation=lead_of(assessment.network), user=tied.evaluator)
    with pytest.raises(DomainError):
        declarations.declare(tied, conflict=False, note="", actor=tied.evaluator)
    assignment.revoke_assignment(back, reason="Too much.", actor=staff, moment=now)
    plan = assignment.plan_assignments(selection.call).plan
    [row] = assignment.assign_all(selection.call, digest=plan.digest, due_on=None, actor=staff, moment=now)
    declarations.declare(row, conflict=False, note="", actor=row.evaluator)
    given = {each.code: Given(Decimal(each.weight) / 2, TEXT) for each in criteria_of(selection.call).criteria}
    scoring.hand_in_scores(row, given=given, actor=row.evaluator)


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_message_is_written_in_the_language_of_its_reader(language: str, mailoutbox, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    everything_that_can_be_told(language)
    told = set(OutboxRow.objects.values_list("message", flat=True))
    assert told == {f"assessment/{name}" for name in OURS}
    # What waits is dropped when the evaluator's part has ended meanwhile.
    deliver_waiting()
    assert set(OutboxRow.objects.values_list("last_error", flat=True)) <= {""}
    title = {"it": "Reti & filiere", "en": "Networks & chains"}[language]
    for mail in mailoutbox:
        html = mail.alternatives[0].content
        assert "Tubes & Sons" in mail.subject or title in mail.subject
        assert "&amp;" not in mail.body and "& Sons" not in html
        assert f"/{language}/" in mail.body
    assert any(REASON in mail.body for mail in mailoutbox)
    assert any("It is on page 3." in mail.body for mail in mailoutbox)
    assert not any("Too much." in mail.body for mail in mailoutbox)
