"""Calls in all states, over all districts and themes, with deadlines and interests."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta

from django.utils.text import slugify

from calls.models import Call, CallDeadline, CallRule, Interest, Programme, Theme
from calls.operations.rules import rules_of_columns
from calls.states import CallState
from district_portal.accounts.models import Region
from district_portal.management.synthesis.batch import Batch, Counts, chance_of, chunks, first_number, numbers
from district_portal.management.synthesis.moments import midnight
from district_portal.management.synthesis.organisations import Pool, Vocabulary, pool, vocabulary
from district_portal.management.synthesis.words import NEEDS, TITLES, TOPICS
from enterprises.models import OrganisationKind

PROGRAMME = "programma-sintetico"
# state, weight, days from today until the deadline
KINDS = [
    (CallState.PUBLISHED, 20, (15, 120)),
    (CallState.PUBLISHED, 6, (1, 14)),
    (CallState.PUBLISHED, 4, (-20, -1)),
    (CallState.PLANNED, 6, (150, 300)),
    (CallState.IN_ASSESSMENT, 9, (-120, -21)),
    (CallState.RANKED, 10, (-400, -121)),
    (CallState.CONCLUDED, 40, (-2200, -401)),
    (CallState.DRAFT, 5, (150, 300)),
]
INTERESTS = 24  # at most, for a call


def make(count: int, seed: int, counts: Counts) -> None:
    if not count:
        return
    programme, _ = Programme.objects.get_or_create(
        slug=PROGRAMME,
        defaults={
            "region": Region.objects.get(slug="emilia-romagna"),
            "name_it": "Programma sintetico",
            "name_en": "Synthetic programme",
        },
    )
    words, firms, themes = vocabulary(), pool(), list(Theme.objects.order_by("slug").values_list("pk", flat=True))
    number = first_number(Call)
    chance, batch = chance_of(seed, "calls", number), Batch(counts)
    for size in chunks(count):
        for key in numbers(Call, size):
            state, opens, closes = _call(batch, key, number, programme.pk, chance)
            _links(batch, key, words, themes, chance)
            if state not in {CallState.DRAFT, CallState.PLANNED}:
                _interests(batch, key, opens, min(closes, midnight()), firms, chance)
            number += 1
        batch.write()


def _call(
    batch: Batch, key: int, number: int, programme: int, chance: random.Random
) -> tuple[CallState, datetime, datetime]:
    state, _, (earliest, latest) = chance.choices(KINDS, [weight for _, weight, _ in KINDS])[0]
    closes = midnight() + timedelta(days=chance.randint(earliest, latest), hours=chance.choice([12, 13, 17, 18]))
    opens = closes - timedelta(days=chance.randint(130, 145))
    title_it, title_en = chance.choice(TITLES)
    topic_it, topic_en = chance.choices(TOPICS, [2.0**-place for place in range(len(TOPICS))])[0]
    cost = chance.randint(1, 10) * 50_000
    told = {
        "roles": [] if chance.random() < 0.4 else sorted(chance.sample(OrganisationKind.values, 2)),
        "grant_share": chance.choice(["0.4", "0.5", "0.6", "0.7"]),
        "project_cost_min": cost,
        "project_cost_max": cost * 4,
        "partners_min": chance.randint(2, 4),
    }
    batch.add(
        Call,
        id=key,
        programme_id=programme,
        slug=f"{slugify(title_it)}-n{number}",
        title_it=f"{title_it} {number}",
        title_en=f"{title_en} {number}",
        summary_it=f"Sostegno a reti di imprese: {title_it.lower()}, {topic_it}.",
        summary_en=f"Support for networks of enterprises: {title_en.lower()}, {topic_en}.",
        state=state,
        opens_at=opens,
        closes_at=closes,
        budget=chance.randint(5, 80) * 100_000,
        duration_months=chance.choice([12, 18, 24, 36]),
        **told,
        illustrative=True,
        created_at=opens - timedelta(days=20),
        updated_at=min(opens, midnight()),
    )
    for kind, parameters in rules_of_columns(told).items():
        batch.add(CallRule, call_id=key, kind=kind, parameters=json.dumps(parameters))
    if chance.random() < 0.1:
        batch.add(CallDeadline, call_id=key, closes_at=closes - timedelta(days=14), set_at=opens)
        batch.add(
            CallDeadline,
            call_id=key,
            closes_at=closes,
            note="Proroga richiesta dalle imprese.",
            set_at=closes - timedelta(days=20),
        )
    else:
        batch.add(CallDeadline, call_id=key, closes_at=closes, set_at=opens)
    return state, opens, closes


def _links(batch: Batch, key: int, words: Vocabulary, themes: list[int], chance: random.Random) -> None:
    for district in chance.sample(words.districts, chance.choice([0, 1, 1, 2, 3])):
        batch.add(Call.districts.through, call_id=key, district_id=district)
    for theme in chance.sample(themes, chance.randint(1, 2)):
        batch.add(Call.themes.through, call_id=key, theme_id=theme)


def _interests(batch: Batch, key: int, opens: datetime, until: datetime, firms: Pool, chance: random.Random) -> None:
    known = len(firms.numbers)
    for position in chance.sample(range(known), chance.randint(0, min(INTERESTS, known))):
        registered = opens + (until - opens) * chance.random()
        batch.add(
            Interest,
            call_id=key,
            organisation_id=firms.numbers[position],
            seeks=chance.choice(["", *NEEDS]),
            wants_to_lead=chance.random() < 0.2,
            registered_at=registered,
            withdrawn_at=registered + (until - registered) / 2 if chance.random() < 0.05 else None,
        )
