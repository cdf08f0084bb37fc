"""Rejections: announced with time to answer where the call says so (*preavviso di rigetto*), else at once.

Only for admissibility: rankings are exempt by law (`domain.md`, 4).
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment import permissions
from assessment.letters import LANGUAGE, REJECTION
from assessment.models import AdmissibilityCheck, AnnouncedRejection, Assessment
from assessment.notifications import admissibility as notifications
from assessment.operations import journal
from assessment.operations.admissibility import hold, lines_of, was_integrated
from assessment.operations.moves import lock, move
from assessment.states import AssessmentState
from calls.procedure import procedure_of
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from projects.operations.papers import order_paper

Stage, Finding = AdmissibilityCheck.Stage, AdmissibilityCheck.Finding


def target_of(assessment: Assessment) -> AssessmentState | None:
    """Where what was found leads: excluded by a formal line, not admissible by a substantive one, None: no rejection.

    A line that can be cured counts as not met once the network was asked to cure it.
    """
    failing = {Finding.NOT_MET, Finding.CURABLE} if was_integrated(assessment) else {Finding.NOT_MET}
    stages = {item.stage for item, check in lines_of(assessment) if check is not None and check.finding in failing}
    if Stage.FORMAL in stages:
        return AssessmentState.EXCLUDED
    return AssessmentState.NOT_ADMISSIBLE if Stage.SUBSTANTIVE in stages else None


def answer_by(moment: datetime, days: int) -> datetime:
    """The end (Rome time) of the last of so many calendar days; the day of the announcement does not count."""
    day = timezone.localdate(moment) + timedelta(days=days + 1)
    return timezone.make_aware(datetime.combine(day, time()))


@transaction.atomic
def announce_rejection(assessment: Assessment, *, reason: str, actor: User, moment: datetime) -> AnnouncedRejection:
    """Tell the network why its proposal is going to be rejected; it may answer. Raises `DomainError`."""
    assessment = hold(assessment, actor=actor, moment=moment)
    days = procedure_of(assessment.network.call).objection_days
    if days is None:
        raise DomainError(_("This call does not announce rejections: decide at once."))
    target = _target(assessment)
    due = answer_by(moment, days)
    assessment = move(
        assessment,
        AssessmentState.REJECTION_ANNOUNCED,
        actor=actor,
        reason=reason,
        intended=target,
        due_at=due.isoformat(),
    )
    announced = AnnouncedRejection.objects.create(
        assessment=assessment, target=target, reason=reason, announced_by=actor, announced_at=moment, due_at=due
    )
    notifications.rejection_announced(announced)
    return announced


@transaction.atomic
def answer_rejection(assessment: Assessment, *, text: str, actor: User, moment: datetime) -> AnnouncedRejection:
    """The network's answer, once, within the time. `moment` is when the request arrived. Raises `DomainError`."""
    assessment = lock(assessment)
    announced = AnnouncedRejection.objects.get(assessment=assessment)
    if not permissions.can_answer_rejection(actor, assessment):
        raise DomainError(_("The lead of the network answers."))
    if assessment.state != AssessmentState.REJECTION_ANNOUNCED:
        raise DomainError(_("The Region has decided already: an answer changes nothing any more."))
    if announced.answered_at is not None:
        raise DomainError(_("Your network has answered already. Nothing was changed."))
    if moment >= announced.due_at:
        raise DomainError(_("The time to answer is over."))
    announced.answer, announced.answered_by, announced.answered_at = text, actor, moment
    announced.save(update_fields=["answer", "answered_by", "answered_at"])
    call = assessment.network.call
    journal.write(call, "answer_rejection", actor=actor, assessment=assessment, reason=text)
    notifications.rejection_answered(announced)
    return announced


@transaction.atomic
def reject(assessment: Assessment, *, reason: str, actor: User, moment: datetime) -> Assessment:
    """Exclude the proposal, or find it not admissible, as its lines say.

    Raises `DomainError` where a rejection has to be announced first, or its time to answer still runs.
    """
    assessment = hold(assessment, actor=actor, moment=moment)
    announced = AnnouncedRejection.objects.filter(assessment=assessment).first()
    if assessment.state == AssessmentState.RECEIVED:
        if procedure_of(assessment.network.call).objection_days is not None:
            raise DomainError(_("This call announces rejections: announce it, the network may answer."))
    elif announced is not None and not may_decide(announced, moment):
        raise DomainError(_("Decide after the network has answered, or its time is over."))
    assessment = move(assessment, _target(assessment), actor=actor, reason=reason, lines=_failing(assessment))
    notifications.proposal_rejected(assessment)
    order_paper(assessment.network, REJECTION, about=str(assessment.pk), language=LANGUAGE, actor=actor)
    return assessment


def may_decide(announced: AnnouncedRejection, moment: datetime) -> bool:
    return announced.answered_at is not None or moment >= announced.due_at


def _target(assessment: Assessment) -> AssessmentState:
    target = target_of(assessment)
    if target is None:
        raise DomainError(_("No line is “not met”: there is nothing to reject it for."))
    return target


def _failing(assessment: Assessment) -> list[dict[str, str]]:
    return [
        {"stage": check.stage, "code": check.code, "finding": check.finding, "note": check.note}
        for _item, check in lines_of(assessment)
        if check is not None and check.finding != Finding.MET
    ]
