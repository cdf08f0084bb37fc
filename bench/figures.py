"""What a benchmark found: figures, each beside its bound, as a table on the terminal and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured value. `bound` is the most it may be; None: for information."""

    what: str
    value: float
    unit: str
    bound: float | None = None
    note: str = ""

    @property
    def passed(self) -> bool:
        return self.bound is None or self.value <= self.bound

    def cells(self) -> list[str]:
        mark = "" if self.bound is None else "pass" if self.passed else "FAIL"
        bound = "" if self.bound is None else f"<= {self.bound:g} {self.unit}"
        return [self.what, f"{_short(self.value)} {self.unit}".rstrip(), bound.rstrip(), mark, self.note]


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"


def table(title: str, head: list[str], rows: list[list[str]]) -> str:
    """Columns as wide as their widest cell, the first to the left and numbers to the right."""
    widths = [max(len(row[index]) for row in [head, *rows]) for index in range(len(head))]
    lines = [title, "-" * len(title)]
    for row in [head, *rows]:
        cells = [
            cell.ljust(width) if index in (0, len(head) - 1) else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def figures_table(title: str, figures: list[Figure]) -> str:
    return table(title, ["figure", "value", "bound", "", "how"], [figure.cells() for figure in figures])


def write_json(path: Path, about: dict[str, Any], parts: dict[str, list[Figure]], details: Any) -> None:
    found = {title: [asdict(figure) | {"passed": figure.passed} for figure in part] for title, part in parts.items()}
    path.write_text(json.dumps({"about": about, "figures": found, "details": details}, indent=1) + "\n")
