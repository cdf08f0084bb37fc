"""What an evaluator declares on each proposal, before anything of it is read or scored."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment import permissions
from assessment.models import Assignment
from assessment.notifications import evaluators as notifications
from assessment.operations import journal
from assessment.operations.moves import lock
from assessment.operations.ties import tie_between
from assessment.states import AssessmentState, Conflict
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError


def declare(assignment: Assignment, *, conflict: bool, note: str, actor: User) -> Assignment:
    """Declare a conflict of interest, which ends the assignment, or none, which opens the proposal.

    Raises `DomainError` for a second declaration, an assignment that has ended, and a known tie, which ends it.
    """
    with transaction.atomic():
        row = hold_own(assignment, actor)
        if row.declared is not None:
            raise DomainError(_("You have declared already on this proposal. Nothing was changed."))
        tie = None if conflict else end_if_tied(row)
        if tie is None:
            row.declared = Conflict.CONFLICT if conflict else Conflict.NONE
            row.declared_at, row.conflict_note = timezone.now(), note if conflict else ""
            row.save(update_fields=["declared", "declared_at", "conflict_note"])
            _note(row, "declare", actor, declared=row.declared, reason=row.conflict_note)
            if conflict:
                notifications.conflict_declared(row)
            return row
    raise DomainError(tie)


def hold_own(assignment: Assignment, actor: User) -> Assignment:
    """The locked assignment (its proposal is locked first), for its evaluator while it stands and is to be scored."""
    assessment = lock(assignment.assessment)
    row = Assignment.objects.select_for_update().get(pk=assignment.pk)
    row.assessment = assessment
    if row.evaluator_id != actor.pk or not permissions.evaluates_for(actor, assessment.network):
        raise DomainError(_("You are not appointed to evaluate this proposal any more."))
    if not row.stands:
        raise DomainError(_("This assignment has ended: the proposal is not yours to evaluate any more."))
    if assessment.state != AssessmentState.ADMITTED:
        raise DomainError(
            _("This proposal is not in evaluation any more: it is now “%(now)s”.")
            % {"now": AssessmentState(assessment.state).label}
        )
    return row


def end_if_tied(row: Assignment) -> str | None:
    """Take a held assignment back when a tie has become known meanwhile; returns the words for its evaluator."""
    tie = tie_between(row.evaluator_id, row.assessment.network_id)
    if tie is None:
        return None
    row.revoked_at = timezone.now()
    row.save(update_fields=["revoked_at"])
    _note(row, "revoke", None, reason=str(tie), tie=tie.kind)
    notifications.assignment_revoked(row)
    notifications.tie_found(row)
    return _("You cannot evaluate this proposal: the portal knows that you have a tie to it (%(tie)s).") % {"tie": tie}


def _note(row: Assignment, kind: str, actor: User | None, *, reason: str, **data: str) -> None:
    journal.write(
        row.assessment.network.call,
        kind,
        actor=actor,
        assessment=row.assessment,
        reason=reason,
        assignment=row.pk,
        evaluator=row.evaluator_id,
        number=row.number,
        **data,
    )
