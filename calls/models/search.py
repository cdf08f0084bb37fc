"""What the list of calls looks numbers and words up in. Kept by the database, see migration 0004.

Which calls have a value of a facet is stored as bits, 8,192 calls to a row: counting under any filters is then AND and
counting ones, some milliseconds for a million calls. Triggers only note which calls have changed (no lock is held that
another could wait for); what is noted, and what the clock has changed since, is counted from the calls themselves until
`fold_changes` has put it into the bits. So the numbers are right at every moment, folded or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models

LONGEST_WORD = 30
FACETS = ["status", "role", "district", "theme"]
BLOCK = 8192
FEW = 5000


if TYPE_CHECKING:
    _Field = models.Field[str, str]
else:
    _Field = models.Field


class BitsField(_Field):
    """A string of bits, as text of 0 and 1."""

    def db_type(self, connection: object) -> str:
        return "bit varying"


class CallChange(models.Model):
    """A call that was written or deleted since the last folding; by triggers, one row or more for each call."""

    call_id = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.call_id)


class FacetBits(models.Model):
    """The calls of a block (number of the call / 8,192) that have a value of a facet, as of the last folding."""

    block = models.IntegerField()
    facet = models.CharField(max_length=10)
    value = models.CharField(max_length=40)
    bits = BitsField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["block", "facet", "value"], name="facet_bits_once")]

    def __str__(self) -> str:
        return f"{self.block} {self.facet} {self.value}"


class FacetClock(models.Model):
    """One row: for which moment the bits hold."""

    as_of = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.as_of)


class SearchWord(models.Model):
    """A word of the calls' texts as it stands there, without accents, to find the one that somebody meant.

    It may have left the texts since; what is offered is looked for first.
    """

    word = models.CharField(max_length=LONGEST_WORD, primary_key=True)
    deletions = ArrayField(models.CharField(max_length=LONGEST_WORD), help_text="the word, and each less one letter")

    class Meta:
        indexes = [GinIndex(fields=["deletions"], name="search_word_near")]

    def __str__(self) -> str:
        return self.word


class Facets(NamedTuple):
    """`counts`: by facet and value. `shown`: how many calls all filters leave. `few`: which, if at most `FEW`."""

    counts: dict[str, dict[str, int]]
    shown: int
    few: list[int] | None


def facets(moment: datetime, scopes: Iterable[str], chosen: Mapping[str, Sequence[str]]) -> Facets:
    """For each facet and value, how many calls have it under the filters of the other facets.

    `scopes`: which calls the reader sees (`CallQuerySet.scopes_of`). `chosen`: values by facet (`status`, `role`,
    `district`, `theme`; the last two as numbers of rows); none: not filtered. The answer has `status` `all`, and `role`
    and `district` `any` for calls that name none.
    """
    found: dict[str, dict[str, int]] = {facet: {} for facet in (*FACETS, "shown")}
    few: list[int] = []
    sql, parameters = _counted(moment, scopes, chosen, FEW)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT facet, value, found, bits FROM {sql}", parameters)
        for facet, value, number, bits in cursor.fetchall():
            if facet == "bits":
                few += [int(value) * BLOCK + one.start() for one in re.finditer("1", bits)]
            else:
                found[facet][value] = int(number)
    shown = found.pop("shown")[""]
    return Facets(found, shown, few if shown <= FEW else None)


def shown_sql(moment: datetime, scopes: Iterable[str], chosen: Mapping[str, Sequence[str]]) -> tuple[str, list[Any]]:
    """`Facets.shown` as SQL of one value, with its parameters."""
    sql, parameters = _counted(moment, scopes, chosen, 0)
    return f"SELECT found::bigint FROM {sql} WHERE facet = 'shown'", parameters


def _counted(
    moment: datetime, scopes: Iterable[str], chosen: Mapping[str, Sequence[str]], few: int
) -> tuple[str, list[Any]]:
    values = [list(chosen.get(facet, [])) or None for facet in FACETS]
    return "calls_facet_counts(%s, %s, %s, %s, %s, %s, %s)", [moment, list(scopes), *values, few]


def fold_changes(moment: datetime) -> int:
    """Put what has changed until `moment` into the bits and the words. Returns how many blocks were made anew.

    Safe to repeat; of two at once one does nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT calls_fold(%s)", [moment])
        return int(cursor.fetchone()[0])
