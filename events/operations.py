"""Everything that changes who has a place.

Order of locks, so that nobody waits in a circle and no freed place is forgotten: the event's row before any row of a
guest that others can see. A new guest's row is inserted first (nobody sees it yet), so that the event's row is held
only from the moment the place is taken to the commit.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from events import notifications
from events.codes import new_code, read_code, token_of_address
from events.models import ClockTimestamp, Event, Registration
from events.names import organisation_key
from events.states import RegistrationState

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Guest:
    """What a guest tells of themselves."""

    given_name: str
    family_name: str
    email: str
    category: str
    organisation: str = ""
    needs: str = ""
    listed: bool = False


def require_open(event: Event, moment: datetime) -> None:
    """Raise `DomainError` unless one can register now: an event takes guests until it ends."""
    if event.is_over(moment):
        raise DomainError(_("This event is over. You can't register any more."))
    if event.starts_at is None or not event.published:
        raise DomainError(_("Registration for this event has not opened yet."))


@transaction.atomic
def register(event: Event, guest: Guest, *, moment: datetime, language: str) -> tuple[Registration, bool]:
    """The guest's registration, and whether it is new: confirmed while there is a place, else on the waiting list.

    The same e-mail again adds nothing and changes nothing: the ticket is sent again, at most once an hour.
    Raises `DomainError` when the event takes no guests at `moment`.
    """
    require_open(event, moment)
    while True:
        registration = _insert(event, guest, language)
        if registration is not None:
            break
        existing = Registration.objects.holding(guest.email).filter(event=event).first()
        if existing is not None:
            notifications.ticket_again(existing, moment)
            return existing, False
        # The code was taken, or the address was freed by a cancellation at this moment: try again.
    if _take_place(event):
        notifications.registration_confirmed(registration)
    else:
        registration.state = RegistrationState.WAITING
        # Under the event's lock, by the database's clock: the list is in the order in which positions are told.
        Registration.objects.filter(pk=registration.pk).update(state=registration.state, registered_at=ClockTimestamp())
        registration.refresh_from_db(fields=["registered_at"])
        notifications.registration_waiting(registration)
    return registration, True


def _insert(event: Event, guest: Guest, language: str) -> Registration | None:
    """A new confirmed row, or None if the address (or the code) is in use. Whether there is a place is seen later."""
    token = secrets.token_urlsafe(32)
    row = Registration(
        event=event,
        given_name=guest.given_name,
        family_name=guest.family_name,
        email=guest.email.lower(),
        organisation=guest.organisation,
        organisation_key=organisation_key(guest.organisation),
        category=guest.category,
        needs=guest.needs,
        listed=guest.listed,
        language=language,
        state=RegistrationState.CONFIRMED,
        token=token,
        code=new_code(),
    )
    Registration.objects.bulk_create([row], ignore_conflicts=True)
    return Registration.objects.filter(token=token).first()


def _take_place(event: Event) -> bool:
    """Take one place, if there is one. When it returns False the event's row is locked, so that no place comes free."""
    places = Event.objects.filter(pk=event.pk).with_room()
    if places.update(taken=F("taken") + 1):
        return True
    _locked(event.pk)
    return bool(places.update(taken=F("taken") + 1))


def _locked(event_id: int) -> Event:
    # Not FOR UPDATE: rows of guests point to the event, and each insertion would have to wait.
    return Event.objects.select_for_update(no_key=True).get(pk=event_id)


def require_cancellable(registration: Registration, event: Event, moment: datetime) -> None:
    """Raise `DomainError` after arrival and after the event."""
    if registration.arrived_at:
        raise DomainError(_("You have already arrived at the event, so the registration can't be cancelled any more."))
    if event.is_over(moment):
        raise DomainError(_("This event is over, so the registration can't be cancelled any more."))


@transaction.atomic
def cancel_registration(registration: Registration, *, moment: datetime) -> Registration:
    """Give the place back; the next guest of the waiting list gets it in this transaction. Twice is fine.

    Raises `DomainError` after arrival and after the event.
    """
    event = _locked(registration.event_id)
    registration = Registration.objects.select_for_update().get(pk=registration.pk)
    if registration.state == RegistrationState.CANCELLED:
        return registration
    require_cancellable(registration, event, moment)
    had_place = registration.state == RegistrationState.CONFIRMED
    registration.state, registration.cancelled_at = RegistrationState.CANCELLED, moment
    registration.save(update_fields=["state", "cancelled_at"])
    if had_place:
        event.taken -= 1
        _fill(event)
    notifications.registration_cancelled(registration)
    return registration


@transaction.atomic
def change_capacity(event: Event, *, actor: User, capacity: int | None) -> Event:
    """Set the number of places (None: no limit); guests of the waiting list get the new ones.

    Raises `DomainError` if more places are taken already.
    """
    event = _locked(event.pk)
    if capacity is not None and capacity < event.taken:
        raise DomainError(_("%(taken)s places are taken already: the event can't have fewer.") % {"taken": event.taken})
    log.info("places of %s: %s, before %s, by %s", event.slug, capacity, event.capacity, actor.pk)
    event.capacity = capacity
    _fill(event)
    return event


def _fill(event: Event) -> None:
    """Give free places of a locked event to those who wait, the first one first, and write both counts."""
    waiting = event.registrations.waiting_in_order().select_for_update()
    promoted = list(waiting if event.capacity is None else waiting[: max(0, event.capacity - event.taken)])
    event.taken += len(promoted)
    event.save(update_fields=["taken", "capacity"])
    Registration.objects.filter(pk__in=[guest.pk for guest in promoted]).update(state=RegistrationState.CONFIRMED)
    for guest in promoted:
        notifications.registration_promoted(guest)


# --- At the entrance -----------------------------------------------------------------------------------------------


class Answer(StrEnum):
    """What the entrance answers to a code."""

    ARRIVED = "arrived"
    ALREADY = "already"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    MISTYPED = "mistyped"


@dataclass(frozen=True)
class CheckIn:
    answer: Answer
    registration: Registration | None = None


@transaction.atomic
def check_in(event: Event, typed: str, *, actor: User) -> CheckIn:
    """Mark the guest of a code as arrived. `typed` may be the code in any spelling, or the address in the QR code."""
    token, code = token_of_address(typed), read_code(typed)
    if token is None and code is None:
        return CheckIn(Answer.MISTYPED)
    key = {"token": token} if token else {"code": code}
    registration = event.registrations.select_for_update().filter(**key).first()
    if registration is None:
        return CheckIn(Answer.UNKNOWN)
    if registration.state != RegistrationState.CONFIRMED:
        return CheckIn(Answer(registration.state), registration)
    if registration.arrived_at:
        return CheckIn(Answer.ALREADY, registration)
    return CheckIn(Answer.ARRIVED, _arrive(registration, actor))


@transaction.atomic
def mark_arrived(registration: Registration, *, actor: User) -> Registration:
    """Note that a guest came; the first moment stays. Raises `DomainError` if the guest has no place."""
    registration = Registration.objects.select_for_update().get(pk=registration.pk)
    if registration.state != RegistrationState.CONFIRMED:
        raise DomainError(
            _("%(guest)s has no place: “%(state)s”.")
            % {"guest": registration, "state": registration.get_state_display()}
        )
    return registration if registration.arrived_at else _arrive(registration, actor)


def _arrive(registration: Registration, actor: User) -> Registration:
    registration.arrived_at, registration.arrived_by = timezone.now(), actor
    registration.save(update_fields=["arrived_at", "arrived_by"])
    return registration


def undo_arrival(registration: Registration, *, actor: User) -> None:
    """Take back an arrival that was noted by mistake. Twice is fine."""
    arrived = Registration.objects.filter(pk=registration.pk, arrived_at__isnull=False)
    if arrived.update(arrived_at=None, arrived_by=None):
        log.info("arrival of registration %s taken back by %s", registration.pk, actor.pk)
