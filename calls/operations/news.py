"""Telling people of new calls that their saved searches find.

News is what `calls.operations.clock` has noted: a call became public, or opened. A search with an alert at once is
asked as soon as a notice is there; each notice remembers up to which search that is done, so that the work can be
taken up by any worker at any point. Daily and weekly searches are asked once their hour has come (07:00 in Rome), and
so are the others, should anything have escaped. No search is told of a call twice (`SearchAlert.calls`).

Which calls a search finds is asked of `find`: filters belong to the layer above.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from calls.models import Frequency, Notice, SavedSearch, SearchAlert
from calls.notifications import alerts as notifications
from calls.operations.clock import WINDOW

CHUNK = 200
NOTICES = 1000
NEWS = [Notice.Kind.PUBLISHED, Notice.Kind.OPENED]
HOUR = time(7)
MONDAY = 0
# A notice is written a little before others can read it: each look goes back a bit beyond the one before.
OVERLAP = timedelta(hours=1)

Find = Callable[[Sequence[SavedSearch], datetime], dict[int, list[int]]]
"""For each search (by id) the calls (ids) of `news_for(search)` that it finds at the moment."""


def news_for(search: SavedSearch, now: datetime) -> QuerySet[Notice, Any]:
    """Ids of the calls that have become news since the search was asked last, as a query to narrow others by. What
    everyone could read before the search was saved is no news for it."""
    since = max(search.checked_at - OVERLAP, now - WINDOW)
    fresh = Notice.objects.filter(kind__in=NEWS, moment__gt=search.created_at, at__gt=since, at__lte=now)
    return fresh.values("call")


def alert_searches(now: datetime, find: Find) -> int:
    """Alert all searches whose time has come. Returns how many were asked."""
    asked = 0
    while number := _alert_at_once(now, find):
        asked += number
    while number := _alert_due(now, find):
        asked += number
    return asked


@transaction.atomic
def _alert_at_once(now: datetime, find: Find) -> int:
    """One chunk of the searches that wait for the oldest piece of work. Returns 0 when there is none."""
    # Not what a worker with a later clock has noted meanwhile: at this moment no search would find it, and it would be
    # taken for told.
    waiting = Notice.objects.filter(searches_after__isnull=False, at__lte=now).order_by("-searches_after", "pk")
    notices = list(waiting.select_for_update(skip_locked=True)[:NOTICES])
    if not notices:
        return 0
    after = notices[0].searches_after
    searches = list(_listening().filter(frequency=Frequency.AT_ONCE, pk__gt=after).order_by("pk")[:CHUNK])
    _tell(searches, find(searches, now), now)
    Notice.objects.filter(pk__in=[notice.pk for notice in notices if notice.searches_after == after]).update(
        searches_after=searches[-1].pk if len(searches) == CHUNK else None
    )
    return len(searches) or len(notices)


@transaction.atomic
def _alert_due(now: datetime, find: Find) -> int:
    """One chunk of the searches whose hour has come. Returns how many."""
    due = Q(frequency__in=[Frequency.AT_ONCE, Frequency.DAILY], checked_at__lt=last_morning(now)) | Q(
        frequency=Frequency.WEEKLY, checked_at__lt=last_morning(now, weekday=MONDAY)
    )
    searches = list(_listening(skip_locked=True).filter(due).order_by("pk")[:CHUNK])
    _tell(searches, find(searches, now), now)
    SavedSearch.objects.filter(pk__in=[search.pk for search in searches]).update(checked_at=now)
    return len(searches)


def _listening(*, skip_locked: bool = False) -> QuerySet[SavedSearch]:
    """Searches of people who want to be told, held until the transaction ends."""
    searches = SavedSearch.objects.filter(active=True, user__is_active=True).select_related("user")
    return searches.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked)


def _tell(searches: Sequence[SavedSearch], found: dict[int, list[int]], now: datetime) -> None:
    links = SearchAlert.calls.through
    calls = {call for matches in found.values() for call in matches}
    told = set(
        links.objects.filter(searchalert__search__in=list(found), call__in=calls).values_list(
            "searchalert__search_id", "call_id"
        )
    )
    fresh = {
        search: new
        for search in searches
        if (new := [call for call in found.get(search.pk, []) if (search.pk, call) not in told])
    }
    alerts = SearchAlert.objects.bulk_create(SearchAlert(search=search, at=now) for search in fresh)
    links.objects.bulk_create(
        links(searchalert_id=alert.pk, call_id=call)
        for alert, new in zip(alerts, fresh.values(), strict=True)
        for call in new
    )
    notifications.calls_found(zip(alerts, fresh, strict=True))


def last_morning(now: datetime, weekday: int | None = None) -> datetime:
    """The latest 07:00 in Rome that has come, of any day or of a weekday (0 is Monday)."""
    local = timezone.localtime(now)
    morning = datetime.combine(local.date(), HOUR, local.tzinfo)
    if morning > local:
        morning -= timedelta(days=1)
    return morning if weekday is None else morning - timedelta(days=(morning.weekday() - weekday) % 7)
