"""Everything that changes a call."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.models import Call, CallDeadline, CallDecision
from calls.states import CALL_MOVES, CallState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from district_portal.shared.states import check_move
from district_portal.shared.ui import long_day, long_moment

# --- The deadline ------------------------------------------------------------------------------------------------


def moment_of_arrival() -> datetime:
    """The moment now by the database's clock (the only one that all hosts share); views ask for it first of all.

    `now()` would not do: it is the beginning of the transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def hold_open(call: Call, arrived: datetime) -> Call:
    """Read the call again, sure that its dates stay as they are until the transaction ends.

    Raises `DomainError` unless the call was open when the request arrived. FOR SHARE lets others register at the same
    time, and makes whoever moves the deadline wait.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM calls_call WHERE id = %s FOR SHARE", [call.pk])
    call = Call.objects.select_related("facilitator").get(pk=call.pk)
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


@transaction.atomic
def save_call(call: Call, *, actor: User, deadline_note: str = "") -> Call:
    """Save what was entered (not the state, which is moved). A changed deadline leaves an entry in the history."""
    before = Call.objects.select_for_update().filter(pk=call.pk).first()
    if before is not None:
        check_promise(before, call.closes_at)
        call.state = before.state
    call.save()
    _keep_deadline(before, call, actor=actor, note=deadline_note)
    return call


def _keep_deadline(before: Call | None, call: Call, *, actor: User, note: str) -> None:
    was = (before.closes_at, before.deadline_has_time) if before else (None, True)
    if call.closes_at is None or was == (call.closes_at, call.deadline_has_time):
        return
    if was[0] and not call.deadlines.exists():
        CallDeadline.objects.create(call=call, closes_at=was[0], has_time=was[1], set_at=None)
    CallDeadline.objects.create(
        call=call, closes_at=call.closes_at, has_time=call.deadline_has_time, note=note, set_by=actor
    )


@transaction.atomic
def extend_deadline(call: Call, *, actor: User, closes_at: datetime, has_time: bool = True, note: str = "") -> Call:
    """Move the deadline, and keep the one that was. `note` says why, for everyone to read.

    Raises `DomainError` where a call that has opened would close earlier than it promised.
    """
    call = Call.objects.select_for_update().get(pk=call.pk)
    call.closes_at, call.deadline_has_time = closes_at, has_time
    return save_call(call, actor=actor, deadline_note=note)


# --- The life of a call ------------------------------------------------------------------------------------------


@transaction.atomic
def _move(call: Call, target: CallState, *, actor: User) -> Call:
    call = Call.objects.select_for_update().get(pk=call.pk)
    check_move(CALL_MOVES, call.state, target)
    _check_dates(call, target)
    CallDecision.objects.create(call=call, actor=actor, from_state=call.state, to_state=target)
    call.state = target
    call.save(update_fields=["state", "updated_at"])
    return call


def _check_dates(call: Call, target: CallState) -> None:
    if target == CallState.PUBLISHED and not (call.opens_at and call.closes_at):
        raise DomainError(_("Enter an opening and a deadline before you publish this call."))
    if target == CallState.IN_ASSESSMENT and not (call.closes_at and call.closes_at <= timezone.now()):
        raise DomainError(_("The deadline has not passed: the assessment starts after it."))


def announce_call(call: Call, *, actor: User) -> Call:
    """Show a draft as opening soon, before its dates are certain."""
    return _move(call, CallState.PLANNED, actor=actor)


def publish_call(call: Call, *, actor: User) -> Call:
    """It opens and closes by the clock from now on. Raises `DomainError` without opening and deadline."""
    return _move(call, CallState.PUBLISHED, actor=actor)


def start_assessment(call: Call, *, actor: User) -> Call:
    """Raises `DomainError` before the deadline."""
    return _move(call, CallState.IN_ASSESSMENT, actor=actor)


def publish_ranking(call: Call, *, actor: User) -> Call:
    return _move(call, CallState.RANKED, actor=actor)


def conclude_call(call: Call, *, actor: User) -> Call:
    return _move(call, CallState.CONCLUDED, actor=actor)


def cancel_call(call: Call, *, actor: User) -> Call:
    return _move(call, CallState.CANCELLED, actor=actor)
