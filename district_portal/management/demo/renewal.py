"""Keeps an old demonstration alive: what has passed meanwhile moves forward by whole weeks, nothing else changes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, QuerySet
from django.utils import timezone

from calls.models import Call, CallDeadline, CallMilestone
from calls.states import CallState
from district_portal.management.demo.call_texts import CALLS
from district_portal.management.demo.dates import at, days, event_day
from events.models import Event

WEEK = days(7)


def renew(moment: datetime) -> int:
    """Move forward the calls that were made open and are past, and the event once over. Returns how many moved."""
    moved = 0
    for spec in CALLS.values():
        if spec["state"] == CallState.PUBLISHED and spec["closes"] > 0:
            for call in _past(spec, moment):
                _move(call, _weeks_until(call.closes_at, moment + days(spec["closes"])))
                moved += 1
    for event in Event.objects.filter(slug__startswith="distretti-day-", illustrative=True, ends_at__lte=moment):
        _move_event(event, _weeks_until(event.starts_at, at(event_day(moment.date()), 9)))
        moved += 1
    return moved


def _past(spec: dict, moment: datetime) -> QuerySet[Call]:
    """Calls made from this text (its address holds a year) whose deadline has passed."""
    start = spec["slug"].partition("{year}")[0]
    return Call.objects.filter(
        slug__startswith=start,
        programme__slug="reti-di-distretto",
        illustrative=True,
        state=CallState.PUBLISHED,
        closes_at__lte=moment,
    )


def _weeks_until(old: datetime, wanted: datetime) -> timedelta:
    """Whole weeks, so that a deadline keeps its weekday."""
    return WEEK * -((old - wanted) // WEEK)


def _later(when: datetime, by: timedelta) -> datetime:
    """The same hour on clocks in Rome, also over a change to or from summer time."""
    local = timezone.localtime(when)
    return at(local.date() + by, local.hour, local.minute)


def _move(call: Call, by: timedelta) -> None:
    call.opens_at, call.closes_at = _later(call.opens_at, by), _later(call.closes_at, by)
    if call.questions_until:
        call.questions_until = _later(call.questions_until, by)
    call.save()
    for deadline in CallDeadline.objects.filter(call=call):
        deadline.closes_at = _later(deadline.closes_at, by)
        deadline.save(update_fields=["closes_at"])
    CallMilestone.objects.filter(call=call).update(starts_on=F("starts_on") + by, ends_on=F("ends_on") + by)


def _move_event(event: Event, by: timedelta) -> None:
    event.starts_at, event.ends_at = _later(event.starts_at, by), _later(event.ends_at, by)
    event.save(update_fields=["starts_at", "ends_at"])
    for session in event.sessions.all():
        session.starts_at = _later(session.starts_at, by)
        session.save(update_fields=["starts_at"])
