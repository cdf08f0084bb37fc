"""What the accounts of the demonstration follow and search for: what the workers tell them of starts from here."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from calls.models import Call, Follow, SavedSearch
from calls.states import CallState
from district_portal.accounts.models import User
from district_portal.management.demo.dates import days

# account, name, filters, rhythm, alert is on
SEARCHES = [
    ("novamed", "Bandi per il biomedicale", "district=biomedicale", "daily", True),
    ("novamed", "Economia circolare", "theme=economia-circolare", "at_once", True),
    ("secchia", "Digitale per le imprese", "role=enterprise&theme=digitale", "weekly", True),
    ("secchia", "Dialisi", "q=dialisi", "at_once", False),
]
FOLLOWS = {"novamed": "voucher phd energy", "secchia": "main phd", "lab": "main software"}


def make(users: dict[str, User], calls: dict[str, Call], moment: datetime) -> None:
    shown = Call.objects.filter(pk__in=[call.pk for call in calls.values()]).exclude(state=CallState.DRAFT)
    shown.update(published_at=F("created_at"))
    saved = moment - days(15)
    SavedSearch.objects.bulk_create(
        SavedSearch(
            user=users[account],
            name=name,
            query=query,
            frequency=frequency,
            active=active,
            created_at=saved,
            checked_at=saved,
        )
        for account, name, query, frequency, active in SEARCHES
    )
    Follow.objects.bulk_create(
        Follow(user=users[account], call=calls[key], at=saved)
        for account, keys in FOLLOWS.items()
        for key in keys.split()
    )
