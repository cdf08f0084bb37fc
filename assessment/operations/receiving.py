"""What sent proposals become here: told by `projects.operations.listeners` in the transaction of the sending."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from assessment.models import AnnouncedRejection, Assessment
from assessment.notifications import evaluators as notifications
from assessment.operations import journal
from assessment.operations.moves import lock, move
from assessment.states import AssessmentState
from projects.models import IntegrationRound, Submission, SubmissionWithdrawal


def receive(submission: Submission) -> None:
    """A proposal was sent: its assessment begins, or begins again after a withdrawal.

    What counts for ties is the moment of the last sending: whoever takes a proposal back to improve it gives up the
    place of the first one.
    """
    if submission.kind != Submission.Kind.PROPOSAL:
        return
    existing = Assessment.objects.filter(network=submission.network_id).first()
    if existing is None:
        assessment = Assessment(network=submission.network, submission=submission, received_at=submission.sent_at)
        _read(assessment, submission)
        assessment.save()
        _note(assessment, submission, to_state=AssessmentState.RECEIVED)
        return
    assessment = move(existing, AssessmentState.RECEIVED, actor=submission.sent_by, submission=submission.number)
    # Checks that were made before the deadline was moved are about another proposal; the journal keeps them.
    assessment.checks.all().delete()
    AnnouncedRejection.objects.filter(assessment=assessment).delete()
    assessment.submission, assessment.received_at, assessment.score = submission, submission.sent_at, None
    _read(assessment, submission)
    assessment.save()
    _note(assessment, submission)


def withdraw(submission: Submission) -> None:
    """A submission was withdrawn: nobody assesses it any more."""
    existing = Assessment.objects.filter(network=submission.network_id).first()
    if existing is None:
        return
    taken_back = SubmissionWithdrawal.objects.filter(submission=submission).select_related("withdrawn_by").first()
    actor = taken_back.withdrawn_by if taken_back else None
    reason = taken_back.reason if taken_back else ""
    assessment = move(existing, AssessmentState.WITHDRAWN, actor=actor, reason=reason, submission=submission.number)
    for row in assessment.assignments.standing().select_related("evaluator"):
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        notifications.assignment_revoked(row)


def integrated(asked: IntegrationRound) -> None:
    """An integration round has ended, with an answer or without: the clock goes on, what was cured is checked again."""
    assessment = lock(Assessment.objects.get(network=asked.submission.network_id))
    if asked.answer is not None:
        assessment.submission = asked.answer
        _read(assessment, asked.answer)
        assessment.save()
    actor = asked.answer.sent_by if asked.answer else None
    number = asked.answer.number if asked.answer else None
    move(assessment, AssessmentState.RECEIVED, actor=actor, submission=number, round=asked.pk)


def _read(assessment: Assessment, submission: Submission) -> None:
    """Cost and aid of exactly what was sent. NULL: not known, as aid where the call does not say how much it covers."""
    content = submission.version.content
    assessment.cost = sum((Decimal(line[-1]) for line in content["budget"]), Decimal(0)) or None
    assessment.grant = sum(map(Decimal, content["aid"].values()), Decimal(0)) or None


def _note(assessment: Assessment, submission: Submission, to_state: str = "") -> None:
    journal.write(
        submission.network.call,
        "receive",
        actor=submission.sent_by,
        assessment=assessment,
        to_state=to_state,
        submission=submission.number,
        digest=submission.digest,
        sent_at=submission.sent_at.isoformat(),
        grant=_text(assessment.grant),
        cost=_text(assessment.cost),
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
