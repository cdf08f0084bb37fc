"""How a text is counted: the same in the database, here and in `static/portal/writing.js`."""

from __future__ import annotations

import re
from dataclasses import dataclass

PAGE = 2_500
"""Characters of a page, as a reader of A4 in 11 points finds it."""

# Everything that Python, or a browser, takes for a space: each of them knows some that the other does not.
_WORD = re.compile(r"[^\s\x1c-\x1f\x85\ufeff]+")

_LINE_END = re.compile(r"\r\n|[\r\v\f]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Measure:
    characters: int
    """Code points, spaces and line ends included; a line end is one."""
    words: int
    tenths: int
    """Tenths of a page, rounded."""

    @property
    def pages(self) -> float:
        return self.tenths / 10


def normalised(text: str) -> str:
    """Browsers send line ends as two characters; they are one here. What is pasted from Word brings line ends of its
    own (vertical tab, form feed), and control characters, which no page and no file shows."""
    return _CONTROL.sub("", _LINE_END.sub("\n", text))


def measure(text: str) -> Measure:
    length = len(text)
    return Measure(length, len(_WORD.findall(text)), (length * 10 + PAGE // 2) // PAGE)
