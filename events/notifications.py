"""What guests are told, by mail: they need no account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from district_portal.notifications.outbox import Attachment, Content, Guest, Message, announce_to_guest
from events.models import Registration
from events.states import RegistrationState
from events.tickets import path_without_language, place, qr_png, ticket_address, ticket_calendar

AGAIN_SECONDS = 3600
JUST_NOW = timedelta(minutes=1)


def _content(about: str, **context: Any) -> tuple[Registration, Content]:
    registration = Registration.objects.select_related("event__municipality").get(pk=about)
    guest = Guest(str(registration), registration.email, registration.language)
    facts = {"registration": registration, "event": registration.event, "place": place(registration.event)}
    path = path_without_language("tickets:detail", registration.token)
    return registration, Content(path=path, context=facts | context, guest=guest)


def _load(about: str) -> Content:
    return _content(about)[1]


def _load_waiting(about: str) -> Content:
    registration, content = _content(about)
    content.context["position"] = registration.waiting_position()
    return content


def _load_ticket(about: str) -> Content:
    registration, content = _content(about)
    cancel = path_without_language("tickets:cancel", registration.token)
    content.context["cancel_link"] = ticket_address(registration).removesuffix(content.path) + cancel
    content.attachments.append(Attachment(_("ticket.png"), qr_png(ticket_address(registration)), "image/png"))
    content.attachments.append(Attachment(_("event.ics"), ticket_calendar(registration), "text/calendar"))
    return content


REGISTRATION_CONFIRMED = Message("events/registration_confirmed", load=_load_ticket)
REGISTRATION_WAITING = Message("events/registration_waiting", load=_load_waiting)
REGISTRATION_PROMOTED = Message("events/registration_promoted", load=_load_ticket)
REGISTRATION_CANCELLED = Message("events/registration_cancelled", load=_load)


def registration_confirmed(registration: Registration) -> None:
    announce_to_guest(REGISTRATION_CONFIRMED, about=registration.pk, key=str(registration.pk))


def registration_waiting(registration: Registration) -> None:
    announce_to_guest(REGISTRATION_WAITING, about=registration.pk, key=str(registration.pk))


def registration_promoted(registration: Registration) -> None:
    announce_to_guest(REGISTRATION_PROMOTED, about=registration.pk, key=str(registration.pk))


def registration_cancelled(registration: Registration) -> None:
    announce_to_guest(REGISTRATION_CANCELLED, about=registration.pk, key=str(registration.pk))


def ticket_again(registration: Registration, moment: datetime) -> None:
    """Send the ticket (or the place on the waiting list) once more, at most once in each hour of the clock.

    Not to somebody who has registered just now: that is the same form sent twice, and the message is on its way.
    """
    if moment - registration.registered_at < JUST_NOW:
        return
    message = REGISTRATION_CONFIRMED if registration.state == RegistrationState.CONFIRMED else REGISTRATION_WAITING
    hour = int(moment.timestamp()) // AGAIN_SECONDS
    announce_to_guest(message, about=registration.pk, key=f"{registration.pk}:again:{hour}")
