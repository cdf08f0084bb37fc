"""Days and moments of the demonstration, in Rome time, counted from the day on which it is made."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

THURSDAY = 3


def now() -> datetime:
    """This moment in Rome; its `.date()` is the day there."""
    return timezone.localtime()


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The moment at which clocks in Rome show this."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def on_or_after(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def days(count: int) -> timedelta:
    return timedelta(days=count)


def event_day(today: date) -> date:
    """The day of the coming Distretti Day: a Thursday about four weeks ahead."""
    return on_or_after(today + days(25), THURSDAY)
