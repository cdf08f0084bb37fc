"""Everything that changes a call."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.models import Call, CallDeadline, CallDecision
from calls.notifications import publishing as notifications
from calls.operations.drafts import void_requests
from calls.operations.versions import begin_change, record_version
from calls.states import CALL_MOVES, OVER, CallState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from district_portal.shared.states import check_move
from district_portal.shared.ui import long_day, long_moment

# --- The deadline ------------------------------------------------------------------------------------------------


def hold_dates(call: Call) -> Call:
    """Read the call again, sure that its dates stay as they are until the transaction ends.

    FOR SHARE lets others register or ask at the same time, and makes whoever moves the deadline wait.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM calls_call WHERE id = %s FOR SHARE", [call.pk])
    return Call.objects.select_related("facilitator", "programme").get(pk=call.pk)


def hold_open(call: Call, arrived: datetime) -> Call:
    """The same. Raises `DomainError` unless the call was open when the request arrived."""
    call = hold_dates(call)
    require_open(call, arrived)
    return call


def require_open(call: Call, arrived: datetime) -> None:
    """Raises `DomainError` unless the call, as it was read, was open when the request arrived."""
    if not call.is_open_at(arrived):
        raise DomainError(why_not_open(call, arrived))


def why_not_open(call: Call, moment: datetime) -> str:
    """One sentence for a call that is not open at the moment."""
    if call.state == CallState.CANCELLED:
        return _("This call was cancelled.")
    status = call.status_at(moment)
    if status in ("call:draft", "call:planned"):
        if call.opens_at is None or call.opens_at <= moment:
            return _("This call is not open yet.")
        return _("This call opens on %(moment)s (Rome time).") % {"moment": long_moment(call.opens_at)}
    if call.closes_at is None or call.closes_at > moment:
        return _("This call is closed.")
    if not call.deadline_has_time:
        return _("This call closed on %(day)s.") % {"day": long_day(call.deadline_day)}
    return _("This call closed on %(moment)s (Rome time).") % {"moment": long_moment(call.closes_at)}


def check_promise(before: Call, closes_at: datetime | None) -> None:
    """Raises `DomainError` where a call that has opened would close earlier than it promised."""
    opened = before.state == CallState.PUBLISHED and before.opens_at and before.opens_at <= timezone.now()
    promised = before.closes_at if opened else None
    if promised and (closes_at is None or closes_at < promised):
        raise DomainError(_("This call has opened: its deadline can be moved to a later moment only."))


def keep_deadline(call: Call, was: tuple[datetime | None, bool], *, actor: User, note: str = "") -> None:
    """Add the call's deadline to its history if it is not what it `was`: moment, and whether its hour is known."""
    if call.closes_at is None or was == (call.closes_at, call.deadline_has_time):
        return
    if was[0] and not call.deadlines.exists():
        CallDeadline.objects.create(call=call, closes_at=was[0], has_time=was[1], set_at=None)
    CallDeadline.objects.create(
        call=call, closes_at=call.closes_at, has_time=call.deadline_has_time, note=note, set_by=actor
    )


def require_movable(call: Call) -> None:
    """Raises `DomainError` where the deadline is edited with the draft, or cannot be moved any more."""
    if call.state != CallState.PUBLISHED:
        raise DomainError(_("Only the deadline of a published call can be moved, until its assessment starts."))


@transaction.atomic
def extend_deadline(call: Call, *, actor: User, closes_at: datetime, note: str, has_time: bool = True) -> Call:
    """Move the deadline of a published call, keep the one that was, and tell all whom it concerns.

    `note` says why, for everyone to read. Raises `DomainError` where the call is not published, or has opened and
    would close earlier than it promised.
    """
    call = begin_change(call, actor=actor)
    require_movable(call)
    if closes_at <= timezone.now():
        raise DomainError(_("This moment has passed: choose a deadline that is still to come."))
    if call.opens_at and closes_at <= call.opens_at:
        raise DomainError(_("The deadline must be after the opening."))
    check_promise(call, closes_at)
    was = (call.closes_at, call.deadline_has_time)
    call.closes_at, call.deadline_has_time = closes_at, has_time
    if call.questions_until and call.questions_until > closes_at:
        call.questions_until = closes_at
    call.save(update_fields=["closes_at", "deadline_has_time", "questions_until", "updated_at"])
    keep_deadline(call, was, actor=actor, note=note)
    record_version(call, actor=actor, note=note)
    return call


def require_editable(call: Call) -> None:
    """Raises `DomainError` for a call that is over."""
    if call.state in OVER:
        raise DomainError(_("This call is over: what it said stays as it is."))


# --- The life of a call ------------------------------------------------------------------------------------------


def move_call(call: Call, target: CallState, *, actor: User, reason: str = "") -> CallDecision:
    """Move a call whose row is locked, and write the journal. Raises `DomainError` where the table allows no such move.

    Only for operations: they know what else a move needs.
    """
    check_move(CALL_MOVES, call.state, target)
    decision = CallDecision.objects.create(
        call=call, actor=actor, from_state=call.state, to_state=target, reason=reason
    )
    call.state = target
    call.save(update_fields=["state", "updated_at"])
    return decision


@transaction.atomic
def start_assessment(call: Call, *, actor: User, reason: str = "") -> Call:
    """Raises `DomainError` before the deadline."""
    call = Call.objects.select_for_update().get(pk=call.pk)
    check_move(CALL_MOVES, call.state, CallState.IN_ASSESSMENT)
    if not (call.closes_at and call.closes_at <= timezone.now()):
        raise DomainError(_("The deadline has not passed: the assessment starts after it."))
    move_call(call, CallState.IN_ASSESSMENT, actor=actor, reason=reason)
    return call


@transaction.atomic
def publish_ranking(call: Call, *, actor: User, reason: str = "") -> Call:
    """The assessment is over: everyone whom the call concerns is told."""
    call = Call.objects.select_for_update().get(pk=call.pk)
    notifications.call_ranked(move_call(call, CallState.RANKED, actor=actor, reason=reason))
    return call


@transaction.atomic
def conclude_call(call: Call, *, actor: User, reason: str = "") -> Call:
    call = Call.objects.select_for_update().get(pk=call.pk)
    move_call(call, CallState.CONCLUDED, actor=actor, reason=reason)
    return call


@transaction.atomic
def cancel_call(call: Call, *, actor: User, reason: str) -> Call:
    """Stop a call that everyone has read, and tell all whom it concerns why. A draft is deleted instead."""
    call = Call.objects.select_for_update().get(pk=call.pk)
    if not reason.strip():
        raise DomainError(_("Say why the call is cancelled: everyone reads it."))
    decision = move_call(call, CallState.CANCELLED, actor=actor, reason=reason)
    void_requests(call, actor=actor)
    notifications.call_cancelled(decision)
    return call
