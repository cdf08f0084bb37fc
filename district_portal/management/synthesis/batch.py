"""Rows on their way into several tables: collected for a chunk, then written by COPY in one transaction."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db import connection, models, transaction
from django.db.models.functions import Cast

from district_portal.management.copying import column_names, copy

CHUNK = 5000
Counts = Counter[type[models.Model]]


class Batch:
    """`add` rows as to a model's constructor, with foreign keys by number (`call_id=7`); `write` them in that order."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.rows: dict[type[models.Model], list[dict[str, Any]]] = {}

    def add(self, model: type[models.Model], **values: Any) -> None:
        self.rows.setdefault(model, []).append(values)

    def write(self) -> None:
        with transaction.atomic():
            for model, rows in self.rows.items():
                self.counts[model] += _write(model, rows)
        self.rows.clear()


def _write(model: type[models.Model], rows: list[dict[str, Any]]) -> int:
    """COPY knows no defaults of Django: they are filled in here, once for all rows of the chunk."""
    defaults = {
        field.attname: field.get_default()
        for field in model._meta.concrete_fields
        if not field.generated and (not field.primary_key or field.attname in rows[0])
    }
    assert set(rows[0]) <= set(defaults), set(rows[0]) - set(defaults)
    return copy(
        model._meta.db_table,
        column_names(model, defaults),
        ([row.get(name, default) for name, default in defaults.items()] for row in rows),
    )


def numbers(model: type[models.Model], count: int) -> list[int]:
    """Primary keys that nobody else will get."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [number for (number,) in cursor.fetchall()]


def chunks(count: int) -> Iterator[int]:
    """Sizes of chunks that add up to `count`."""
    while count > 0:
        yield min(count, CHUNK)
        count -= CHUNK


def made_before(model: type[models.Model]) -> models.QuerySet:
    """The rows of earlier runs: their addresses end in -n and a number."""
    return model.objects.filter(slug__regex=r"-n[0-9]+$")


def first_number(model: type[models.Model]) -> int:
    """The number after which this run counts on."""
    found = made_before(model).annotate(
        number=Cast(models.Func("slug", models.Value(r"[0-9]+$"), function="substring"), models.IntegerField())
    )
    return (found.aggregate(last=models.Max("number"))["last"] or 0) + 1


def chance_of(seed: int, what: str, start: int) -> random.Random:
    """Random numbers of this seed, other ones for each table and for each run that adds to it."""
    return random.Random(f"{seed}/{what}/{start}")
