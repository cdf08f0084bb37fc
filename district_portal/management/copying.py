"""Rows into tables by PostgreSQL's COPY, in constant memory, and the upsert that leaves equal rows alone."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import connection, models

CHUNK = 2000
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _encode(value: object) -> str:
    """One value in COPY's text format."""
    if value is None:
        return "\\N"
    if isinstance(value, list):
        return "{" + ",".join(map(str, value)) + "}"
    return str(value).translate(ESCAPES)


class _Stream(io.RawIOBase):
    """What COPY reads from: rows are encoded only when it asks for more."""

    def __init__(self, rows: Iterable[Sequence[object]]) -> None:
        self.chunks = self._chunks(iter(rows))
        self.rest = b""
        self.count = 0

    def _chunks(self, rows: Iterator[Sequence[object]]) -> Iterator[bytes]:
        while chunk := list(islice(rows, CHUNK)):
            self.count += len(chunk)
            yield "".join("\t".join(map(_encode, row)) + "\n" for row in chunk).encode()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not self.rest:
            self.rest = next(self.chunks, b"")
        head, self.rest = self.rest[:size], self.rest[size:]
        return head


def column_names(model: type[models.Model], fields: Iterable[str]) -> list[str]:
    return [model._meta.get_field(field).column for field in fields]


def copy(table: str, columns: Iterable[str], rows: Iterable[Sequence[object]]) -> int:
    """Append rows to a table. Returns how many. Plain values only: str, numbers, dates, bool, None, list of words."""
    stream = _Stream(rows)
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN', stream)
    return stream.count


def upsert(model: type[models.Model], fields: list[str], rows: Iterable[Sequence[object]], *, key: list[str]) -> int:
    """Bring a table up to date with `rows`, matched by the fields of `key`. Returns how many rows were written.

    Rows that are equal already are not touched: the second run writes nothing. Runs in the caller's transaction.
    """
    table, columns, keys = model._meta.db_table, column_names(model, fields), column_names(model, key)
    names = ", ".join(f'"{column}"' for column in columns)
    rest = [column for column in columns if column not in keys]
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMPORARY TABLE incoming AS SELECT {names} FROM "{table}" WITH NO DATA')
        copy("incoming", columns, rows)
        cursor.execute(
            f'INSERT INTO "{table}" AS t ({names}) SELECT {names} FROM incoming '
            f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in rest)} "
            f"WHERE ({', '.join(f't.{c}' for c in rest)}) IS DISTINCT FROM ({', '.join(f'excluded.{c}' for c in rest)})"
        )
        written = cursor.rowcount
        cursor.execute("DROP TABLE incoming")
    return written
