"""What writers read from: one snapshot of the database, and how far they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

COUNTED = 20_000


@dataclass
class Progress:
    """How far a writer is. Whoever wants it to end sets `ended` (and cancels its connection)."""

    rows: int = 0
    total: int | None = None
    """As far as one knows: of a large report it is an estimate."""
    ended: bool = False


class Ended(Exception):
    """The file is wanted no more: cancelled, or another worker builds it."""


@contextmanager
def snapshot() -> Iterator[BaseDatabaseWrapper]:
    """A connection of its own, in one read-only snapshot that no time limit ends."""
    own = connection.copy()
    try:
        own.connect()
        own.connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True, autocommit=False)
        with own.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield own
    finally:
        own.close()


@dataclass(frozen=True)
class Source:
    """The rows of a report inside of a snapshot, as SQL with its parameters filled in."""

    own: BaseDatabaseWrapper
    sql: str

    @classmethod
    def of(cls, queryset: QuerySet[Any], own: BaseDatabaseWrapper) -> Source:
        # elide_empty: filters that nothing can match still give a query, of no rows.
        compiled, params = queryset.query.get_compiler(connection=own, elide_empty=False).as_sql()
        with own.connection.cursor() as cursor:
            return cls(own, cursor.mogrify(compiled, params).decode())

    def total(self) -> int:
        """How many rows there are, for the progress: counted where few are expected, else what the planner expects.

        Counting a large report would take a good part of the time of writing it.
        """
        with self.own.connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {self.sql}")
            expected: int = cursor.fetchone()[0][0]["Plan"]["Plan Rows"]
        return expected if expected > COUNTED else self.count()

    def count(self) -> int:
        with self.own.connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({self.sql}) AS counted")
            return cursor.fetchone()[0]
