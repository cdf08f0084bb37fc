"""Meetings of the evaluation committee (*nucleo di valutazione*): who was present, minutes, and their end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.inputs import in_selection
from assessment.models import PanelMeeting
from assessment.operations import journal
from calls.models import Call
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError


@transaction.atomic
def open_meeting(
    call: Call, *, held_on: date, members: Iterable[User], chair: User | None, actor: User
) -> PanelMeeting:
    """A meeting on a call's proposals. Raises `DomainError` unless the call is in assessment, or if one is open."""
    call = Call.objects.select_for_update().get(pk=call.pk)
    require_assessment(call)
    if call.panels.filter(closed_at=None).exists():
        raise DomainError(_("A meeting of this call is open already: close it first."))
    meeting = PanelMeeting.objects.create(call=call, held_on=held_on, chair=chair, created_by=actor)
    meeting.members.set(_with_chair(members, chair))
    _write_meeting(meeting, "panel_opened", actor)
    return meeting


class StaleMinutes(DomainError):
    """Somebody else has written minutes meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has changed the minutes meanwhile. Put both texts together and save again."))


def written(minutes: str) -> str:
    """A short name of the minutes as they are: sent with the form, so that nobody overwrites what they have not read.

    Browsers send line ends of their own."""
    return hashlib.sha256("\n".join(minutes.splitlines()).strip().encode()).hexdigest()[:12]


@transaction.atomic
def edit_meeting(
    meeting: PanelMeeting,
    *,
    held_on: date,
    members: Iterable[User],
    chair: User | None,
    minutes: str,
    before: str,
    actor: User,
) -> PanelMeeting:
    """Who was present, and the minutes. `before`: `written` of the minutes that the form was made from.

    Raises `DomainError` once the meeting is closed, `StaleMinutes` where others were saved meanwhile."""
    meeting = lock_open(meeting)
    if written(meeting.minutes) not in (before, written(minutes)):
        raise StaleMinutes
    meeting.held_on, meeting.chair, meeting.minutes = held_on, chair, minutes
    meeting.save(update_fields=["held_on", "chair", "minutes"])
    meeting.members.set(_with_chair(members, chair))
    _write_meeting(meeting, "panel_changed", actor)
    return meeting


@transaction.atomic
def close_meeting(meeting: PanelMeeting, *, actor: User) -> PanelMeeting:
    """After this its minutes and its points stay as they are. Raises `DomainError` without minutes."""
    meeting = lock_open(meeting)
    if not meeting.minutes.strip():
        raise DomainError(_("Write the minutes first: a meeting is closed with them."))
    meeting.closed_at = timezone.now()
    meeting.save(update_fields=["closed_at"])
    _write_meeting(meeting, "panel_closed", actor, minutes=hashlib.sha256(meeting.minutes.encode()).hexdigest())
    return meeting


def _with_chair(members: Iterable[User], chair: User | None) -> set[User]:
    return {*members, chair} if chair else {*members}


def _write_meeting(meeting: PanelMeeting, kind: str, actor: User, minutes: str | None = None) -> None:
    journal.write(
        meeting.call,
        kind,
        actor=actor,
        meeting=meeting.pk,
        held_on=meeting.held_on.isoformat(),
        members=sorted(meeting.members.values_list("pk", flat=True)),
        chair=meeting.chair_id,
        minutes=minutes,
    )


def lock_open(meeting: PanelMeeting) -> PanelMeeting:
    meeting = PanelMeeting.objects.select_for_update(of=("self",)).select_related("call").get(pk=meeting.pk)
    if meeting.closed_at is not None:
        raise DomainError(_("This meeting is closed: its minutes and its points stay as they are."))
    return meeting


def require_assessment(call: Call) -> None:
    if not in_selection(call):
        raise DomainError(_("This call is not in assessment: its panel has nothing to decide."))
