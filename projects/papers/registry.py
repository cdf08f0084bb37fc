"""Which documents there are. Rooms above this one register theirs in `apps.ready()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from projects.models import Paper


@dataclass(frozen=True)
class PaperKind:
    name: str
    """As in `Paper.kind`."""
    extension: str
    """`pdf` or `zip`."""
    title: Callable[[Paper], str]
    """In the language that is active: the paper's, when it is ordered."""
    make: Callable[[Paper, Path], None]
    """Writes the whole file; the paper's language is active. What it raises is told as "could not be made"."""


PAPERS: dict[str, PaperKind] = {}


def register(kind: PaperKind) -> None:
    PAPERS[kind.name] = kind
