"""The newest answers on the page of a call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from calls.models import Call
from calls.operations.questions import why_not_askable

NEWEST = 3


def panel(call: Call, now: datetime) -> dict[str, Any]:
    """What `calls/_questions.html` shows, in three queries at most."""
    published = call.questions.published()
    return {
        "newest": published.prefetch_related("corrections")[:NEWEST],
        "question_count": published.count(),
        "questions_closed": why_not_askable(call, now),
        "questions_end": call.questions_until,
    }
