"""How one value is written into a CSV cell, in the plain and in the Italian dialect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

# A spreadsheet takes a cell that starts like this for a formula; the full-width twins count too.
FORMULA_STARTS = "=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20"


@dataclass(frozen=True)
class Dialect:
    name: str
    delimiter: str
    start: str
    """What the file begins with: Excel needs the byte order mark to read UTF-8."""
    decimal: str
    day: str
    """Pattern of a date for `strftime`."""
    day_sql: str
    """The same for PostgreSQL's `to_char`."""
    moment: str
    """Pattern of a moment; empty: ISO 8601."""


PLAIN = Dialect("", ",", "", ".", "%Y-%m-%d", "YYYY-MM-DD", "")
ITALIAN = Dialect("it", ";", "\ufeff", ",", "%d/%m/%Y", "DD/MM/YYYY", "%d/%m/%Y %H:%M:%S")


class Echo:
    """Hands back what `csv` writes, so that each line can be sent at once."""

    def write(self, line: str) -> str:
        return line


def dialect_named(name: str | None) -> Dialect:
    return ITALIAN if name == ITALIAN.name else PLAIN


def guarded(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet could take it for a formula."""
    return f"'{text}" if text and text[0] in FORMULA_STARTS else text


def csv_cell(value: Any, dialect: Dialect) -> str:
    """Unknown is empty; numbers and dates as the dialect writes them; moments in the time of Rome; texts guarded."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(value).replace(".", dialect.decimal)
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return local.strftime(dialect.moment) if dialect.moment else local.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.strftime(dialect.day)
    return guarded(str(value))
