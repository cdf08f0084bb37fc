"""Calls as entries of a calendar (RFC 5545). The same call gives the same bytes: what has not changed can be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from calls.models import Call, CallMilestone
from calls.states import CallState
from district_portal.shared.ui import language, localised, long_moment


def calendar(name: str, events: Iterable[Event]) -> bytes:
    """A whole calendar in the active language."""
    made = Calendar()
    made.add("prodid", f"-//{settings.PORTAL_NAME}//{language()}")
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    for event in events:
        made.add_component(event)
    return made.to_ical()


def deadline(call: Call) -> Event:
    """The deadline; reads `call.deadlines`, the history, in which an extension shows."""
    event = _event(call, "", call.deadline_shown, _("Deadline: %(call)s"))
    notes = [localised(call, "summary"), extension(call)]
    event.add("description", "\n\n".join(filter(None, notes)))
    event.add("sequence", max(len(call.deadlines.all()) - 1, 0))
    return event


def extension(call: Call) -> str:
    """One sentence, where the deadline has been moved to a later moment; else empty."""
    history = list(call.deadlines.all())
    if len(history) < 2 or history[-1].closes_at <= history[-2].closes_at:
        return ""
    return _("The deadline was extended to %(moment)s (Rome time).") % {"moment": long_moment(call.deadline_shown)}


def all_events(call: Call) -> Iterator[Event]:
    """Opening, deadline for questions, deadline and steps of one call, as far as they are known."""
    if call.opens_at:
        yield _event(call, "-opening", call.opens_at, _("Opens: %(call)s"))
    if call.questions_until:
        yield _event(call, "-questions", call.questions_until, _("Last questions: %(call)s"))
    if call.closes_at:
        yield deadline(call)
    for milestone in call.milestones.all():
        yield _milestone(call, milestone)


def _milestone(call: Call, milestone: CallMilestone) -> Event:
    title = localised(milestone, "name").replace("%", "%%") + ": %(call)s"
    event = _event(call, f"-step-{milestone.pk}", milestone.starts_on, title)
    # The end of a whole day is the day after it.
    event.add("dtend", (milestone.ends_on or milestone.starts_on) + timedelta(days=1))
    return event


def _event(call: Call, part: str, start: datetime | date | None, title: str) -> Event:
    host = settings.PORTAL_URL.partition("://")[2]
    event = Event()
    event.add("uid", f"call-{call.pk}{part}@{host}")
    event.add("dtstamp", call.updated_at)
    event.add("last-modified", call.updated_at)
    event.add("dtstart", start)
    event.add("summary", title % {"call": localised(call, "title")})
    event.add("url", settings.PORTAL_URL + call.get_absolute_url())
    event.add("transp", "TRANSPARENT")
    if call.state == CallState.CANCELLED:
        event.add("status", "CANCELLED")
    return event
