"""A proposal as it was sent, readable on a page: written by the same hand as its PDF.

From `Submission.content`, never from the network as it is now.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from calls.models import Call
from projects.content import Content
from projects.models import Submission
from projects.papers.pdf import Document
from projects.papers.proposal import write_proposal


@dataclass
class Block:
    """`text`, `small`, `heading` (of a part of a section), `facts` or `table`."""

    kind: str
    text: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    header: list[tuple[str, bool]] = field(default_factory=list)
    """Words, and whether the column holds numbers."""
    rows: list[list[tuple[str, str, bool]]] = field(default_factory=list)
    """Cells: the words of their column, what they say, and whether it is a number."""
    total: bool = False


@dataclass
class Section:
    title: str
    blocks: list[Block] = field(default_factory=list)


class _Reading:
    """Takes what `projects.papers.pdf.Document` takes, and keeps it for a template."""

    def __init__(self) -> None:
        self.sections = [Section("")]

    def heading(self, text: str, level: int = 1) -> None:
        if level == 1:
            self.sections.append(Section(str(text)))
        elif level > 1:
            self._add(Block("heading", str(text)))

    def text(self, text: str, *, small: bool = False) -> None:
        if text.strip():
            self._add(Block("small" if small else "text", text.strip()))

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        self._add(Block("facts", facts=[(str(name), str(value)) for name, value in rows]))

    def table(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[object]],
        *,
        widths: Sequence[float] = (),
        right: Collection[int] = (),
        total: bool = False,
    ) -> None:
        names = [(str(name), place in right) for place, name in enumerate(header)]
        cells = [[(name, str(cell), number) for (name, number), cell in zip(names, row, strict=False)] for row in rows]
        self._add(Block("table", header=names, rows=cells, total=total))

    def drawing(self, drawing: Any) -> None:
        """The chart is for paper: the months of each package stand in words."""

    def _add(self, block: Block) -> None:
        self.sections[-1].blocks.append(block)


def content_of(submission: Submission) -> Content:
    return cast(Content, json.loads(submission.content))


def reading(content: Content, call: Call) -> list[Section]:
    """Every part of a content; the first one, without a title, is the summary."""
    page = _Reading()
    write_proposal(cast(Document, page), content, call)
    return page.sections


def partners_of(content: Content) -> list[tuple[str, bool]]:
    """Names of the partners, and whether each leads: all that is read before a declaration. The lead comes first."""
    partners = [(each["name"], each["role"] == "lead") for each in content["partners"].values()]
    return sorted(partners, key=lambda each: (not each[1], each[0]))
