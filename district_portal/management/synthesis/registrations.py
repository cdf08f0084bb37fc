"""Events and their guests: one event that is full and has a waiting list, then past ones with arrivals."""

from __future__ import annotations

import random
import secrets
from datetime import datetime, timedelta

from district_portal.accounts.models import Region
from district_portal.management.synthesis.batch import Batch, Counts, chance_of, chunks, first_number, numbers
from district_portal.management.synthesis.moments import midnight
from district_portal.management.synthesis.words import FAMILY, GIVEN, HEADS, TAILS
from events.codes import new_code
from events.models import Category, Event, Registration
from events.names import organisation_key
from events.states import RegistrationState

MOST = 100_000  # guests of one event
CATEGORIES = {
    Category.ENTERPRISE: 50,
    Category.AUTHORITY: 10,
    Category.ASSOCIATION: 6,
    Category.RESEARCH: 14,
    Category.PROFESSIONAL: 10,
    Category.PRESS: 2,
    Category.STUDENT: 8,
}


def make(count: int, seed: int, counts: Counts) -> None:
    region = Region.objects.get(slug="emilia-romagna").pk if count else None
    coming, batch = True, Batch(counts)
    while count > 0:
        size, number = min(count, MOST), first_number(Event)
        chance = chance_of(seed, "registrations", number)
        (key,) = numbers(Event, 1)
        starts = midnight() + timedelta(days=40 if coming else -200 - chance.randrange(900), hours=9)
        _event(batch, key, number, region, starts, size)
        batch.write()
        first = 0
        for chunk in chunks(size):
            for position in range(first, first + chunk):
                _guest(batch, key, position, size, starts, chance)
            first += chunk
            batch.write()
        coming = False
        count -= size


def _event(batch: Batch, key: int, number: int, region: int, starts: datetime, guests: int) -> None:
    """Its places are those that its guests have: the first event of a run is full, and some wait."""
    taken = sum(_state(position, guests) == RegistrationState.CONFIRMED for position in range(guests))
    batch.add(
        Event,
        id=key,
        slug=f"giornata-di-filiera-n{number}",
        title_it=f"Giornata di filiera {number}",
        title_en=f"Supply chain day {number}",
        region_id=region,
        starts_at=starts,
        ends_at=starts + timedelta(hours=8),
        venue="Sala di esempio",
        municipality_id="036022",
        capacity=taken,
        taken=taken,
        published=True,
        illustrative=True,
    )


def _state(position: int, guests: int) -> str:
    """Every twentieth has cancelled; of a hundred the last three came too late."""
    if position % 20 == 7:
        return RegistrationState.CANCELLED
    return RegistrationState.WAITING if position >= guests - guests * 3 // 100 else RegistrationState.CONFIRMED


def _guest(batch: Batch, event: int, position: int, guests: int, starts: datetime, chance: random.Random) -> None:
    state, until = _state(position, guests), min(starts, midnight())
    given, family, firm = chance.choice(GIVEN), chance.choice(FAMILY), chance.choice(HEADS) + chance.choice(TAILS)
    # In the order of their positions, so that those who wait came last.
    registered = until - timedelta(days=30) * ((guests - position) / guests)
    arrived = state == RegistrationState.CONFIRMED and starts < midnight() and chance.random() < 0.8
    batch.add(
        Registration,
        event_id=event,
        given_name=given,
        family_name=family,
        organisation=firm,
        organisation_key=organisation_key(firm),
        email=f"{given}.{family}.{position}@ospiti.demo.example".lower(),
        category=chance.choices(list(CATEGORIES), list(CATEGORIES.values()))[0],
        listed=chance.random() < 0.3,
        state=state,
        token=secrets.token_urlsafe(32),
        code=new_code(),
        registered_at=registered,
        cancelled_at=registered + timedelta(hours=1) if state == RegistrationState.CANCELLED else None,
        arrived_at=starts - timedelta(minutes=chance.randrange(60)) if arrived else None,
    )
