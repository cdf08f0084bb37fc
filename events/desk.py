"""What waits for organisers: their next events, with the places that are taken."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from district_portal.accounts.models import User
from district_portal.shared.desk import DeskTask
from district_portal.shared.ui import localised, long_moment
from events.models import Event
from events.reports import waiting_text
from events.states import RegistrationState

AHEAD = timedelta(days=14)


def tasks(user: User, now: datetime) -> Iterable[DeskTask]:
    """Events of the next 14 days that the person organises."""
    waiting = Count("registrations", filter=Q(registrations__state=RegistrationState.WAITING))
    events = Event.objects.organised_by(user).filter(starts_at__range=(now, now + AHEAD)).annotate(waiting=waiting)
    for event in events.order_by("starts_at", "pk"):
        words = {"event": localised(event, "title"), "taken": places_taken(event)}
        yield DeskTask(
            title=_("Prepare %(event)s: %(taken)s") % words,
            context=_context(event),
            icon="it-calendar",
            action=_("See the participants"),
            url=reverse("events:participants", args=[event.slug]),
            due=event.starts_at,
        )


def places_taken(event: Event) -> str:
    if event.capacity is None:
        return ngettext("%(taken)s guest", "%(taken)s guests", event.taken) % {"taken": event.taken}
    return _("%(taken)s of %(capacity)s places taken") % {"taken": event.taken, "capacity": event.capacity}


def _context(event: Event) -> str:
    return " · ".join(filter(None, [long_moment(event.starts_at), waiting_text(event.waiting)]))
