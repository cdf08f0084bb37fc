"""What a person changes of how they are told: saved searches, reminders, the secret calendar."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.models import AlertPreferences, CalendarFeed, Frequency, SavedSearch
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError

# More would be a mail programme of its own; each is asked for each new call.
MOST_SEARCHES = 50
USED_EVERY = timedelta(hours=1)

# --- Saved searches ----------------------------------------------------------------------------------------------


@transaction.atomic
def save_search(*, actor: User, query: str, name: str, frequency: str = Frequency.DAILY) -> SavedSearch:
    """Keep a search; `query` as `finding.searches.canonical` writes it. The same search again takes the new name and
    frequency, and its alert is on again. Raises `DomainError` for more than `MOST_SEARCHES`."""
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # one at a time for each person: the count holds
    search = actor.saved_searches.filter(query=query).first()
    if search is not None:
        change_search(search, actor=actor, name=name, frequency=frequency)
        return switch_on(search)
    if actor.saved_searches.count() >= MOST_SEARCHES:
        raise DomainError(
            _("You have %(count)s saved searches. Delete one, then save this.") % {"count": MOST_SEARCHES}
        )
    return SavedSearch.objects.create(user=actor, query=query, name=name, frequency=frequency)


@transaction.atomic
def change_search(search: SavedSearch, *, actor: User, name: str, frequency: str) -> SavedSearch:
    """Another name or frequency. What was not told of yet is told of in the new rhythm."""
    search.name, search.frequency = name, frequency
    search.save(update_fields=["name", "frequency"])
    return search


@transaction.atomic
def switch_off(search: SavedSearch) -> SavedSearch:
    """No more alerts; the search stays. Again: the same. Whoever has the link of a mail may do it."""
    SavedSearch.objects.filter(pk=search.pk).update(active=False)
    search.active = False
    return search


@transaction.atomic
def switch_on(search: SavedSearch) -> SavedSearch:
    """Alerts of what becomes news from now on. Again: the same."""
    SavedSearch.objects.filter(pk=search.pk, active=False).update(active=True, checked_at=timezone.now())
    search.active = True
    return search


@transaction.atomic
def delete_search(search: SavedSearch, *, actor: User) -> None:
    """A mail about it that waits is dropped."""
    search.delete()


# --- Reminders ---------------------------------------------------------------------------------------------------


@transaction.atomic
def choose_reminders(*, actor: User, days: Iterable[int]) -> AlertPreferences:
    """At which of `REMINDER_DAYS` before a deadline the person is reminded; none is a choice, too."""
    preferences, _created = AlertPreferences.objects.update_or_create(
        user=actor, defaults={"reminder_days": sorted(set(days), reverse=True)}
    )
    return preferences


# --- The secret calendar -----------------------------------------------------------------------------------------


@transaction.atomic
def new_calendar(*, actor: User) -> str:
    """A secret for the address of the person's calendar. It is shown now and never again: only its hash is kept.
    The address before answers no more."""
    secret = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        user=actor, defaults={"digest": digest(secret), "created_at": timezone.now(), "used_at": None}
    )
    return secret


@transaction.atomic
def revoke_calendar(*, actor: User) -> None:
    """The address answers no more. Again: the same."""
    CalendarFeed.objects.filter(user=actor).delete()


def find_calendar(secret: str) -> CalendarFeed | None:
    """The calendar of a secret. It is found by its hash: how long that takes tells nothing about the secret."""
    feeds = CalendarFeed.objects.select_related("user").filter(user__is_active=True)
    return feeds.filter(digest=digest(secret)).first()


def calendar_used(feed: CalendarFeed) -> None:
    """Remember when a program last asked, at most once an hour."""
    now = timezone.now()
    if feed.used_at is None or feed.used_at < now - USED_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(used_at=now)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
