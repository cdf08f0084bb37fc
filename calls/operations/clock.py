"""What the clock brings about: calls open, come near their deadline, and close, without anybody doing anything.

Open and closed are never stored (`calls.states`); only who has been told is: one `Notice` for each call, kind and
moment, written in the transaction that tells people. Each call is one transaction, with its row locked and skipped by
other workers. So any number of workers may look at any time: a worker that dies halfway has told nobody, and the next
one tells everybody once. The cost depends on the calls whose opening or deadline is near, not on how many there are.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from calls.models import REMINDER_DAYS, Call, CallQuerySet, Notice
from calls.notifications import alerts as notifications
from calls.states import CallState

log = logging.getLogger(__name__)

# What happened longer ago is no news: people are not told of it any more, whatever the workers were doing.
WINDOW = timedelta(days=20)
BATCH = 500
REMINDERS = {14: Notice.Kind.REMINDER_14, 7: Notice.Kind.REMINDER_7, 1: Notice.Kind.REMINDER_1}


def pass_time(now: datetime) -> int:
    """Tell what has come about until `now`. Returns how many calls there was something to tell of."""
    told = record_published(now)
    for find, tell in ((openings, tell_opened), (closings, tell_closed), (reminders, tell_reminded)):
        told += _each(find(now), tell, now)
    return told


def _each(calls: CallQuerySet, tell: Callable[[int, datetime], bool], now: datetime) -> int:
    told = 0
    for pk in list(calls.values_list("pk", flat=True)[:BATCH]):
        try:
            told += tell(pk, now)
        except Exception:  # one call that fails must not keep all others from being told of; it is tried again
            log.exception("call %s: what the clock brought about was not told", pk)
    return told


def _untold(calls: CallQuerySet, kind: str, moment: str) -> Q:
    notices = Notice.objects.filter(call=OuterRef("pk"), kind=kind, moment=OuterRef(moment))
    return Q(~Exists(notices))


def _locked(calls: CallQuerySet, pk: int) -> Call | None:
    """The call, held until the transaction ends; None if it is in somebody's hands, or there is nothing to tell."""
    return (
        calls.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("facilitator", "programme")
        .filter(pk=pk)
        .first()
    )


# --- What became public ------------------------------------------------------------------------------------------


def record_published(now: datetime) -> int:
    """Calls that everyone can read since recently are news for saved searches. Nobody else is told here."""
    calls = Call.objects.published().filter(published_at__gt=now - WINDOW, published_at__lte=now)
    found = calls.filter(_untold(calls, Notice.Kind.PUBLISHED, "published_at")).values_list("pk", "published_at")
    notices = [
        Notice(call_id=pk, kind=Notice.Kind.PUBLISHED, moment=moment, at=now, searches_after=0)
        for pk, moment in found[: 10 * BATCH]
        if moment
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    return len(notices)


# --- Openings and closings ---------------------------------------------------------------------------------------


def openings(now: datetime) -> CallQuerySet:
    calls = Call.objects.open_at(now).filter(opened_key__gt=now - WINDOW, opened_key__lte=now)
    return calls.filter(_untold(calls, Notice.Kind.OPENED, "opens_at"))


@transaction.atomic
def tell_opened(pk: int, now: datetime) -> bool:
    call = _locked(openings(now), pk)
    if call is None or call.opens_at is None:
        return False
    opened = call.opens_at
    Notice.objects.create(call=call, kind=Notice.Kind.OPENED, moment=opened, at=now, searches_after=0)
    late = call.decisions.filter(to_state=CallState.PUBLISHED, at__gte=opened).order_by("-pk").first()
    if late is None:
        notifications.call_opened(call, opened)
    else:
        # Published when its opening had passed: who follows it was told then; for searches it is news since then.
        news = Notice(call=call, kind=Notice.Kind.PUBLISHED, moment=late.at, at=now, searches_after=0)
        Notice.objects.bulk_create([news], ignore_conflicts=True)
    return True


def closings(now: datetime) -> CallQuerySet:
    """Not those that came into the portal when they were closed already."""
    calls = Call.objects.filter(
        state__in=[CallState.PUBLISHED, CallState.IN_ASSESSMENT],
        closes_at__gt=now - WINDOW,
        closes_at__lte=now,
        created_at__lt=F("closes_at"),
    )
    return calls.filter(_untold(calls, Notice.Kind.CLOSED, "closes_at"))


@transaction.atomic
def tell_closed(pk: int, now: datetime) -> bool:
    call = _locked(closings(now), pk)
    if call is None or call.closes_at is None:
        return False
    Notice.objects.create(call=call, kind=Notice.Kind.CLOSED, moment=call.closes_at, at=now)
    notifications.call_closed(call, call.closes_at)
    return True


# --- Reminders ---------------------------------------------------------------------------------------------------


def within(moment: datetime, days: int) -> datetime:
    """The latest deadline that is at most `days` days away at `moment`: the same hour on clocks in Rome, so many days
    on, also over a change to or from summer time."""
    return (timezone.localtime(moment) + timedelta(days=days)).astimezone(UTC)


def reminders(now: datetime) -> CallQuerySet:
    calls = Call.objects.filter(
        state=CallState.PUBLISHED, closes_at__gt=now, closes_at__lte=within(now, max(REMINDERS))
    )
    due = Q(pk__in=[])
    for days, kind in REMINDERS.items():
        due |= Q(closes_at__lte=within(now, days)) & _untold(calls, kind, "closes_at")
    return calls.filter(due)


@transaction.atomic
def tell_reminded(pk: int, now: datetime) -> bool:
    """Remind for all days that have come. Whoever wants several of them is reminded once, for the latest.

    Days that had passed when the deadline was set are not made up for: people were told of it then.
    """
    call = _locked(reminders(now), pk)
    if call is None or call.closes_at is None:
        return False
    deadline, known = call.closes_at, _known_since(call, call.closes_at)
    told = set(call.notices.filter(moment=deadline, kind__in=REMINDERS.values()).values_list("kind", flat=True))
    due = [days for days in REMINDER_DAYS if deadline <= within(now, days) and REMINDERS[days] not in told]
    Notice.objects.bulk_create(Notice(call=call, kind=REMINDERS[days], moment=deadline, at=now) for days in due)
    notifications.deadline_near(call, deadline, [days for days in due if deadline > within(known, days)])
    return True


def _known_since(call: Call, deadline: datetime) -> datetime:
    """Since when everyone knows the deadline: it was set, or the call was published, whichever came later."""
    moments: Iterable[datetime | None] = [
        call.deadlines.filter(closes_at=deadline).order_by("-pk").values_list("set_at", flat=True).first(),
        call.decisions.filter(to_state=CallState.PUBLISHED).order_by("-pk").values_list("at", flat=True).first(),
    ]
    return max((moment for moment in moments if moment), default=call.created_at)
