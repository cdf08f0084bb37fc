"""The documents of a call as readers find them: what holds now, what it replaced, what was withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from calls.models import Call, CallDocument


@dataclass(frozen=True)
class ShownDocument:
    row: CallDocument
    earlier: list[CallDocument]
    """What it replaced, the latest first."""

    @property
    def corrected_on(self) -> date | None:
        """The day of the last correction; None where there was none."""
        return self.row.published_on if self.earlier else None


def panel(call: Call) -> dict[str, Any]:
    """What `calls/_documents.html` shows, in one query."""
    rows = list(call.documents.all())
    replaced = {row.replaced_by_id: row for row in rows if row.replaced_by_id}
    shown = [ShownDocument(row, _earlier(row, replaced)) for row in rows if row.replaced_by_id is None]
    current = [document for document in shown if document.row.withdrawn_at is None]
    return {
        "documents": current,
        "documents_size": sum(document.row.size for document in current),
        "withdrawn_documents": [document for document in shown if document.row.withdrawn_at is not None],
    }


def _earlier(row: CallDocument, replaced: dict[int, CallDocument]) -> list[CallDocument]:
    found = []
    while row.pk in replaced:
        row = replaced[row.pk]
        found.append(row)
    return found
