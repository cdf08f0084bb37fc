"""Organisations over all districts of the region, with sizes by year and competences. None has a VAT number."""

from __future__ import annotations

import random
from array import array
from datetime import timedelta
from typing import NamedTuple

from django.utils.text import slugify

from district_portal.accounts.models import District
from district_portal.management.reference import ATECO_VERSION, COMPETENCE_VERSION
from district_portal.management.synthesis.batch import (
    Batch,
    Counts,
    chance_of,
    chunks,
    first_number,
    made_before,
    numbers,
)
from district_portal.management.synthesis.moments import midnight
from district_portal.management.synthesis.words import FORMS, HEADS, TAILS
from enterprises.models import Competence, Concept, Municipality, Organisation, SizeDeclaration

KINDS = {
    "enterprise": 88,
    "laboratory": 4,
    "university": 2,
    "technology_transfer_centre": 2,
    "association": 2,
    "authority": 2,
}
SIZES = ["micro", "small", "medium", "large"]
SIZE_WEIGHTS = [40, 38, 17, 5]
LEVELS = {Competence.Direction.OFFERS: [1, 2, 2, 2, 3, 4], Competence.Direction.SEEKS: [0, 0, 0, 1, 2]}


class Vocabulary(NamedTuple):
    districts: list[int]
    places: list[str]
    ateco: list[int]
    competences: list[tuple[int, str, str]]


class Pool(NamedTuple):
    """Synthetic organisations to draw from: 11 bytes for each."""

    numbers: array
    districts: array
    enterprises: array  # 1 or 0


def vocabulary() -> Vocabulary:
    """Raises `ValueError` when the reference data is not loaded."""
    competences = Concept.objects.filter(
        scheme=Concept.Scheme.COMPETENCE, version=COMPETENCE_VERSION, parent__isnull=False
    )
    words = Vocabulary(
        districts=list(District.objects.order_by("slug").values_list("pk", flat=True)),
        places=list(Municipality.objects.filter(nuts__startswith="ITH5").order_by("pk").values_list("pk", flat=True)),
        ateco=list(
            Concept.objects.filter(
                scheme=Concept.Scheme.ATECO, version=ATECO_VERSION, code__regex=r"^\d\d\.\d\d\.\d\d$"
            )
            .order_by("code")
            .values_list("pk", flat=True)
        ),
        competences=list(competences.order_by("code").values_list("pk", "name_it", "name_en")),
    )
    if not all(words):
        raise ValueError("Load the reference data first: manage.py load_reference")
    return words


def pool() -> Pool:
    """All synthetic organisations, in the order in which they were made."""
    result = Pool(array("q"), array("h"), array("b"))
    for number, district, kind in (
        made_before(Organisation).order_by("pk").values_list("pk", "district_id", "kind").iterator()
    ):
        result.numbers.append(number)
        result.districts.append(district)
        result.enterprises.append(kind == "enterprise")
    return result


def make(count: int, seed: int, counts: Counts) -> None:
    words, number = vocabulary(), first_number(Organisation)
    chance, batch = chance_of(seed, "organisations", number), Batch(counts)
    for size in chunks(count):
        for key in numbers(Organisation, size):
            _organisation(batch, key, number, words, chance)
            number += 1
        batch.write()


def _organisation(batch: Batch, key: int, number: int, words: Vocabulary, chance: random.Random) -> None:
    kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
    base = chance.choice(HEADS) + chance.choice(TAILS)
    known = chance.sample(words.competences, chance.randint(3, 8))
    offered = max(1, len(known) * 2 // 3)
    name = f"{base} {number} {chance.choice(FORMS)}" if kind == "enterprise" else f"{base} {number}"
    batch.add(
        Organisation,
        id=key,
        kind=kind,
        name=name,
        slug=f"{slugify(base)}-n{number}",
        ateco_id=chance.choice(words.ateco),
        municipality_id=chance.choice(words.places),
        district_id=chance.choice(words.districts),
        description_it="Ci occupiamo di " + ", ".join(name_it.lower() for _, name_it, _ in known[:offered]) + ".",
        description_en="We work on " + ", ".join(name_en.lower() for _, _, name_en in known[:offered]) + ".",
        illustrative=True,
        created_at=midnight() - timedelta(hours=chance.randrange(24 * 900)),
    )
    if kind == "enterprise":
        size = chance.choices(SIZES, SIZE_WEIGHTS)[0]
        for years_ago in range(1, chance.randint(2, 4)):
            batch.add(
                SizeDeclaration,
                organisation_id=key,
                year=midnight().year - years_ago,
                size=size,
                declared_at=midnight(),
            )
    for position, (concept, _, _) in enumerate(known):
        direction = Competence.Direction.OFFERS if position < offered else Competence.Direction.SEEKS
        batch.add(
            Competence,
            organisation_id=key,
            concept_id=concept,
            direction=direction,
            level=chance.choice(LEVELS[direction]),
        )
