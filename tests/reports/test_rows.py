"""What a run says of itself in each of its states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from district_portal.reports.models import ReportRun
from district_portal.reports.rows import RunRow
from district_portal.reports.states import RunState

NOON = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)


def text(state: RunState, **fields: Any) -> str:
    run = ReportRun(report="funding", format="csv", state=state, requested_at=NOON, **fields)
    with translation.override("en"):
        return RunRow(run, "Funding report", "").text


@pytest.mark.parametrize(
    "state, fields, words",
    [
        (RunState.WAITING, {}, "waiting since Sun 22 Nov 2026, 12:00"),
        (RunState.BUILDING, {}, "reading the data"),
        (RunState.BUILDING, {"rows_total": 200}, "row 0 of 200"),
        (RunState.STOPPED, {"error": "There was no space left."}, "stopped · There was no space left."),
        (RunState.CANCELLED, {"finished_at": NOON}, "cancelled Sun 22 Nov 2026, 12:00"),
        (
            RunState.READY,
            {"finished_at": NOON - timedelta(days=3650), "rows_done": 1, "size": 9},
            "1 row · was kept until",
        ),
    ],
)
def test_a_run_says_where_it_stands(state: RunState, fields: dict[str, Any], words: str) -> None:
    assert text(state, **fields).startswith(f"CSV · {words}")


@pytest.mark.parametrize(
    "done, words", [(100, "about 60 seconds left"), (20, "about 9 minutes left"), (199, "about 1 second left")]
)
def test_a_run_that_is_built_says_how_long_it_takes(done: int, words: str) -> None:
    began = timezone.now() - timedelta(minutes=1)
    said = text(RunState.BUILDING, rows_total=200, rows_done=done, started_at=began)
    assert said == f"CSV · row {done} of 200 · {words}"


def test_a_ready_run_says_size_and_how_long_it_is_kept() -> None:
    said = text(RunState.READY, finished_at=timezone.now(), rows_done=1200, size=2048)
    assert said.startswith("CSV · 1,200 rows · 2.0\N{NO-BREAK SPACE}KB · ready since") and " · kept until " in said
