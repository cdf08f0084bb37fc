"""CSV: PostgreSQL writes the whole file by COPY around the report's own query, formula guard and dialect included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from psycopg2.extensions import cursor as Cursor

from district_portal.reports.cells import FORMULA_STARTS, Dialect
from district_portal.reports.registry import Kind, ReportColumn
from district_portal.reports.writers.source import Ended, Progress, Source


class _Counting:
    """The file as COPY sees it: PostgreSQL sends one row at a time."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self.file, self.progress = file, progress

    def write(self, row: bytes) -> int:
        self.progress.rows += 1
        return self.file.write(row)


def write_csv(
    source: Source, columns: Sequence[ReportColumn], dialect: Dialect, file: BinaryIO, progress: Progress
) -> None:
    """UTF-8, one row for each row of the query below one row of names; what is unknown is empty."""
    file.write((dialect.start + dialect.delimiter.join(column.name for column in columns) + "\n").encode())
    names = [f"c{number}" for number in range(len(columns))]
    with source.own.connection.cursor() as cursor:
        cells = [_cell(cursor, column.kind, name, dialect) for column, name in zip(columns, names, strict=True)]
        query = f"SELECT {', '.join(cells)} FROM ({source.sql}) AS rows ({', '.join(names)})"
        cursor.copy_expert(
            f"COPY ({query}) TO STDOUT WITH (FORMAT csv, DELIMITER '{dialect.delimiter}', ENCODING 'UTF8')",
            _Counting(file, progress),
        )
    if progress.ended:
        raise Ended


def _cell(cursor: Cursor, kind: Kind, name: str, dialect: Dialect) -> str:
    """SQL that writes one cell as `cells.csv_cell` does."""
    match kind:
        case Kind.MONEY:
            return name if dialect.decimal == "." else f"replace({name}::text, '.', '{dialect.decimal}')"
        case Kind.DATE:
            return f"to_char({name}, '{dialect.day_sql}')"
    # NUL cannot be in a text of PostgreSQL. The collation makes the comparison one of bytes.
    starts = cursor.mogrify("%s", [[start for start in FORMULA_STARTS if start != "\0"]]).decode()
    # Nearly all texts begin with a letter: none of the starts lies from A on and before the full-width signs.
    harmless = f"{name} COLLATE \"C\" >= 'A' AND {name} COLLATE \"C\" < '\uff00'"
    formula = f'left({name}, 1) COLLATE "C" = ANY ({starts})'
    return f"CASE WHEN {harmless} THEN {name} WHEN {formula} THEN '''' || {name} ELSE NULLIF({name}, '') END"
