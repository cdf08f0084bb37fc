"""What tells two snapshots of a call apart, and two texts word by word. Pure functions: they know no database."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final, Literal

Snapshot = dict[str, Any]
"""As `calls.operations.versions.snapshot` makes it."""

PARTS = ["rules", "documents", "milestones", "actuators"]
"""Fields whose value is a dictionary: what was added, changed or removed is told for each of its keys."""


class Absent(enum.Enum):
    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True)
class Change:
    """One field, or one part of it, with what it was and what it is; ABSENT where it was or is not there."""

    field: str
    part: str | None
    before: Any
    after: Any


def difference(old: Snapshot, new: Snapshot) -> list[Change]:
    """All changes that lead from `old` to `new`, in the order of the fields in `new`."""
    changes = []
    for field in dict.fromkeys([*new, *old]):
        before, after = old.get(field, ABSENT), new.get(field, ABSENT)
        if field in PARTS and isinstance(before, dict) and isinstance(after, dict):
            changes += [
                Change(field, part, before.get(part, ABSENT), after.get(part, ABSENT))
                for part in dict.fromkeys([*after, *before])
                if before.get(part, ABSENT) != after.get(part, ABSENT)
            ]
        elif before != after:
            changes.append(Change(field, None, before, after))
    return changes


# --- Texts -------------------------------------------------------------------------------------------------------

Kind = Literal["same", "deleted", "inserted"]

LONGEST = 4_000
"""Words of a paragraph that are compared one by one; a longer one is shown as a whole, before and after."""


@dataclass(frozen=True)
class Piece:
    kind: Kind
    text: str


def text_difference(old: str, new: str) -> list[Piece]:
    """The pieces of both texts in reading order: without the inserted ones they are `old`, without the deleted `new`.

    Paragraphs first, words inside of those that changed: a long text stays quick to compare and easy to read.
    """
    pieces: list[Piece] = []
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for tag, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[a:b])))
        else:
            pieces += _words("".join(before[a:b]), "".join(after[c:d]))
    return _joined(pieces)


def _words(old: str, new: str) -> list[Piece]:
    # With the space that follows: alone, a space would be the most frequent word, and would match everywhere.
    before, after = (re.findall(r"\w+ ?|\W", text) for text in (old, new))
    if max(len(before), len(after)) > LONGEST:
        return [Piece("deleted", old), Piece("inserted", new)]
    pieces = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[a:b])))
        else:
            pieces += [Piece("deleted", "".join(before[a:b])), Piece("inserted", "".join(after[c:d]))]
    return pieces


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Changes with nothing but a space between them become one: three words are exchanged, not word by word."""
    joined: list[Piece] = []
    deleted = inserted = ""
    for place, piece in enumerate(pieces):
        between = (deleted or inserted) and not piece.text.strip(" ") and place + 1 < len(pieces)
        if piece.kind == "same" and not between:
            joined += [Piece("deleted", deleted), Piece("inserted", inserted), piece]
            deleted = inserted = ""
        else:
            deleted += piece.text if piece.kind != "inserted" else ""
            inserted += piece.text if piece.kind != "deleted" else ""
    joined += [Piece("deleted", deleted), Piece("inserted", inserted)]
    return [piece for piece in joined if piece.text]
