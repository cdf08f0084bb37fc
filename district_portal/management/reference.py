"""Loads the files of `reference/`: places, classifications, the programme's districts and themes."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator

from django.conf import settings
from django.db import transaction

from calls.models import AidTable, Theme
from district_portal.accounts.models import District, Region
from district_portal.management.copying import upsert
from enterprises.models import Concept, Municipality

ATECO_VERSION = "2025"
COMPETENCE_VERSION = "1"
REGION = {
    "slug": "emilia-romagna",
    "name_it": "Emilia-Romagna",
    "name_en": "Emilia-Romagna",
    "nuts": "ITH5",
    "country": "IT",
}


def _read(name: str) -> Iterator[dict[str, str]]:
    with (settings.BASE_DIR / "reference" / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


@transaction.atomic
def load() -> dict[str, int]:
    """Bring all reference tables up to date. Returns the rows written by table; all 0 when nothing had changed."""
    return {
        "municipalities": _municipalities(),
        "ATECO 2025": _concepts("ateco-2025.csv", Concept.Scheme.ATECO, ATECO_VERSION),
        "competences": _concepts("competences.csv", Concept.Scheme.COMPETENCE, COMPETENCE_VERSION),
        "region and districts": _districts(),
        "themes": upsert(
            Theme, ["slug", "name_it", "name_en"], (tuple(row.values()) for row in _read("themes.csv")), key=["slug"]
        ),
        "aid tables": _aid_tables(),
    }


def _municipalities() -> int:
    nuts = {row["province"]: row["nuts"] for row in _read("provinces.csv")}
    rows = (
        (row["istat"], row["name"], row["province"], nuts[row["province"]], row["latitude"], row["longitude"])
        for row in _read("municipalities.csv")
    )
    return upsert(Municipality, ["istat", "name", "province", "nuts", "latitude", "longitude"], rows, key=["istat"])


def _concepts(name: str, scheme: str, version: str) -> int:
    """Twice over the file: a row's parent has its number only when it is in the table."""
    key, rows = ["scheme", "version", "code"], list(_read(name))
    fields = [*key, "name_it", "name_en"]
    values = [(scheme, version, row["code"], row["name_it"], row.get("name_en", "")) for row in rows]
    written = upsert(Concept, fields, values, key=key)
    numbers = dict(Concept.objects.filter(scheme=scheme, version=version).values_list("code", "pk"))
    parents = (
        (*value, numbers[row["parent"]] if row["parent"] else None) for value, row in zip(values, rows, strict=True)
    )
    return max(written, upsert(Concept, [*fields, "parent"], parents, key=key))


def _districts() -> int:
    fields = ["slug", "name_it", "name_en", "nuts", "country"]
    written = upsert(Region, fields, [[REGION[field] for field in fields]], key=["slug"])
    region = Region.objects.get(slug=REGION["slug"])
    return written + upsert(
        District,
        ["region", "slug", "name_it", "name_en", "seat", "nuts"],
        ((region.pk, *row.values()) for row in _read("districts.csv")),
        key=["slug"],
    )


def _aid_tables() -> int:
    fields = ["code", "name_it", "name_en", "source", "valid_from", "valid_to", "tables"]
    versions = json.loads((settings.BASE_DIR / "reference" / "aid-tables.json").read_text(encoding="utf-8"))
    rows = [[*(version[field] for field in fields[:-1]), json.dumps(version["tables"])] for version in versions]
    return upsert(AidTable, fields, rows, key=["code"])
