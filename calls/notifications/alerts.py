"""What people are told because they follow a call or saved a search, and because time has passed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import get_language

from calls.concerned import people_concerned, people_who_prepare
from calls.models import REMINDER_DAYS, Call, SavedSearch, SearchAlert
from calls.states import CallState
from district_portal.accounts.models import User
from district_portal.notifications.outbox import Content, Message, NoLongerTrue, announce, announce_each, path_of
from district_portal.shared.ui import days_left, localised

# A mail that lists more is not read; the rest is behind the link.
LISTED = 20


def _absolute(path: str) -> str:
    return f"{settings.PORTAL_URL}/{get_language()}{path}"


def _at(call: Call, moment: datetime) -> str:
    return f"{call.pk}@{moment.isoformat()}"


def _read(about: str) -> tuple[Call, datetime]:
    """The call, and the moment that was to be told of. Raises `Call.DoesNotExist`."""
    pk, _at_sign, moment = about.partition("@")
    return Call.objects.defer("search_it", "search_en").get(pk=pk), datetime.fromisoformat(moment)


def _content(call: Call, **context: Any) -> Content:
    known = {"call": call, "title": localised(call, "title"), "settings_url": _absolute(path_of("alerts:list"))}
    return Content(path=path_of("calls:detail", call.slug), context=known | context)


# --- Openings, reminders, closings -------------------------------------------------------------------------------


def _load_opened(about: str) -> Content:
    call, opened = _read(about)
    if call.opens_at != opened or not call.is_open_at(timezone.now()):
        raise NoLongerTrue("the call is not open, or has another opening")
    return _content(call)


def _load_reminder(about: str) -> Content:
    call, deadline = _read(about)
    now = timezone.now()
    if call.state != CallState.PUBLISHED or call.closes_at != deadline or deadline <= now:
        raise NoLongerTrue("the call is closed or cancelled, or has another deadline")
    return _content(call, days=days_left(deadline, now), opens_later=bool(call.opens_at and call.opens_at > now))


def _load_closed(about: str) -> Content:
    call, deadline = _read(about)
    if call.closes_at != deadline or call.state == CallState.CANCELLED:
        raise NoLongerTrue("the call was cancelled, or has another deadline")
    # Through the name of the relation: networks belong to a higher room.
    networks = call.networks.exclude(state="withdrawn")
    return _content(
        call,
        interested=call.interests.active().count(),
        submitted=networks.filter(submitted_at__isnull=False).count(),
        forming=networks.filter(submitted_at=None).count(),
    )


CALL_OPENED = Message("calls/call_opened", load=_load_opened)
DEADLINE_NEAR = Message("calls/deadline_near", load=_load_reminder)
CALL_CLOSED = Message("calls/call_closed", load=_load_closed)


def call_opened(call: Call, opened: datetime) -> None:
    """To those who followed the call before it opened."""
    users = User.objects.filter(is_active=True, pk__in=call.follows.filter(at__lt=opened).values("user"))
    announce(CALL_OPENED, about=_at(call, opened), key=_at(call, opened), users=users)


def deadline_near(call: Call, deadline: datetime, days: Iterable[int]) -> None:
    """To all whom the call concerns and who want to be reminded at one of `days` before the deadline: one message
    each, for the latest of these days."""
    due = set(days)
    entries = []
    for user in people_concerned(call).select_related("alert_preferences"):
        chosen = due & set(chosen_days(user))
        if chosen:
            entries.append((_at(call, deadline), f"{_at(call, deadline)}:{min(chosen)}", user))
    announce_each(DEADLINE_NEAR, entries)


def chosen_days(user: User) -> Sequence[int]:
    """How many days before a deadline the person wants to be reminded; all, if they never chose."""
    preferences = getattr(user, "alert_preferences", None)
    return REMINDER_DAYS if preferences is None else preferences.reminder_days


def call_closed(call: Call, deadline: datetime) -> None:
    """A summary for the facilitator and for those who prepare the call."""
    users = [*people_who_prepare(call), *([call.facilitator] if call.facilitator else [])]
    announce(CALL_CLOSED, about=_at(call, deadline), key=_at(call, deadline), users=users)


# --- Saved searches ----------------------------------------------------------------------------------------------


def _load_found(about: str) -> Content:
    """`about`: id of the alert. Gone with its search, and worth nothing once the search is switched off."""
    alert = SearchAlert.objects.select_related("search").filter(pk=about).first()
    if alert is None or not alert.search.active:
        raise NoLongerTrue("the search was deleted or switched off")
    search = alert.search
    calls = Call.objects.visible_to(AnonymousUser()).filter(pk__in=alert.calls.values("pk"))
    number = calls.count()
    if not number:
        raise NoLongerTrue("no call of the alert is public any more")
    listed = calls.only("slug", "title_it", "title_en", "state", "opens_at", "closes_at", "deadline_has_time")
    off = path_of("alerts:off", search.token)
    return Content(
        path=path_of("calls:list") + (f"?{search.query}" if search.query else ""),
        context={
            "search": search,
            "number": number,
            "more": max(number - LISTED, 0),
            "calls": [(call, _absolute(path_of("calls:detail", call.slug))) for call in _by_deadline(listed)],
            "off_url": _absolute(off),
            "settings_url": _absolute(path_of("alerts:list")),
        },
        headers=_unsubscribe(off),
    )


def _by_deadline(calls: Any) -> Iterable[Call]:
    return calls.order_by("deadline_key", "pk")[:LISTED]


def _unsubscribe(path: str) -> dict[str, str]:
    """One click in the mail program switches off (RFC 8058): a POST to the address without language."""
    return {
        "List-Unsubscribe": f"<{settings.PORTAL_URL}{path}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


CALLS_FOUND = Message("calls/calls_found", load=_load_found)


def calls_found(alerts: Iterable[tuple[SearchAlert, SavedSearch]]) -> None:
    """Each alert to the person whose search it is."""
    announce_each(CALLS_FOUND, [(alert.pk, str(alert.pk), search.user) for alert, search in alerts])
