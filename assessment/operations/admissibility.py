"""Formal, then substantive admissibility: line by line, and what follows from the lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment import permissions
from assessment.models import AdmissibilityCheck, Assessment
from assessment.notifications import admissibility as notifications
from assessment.operations import journal
from assessment.operations.moves import lock, move
from assessment.states import AssessmentState
from calls.models import Call
from calls.procedure import ChecklistItem, admissibility_of
from calls.states import CallState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from projects.models import IntegrationRound
from projects.operations.changes import lock as lock_network
from projects.operations.integration import ask_integration

Stage, Finding = AdmissibilityCheck.Stage, AdmissibilityCheck.Finding
CHECKABLE = {AssessmentState.RECEIVED, AssessmentState.REJECTION_ANNOUNCED}


@dataclass(frozen=True)
class Found:
    """What was found on one line; a finding other than met needs a note."""

    finding: str
    note: str = ""


@transaction.atomic
def save_checks(
    assessment: Assessment, *, stage: str, found: Mapping[str, Found], actor: User, moment: datetime
) -> Assessment:
    """Save lines of one stage by their codes; lines that are not in `found` stay as they are.

    Raises `DomainError` when the proposal is not being checked, before the deadline, for whoever is too close, for a
    line that is not in the call's list or lacks its reason, and for the substantive stage before the formal one.
    """
    assessment = hold(assessment, actor=actor, moment=moment)
    if assessment.state not in CHECKABLE:
        raise DomainError(
            _("The lines can be checked while the proposal is received: it is now “%(now)s”.")
            % {"now": AssessmentState(assessment.state).label}
        )
    known = {item.code for item in admissibility_of(assessment.network.call) if item.stage == stage}
    if stage == Stage.SUBSTANTIVE and not formal_is_done(assessment):
        raise DomainError(_("Finish the formal checks first: every line found, none of them not met."))
    rows = {check.code: check for check in assessment.checks.filter(stage=stage)}
    for code, line in found.items():
        if code not in known:
            raise DomainError(_("This line is not in the call's list any more. Reload the page."))
        if line.finding != Finding.MET and not line.note.strip():
            raise DomainError(_("Give the reason for each line that is not met."))
        _save(assessment, rows.get(code), stage, code, line, actor)
    return assessment


def _save(
    assessment: Assessment, row: AdmissibilityCheck | None, stage: str, code: str, line: Found, actor: User
) -> None:
    before = {"finding": row.finding, "note": row.note} if row else None
    if before == {"finding": line.finding, "note": line.note}:
        return
    row = row or AdmissibilityCheck(assessment=assessment, stage=stage, code=code)
    row.finding, row.note, row.by, row.at = line.finding, line.note, actor, timezone.now()
    row.save()
    journal.write(
        assessment.network.call,
        "check",
        actor=actor,
        assessment=assessment,
        reason=line.note,
        stage=stage,
        code=code,
        finding=line.finding,
        before=before,
    )


@transaction.atomic
def admit(assessment: Assessment, *, actor: User, moment: datetime) -> Assessment:
    """Admit to evaluation. Raises `DomainError` unless every line of both stages is met."""
    assessment = hold(assessment, actor=actor, moment=moment)
    lines = lines_of(assessment)
    if not all(check is not None and check.finding == Finding.MET for _item, check in lines):
        raise DomainError(_("A proposal is admitted when every line of both lists is met."))
    assessment = move(assessment, AssessmentState.ADMITTED, actor=actor)
    notifications.proposal_admitted(assessment)
    return assessment


@transaction.atomic
def ask_for_integration(
    assessment: Assessment, *, sections: list[str], text: str, due_at: datetime, actor: User, moment: datetime
) -> IntegrationRound:
    """Ask the network, once, to complete what can be cured; only `sections` are unlocked, the clock stands still.

    Raises `DomainError` when nothing that can be cured was found, or it was asked before.
    """
    lock_network(assessment.network)  # before the assessment, as the sending does
    assessment = hold(assessment, actor=actor, moment=moment)
    if not assessment.checks.filter(finding=Finding.CURABLE).exists():
        raise DomainError(_("Mark what can be cured in the lists first."))
    if was_integrated(assessment):
        raise DomainError(_("An integration can be asked for only once, and it was."))
    assessment = move(
        assessment,
        AssessmentState.INTEGRATION,
        actor=actor,
        reason=text,
        sections=sections,
        due_at=due_at.isoformat(),
    )
    return ask_integration(assessment.submission, sections=sections, text=text, due_at=due_at, actor=actor)


# --- What others ask -----------------------------------------------------------------------------------------------


def hold(assessment: Assessment, *, actor: User, moment: datetime) -> Assessment:
    """The locked row, for whoever may decide about it now. Raises `DomainError` with the reason why not."""
    assessment = lock(assessment)
    check_over(assessment.network.call, moment)
    if not permissions.can_run_assessment(actor, assessment):
        raise DomainError(_("You do not run this selection any more."))
    if permissions.has_taken_part(actor, assessment.network):
        raise DomainError(
            _("You belong to this network, have helped to write it or have approved it: somebody else decides.")
        )
    return assessment


def check_over(call: Call, moment: datetime) -> None:
    """Raise `DomainError` while proposals can still be sent or taken back, and for a cancelled call."""
    if call.state == CallState.CANCELLED:
        raise DomainError(_("The call was cancelled: nothing is assessed."))
    if call.closes_at is None or call.closes_at > moment:
        raise DomainError(_("The call is still open. The assessment begins after the deadline."))


def lines_of(assessment: Assessment) -> list[tuple[ChecklistItem, AdmissibilityCheck | None]]:
    """The call's list, formal lines first, each with what was found."""
    checks = {(check.stage, check.code): check for check in assessment.checks.select_related("by")}
    return [(item, checks.get((item.stage, item.code))) for item in admissibility_of(assessment.network.call)]


def formal_is_done(assessment: Assessment) -> bool:
    """Every formal line was looked at, and none is not met for good."""
    formal = [check for item, check in lines_of(assessment) if item.stage == Stage.FORMAL.value]
    return all(check is not None and check.finding != Finding.NOT_MET for check in formal)


def was_integrated(assessment: Assessment) -> bool:
    return IntegrationRound.objects.filter(submission__network=assessment.network_id).exists()
