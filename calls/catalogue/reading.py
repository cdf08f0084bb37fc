"""A file of calls as rows: CSV or JSON, judged by what it holds. Nothing here knows what the columns mean."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

LARGEST = 20 * 1024 * 1024
"""Bytes. The text is held in memory while it is read, and only one row of it at a time."""

ROWS = 5_000
"""Calls in a file; more are several files. All of them are applied in one transaction."""

CELL = 200_000
"""Characters of one value."""


class Unreadable(Exception):
    """The file as a whole can't be read; the words say why, and where."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Row:
    """One call as it stands in the file. `line` is where it begins, counted from 1; `problem` says why it is no row."""

    line: int
    cells: dict[str, Any]
    problem: str = ""


def read_rows(content: bytes) -> Iterator[Row]:
    """The rows, one after the other. Raises `Unreadable`, possibly after some of them."""
    text = _text(content)
    rows = _json_rows(text) if text.lstrip()[:1] in ("{", "[") else _csv_rows(text)
    for number, row in enumerate(rows, start=1):
        if number > ROWS:
            raise Unreadable(
                _("This file has more than %(most)s calls. Divide it into several files.") % {"most": ROWS}
            )
        yield row


def _text(content: bytes) -> str:
    if len(content) > LARGEST:
        raise Unreadable(_("This file is larger than 20 MB. Divide it into several files."))
    if content.startswith(b"PK"):
        raise Unreadable(_("This is a spreadsheet or an archive. Save it as CSV in UTF-8, and upload that."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(_("Line %(line)s is not written in UTF-8. Save the file as UTF-8.") % {"line": line}) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Unreadable(_("Line %(line)s is not text. Save the file as CSV or JSON in UTF-8.") % {"line": line})
    if not text.strip():
        raise Unreadable(_("This file is empty."))
    return text


# --- CSV ---------------------------------------------------------------------------------------------------------


def _csv_rows(text: str) -> Iterator[Row]:
    """Comma or semicolon, as the first line has it; the first line names the columns."""
    first = text.lstrip().partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    # The limit is the module's, not the reader's: raised once, never lowered.
    csv.field_size_limit(max(csv.field_size_limit(), CELL))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            began, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _header(cells)
            else:
                yield _csv_row(header, cells, began)
    except csv.Error as error:
        words = _("What begins in line %(line)s is not CSV: %(reason)s.") % {"line": line, "reason": error}
        raise Unreadable(words) from None
    if header is None:
        raise Unreadable(_("This file is empty."))


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Unreadable(_("The first line names a column twice: %(names)s.") % {"names": ", ".join(twice)})
    return names


def _csv_row(header: list[str], cells: list[str], line: int) -> Row:
    if len(cells) != len(header):
        words = _("This row has %(found)s values, the first line %(wanted)s.")
        return Row(line, {}, words % {"found": len(cells), "wanted": len(header)})
    return Row(line, dict(zip(header, cells, strict=True)))


# --- JSON --------------------------------------------------------------------------------------------------------

SPACE = re.compile(r"\s*")


def _json_rows(text: str) -> Iterator[Row]:
    """A list of objects, or an object with such a list under `calls`; one object is built at a time."""
    # Also above the list: {"calls": […]}.
    start = re.compile(r'\s*(\{\s*"calls"\s*:\s*)?\[').match(text)
    if start is None:
        raise Unreadable(_("A JSON file holds a list of calls, or an object with this list as “calls”."))
    decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_constant, object_pairs_hook=_object)
    place = SPACE.match(text, start.end()).end()  # type: ignore[union-attr]  # matches everything
    line, counted = 1, 0
    while text[place : place + 1] != "]":
        line, counted = line + text.count("\n", counted, place), place
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            raise Unreadable(_not_json(text, error, line)) from None
        yield Row(line, value) if isinstance(value, dict) else Row(line, {}, _("This is not an object with values."))
        place = SPACE.match(text, place).end()  # type: ignore[union-attr]
        if text[place : place + 1] == ",":
            place = SPACE.match(text, place + 1).end()  # type: ignore[union-attr]
        elif text[place : place + 1] != "]":
            raise Unreadable(_("The file ends, or goes on wrongly, after line %(line)s.") % {"line": line})
    if text[place + 1 :].strip() != ("}" if start[1] else ""):
        raise Unreadable(_("The file goes on after the list of calls. It must end there."))


def _not_json(text: str, error: Exception, line: int) -> str:
    if isinstance(error, json.JSONDecodeError):
        where = {"line": text.count("\n", 0, error.pos) + 1, "reason": error.msg}
        return _("Line %(line)s is not JSON: %(reason)s.") % where
    return _("Line %(line)s is not JSON: %(reason)s.") % {"line": line, "reason": str(error) or type(error).__name__}


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no value")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = sorted({name for name, _value in pairs if [key for key, _v in pairs].count(name) > 1})
        raise ValueError(f"{', '.join(twice)} twice in one object")
    return found
