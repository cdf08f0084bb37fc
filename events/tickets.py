"""What a guest carries: the address and QR code of the ticket, and the event for a calendar."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import icalendar
import segno
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from district_portal.shared.ui import localised
from events.models import Event, Registration

ROME = ZoneInfo("Europe/Rome")
# Shown where no end is known: long enough to be seen in a calendar, too short to block a day.
WITHOUT_END = timedelta(hours=1)


def path_without_language(name: str, *args: str) -> str:
    """The path of a page without the language at its start, such as /events/distretti-day-2026/."""
    return "/" + reverse(name, args=args).split("/", 2)[2]


def absolute(path: str) -> str:
    """The public address of a path without language, in the language now active."""
    return f"{settings.PORTAL_URL}/{get_language()}{path}"


def ticket_address(registration: Registration) -> str:
    return absolute(path_without_language("tickets:detail", registration.token))


def qr_svg(address: str) -> SafeString:
    """The QR code as inline SVG, sized and coloured by the page's CSS. It holds an address, no personal data."""
    code = segno.make(address, micro=False, error="m")
    return mark_safe(code.svg_inline(omitsize=True, border=2, title=_("QR code of the ticket"), lineclass="qrline"))


def qr_png(address: str) -> bytes:
    """The QR code as an image for mails, about 300 px wide."""
    file = io.BytesIO()
    segno.make(address, micro=False, error="m").save(file, kind="png", scale=7, border=4)
    return file.getvalue()


def event_calendar(event: Event) -> bytes:
    """The event as an iCalendar file, in the active language."""
    address = absolute(path_without_language("events:detail", event.slug))
    return _calendar(event, address=address, text=localised(event, "lead"))


def ticket_calendar(registration: Registration) -> bytes:
    """The event as the holder of a ticket needs it: with the code and the ticket's address. Same UID as the event's."""
    text = _("Your ticket: %(code)s") % {"code": registration.code}
    return _calendar(registration.event, address=ticket_address(registration), text=text)


def _calendar(event: Event, *, address: str, text: str) -> bytes:
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//{settings.PORTAL_NAME}//events//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    entry = icalendar.Event()
    entry.add("uid", f"event-{event.pk}@{urlsplit(settings.PORTAL_URL).hostname}")
    entry.add("dtstamp", timezone.now())
    entry.add("summary", localised(event, "title"))
    entry.add("dtstart", _rome(event.starts_at))
    entry.add("dtend", _rome(event.ends_at or event.starts_at + WITHOUT_END))
    entry.add("description", f"{text}\n{address}".strip())
    entry.add("url", address)
    if event.venue or event.municipality_id:
        entry.add("location", place(event))
    calendar.add_component(entry)
    calendar.add_missing_timezones()
    return calendar.to_ical()


def place(event: Event) -> str:
    """Venue and municipality, as far as they are known: "Tecnopolo, Mirandola (MO)"."""
    return ", ".join(filter(None, [event.venue, str(event.municipality or "")]))


def _rome(moment: datetime) -> datetime:
    return moment.astimezone(ROME)
