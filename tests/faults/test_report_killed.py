"""A worker that dies in the middle of a report: another builds it whole, and nobody ever downloads a half one."""

from __future__ import annotations

import hashlib

import pytest
from django.test import Client

from district_portal.reports import operations
from district_portal.reports.models import ReportRun, ReportRunQuerySet
from district_portal.reports.states import RunState
from district_portal.reports.tasks import build
from projects.reports import FUNDING
from tests.factories import AppointmentFactory
from tests.factories.funding import AwardFactory
from tests.faults.processes import Portal
from tests.journeys.stack import eventually

ROWS = 60  # at a tenth of a second each, for the worker that dies
LONG = "A title as long as officials like them " * 5  # PostgreSQL hands rows over in packets of 8 kB


@pytest.fixture
def run(transactional_db) -> ReportRun:
    for _ in range(ROWS):
        AwardFactory(project__call__title_en=LONG)
    staff = AppointmentFactory(role="regional_staff", district=None).user
    return operations.request_report(actor=staff, report=FUNDING, format="csv", dialect="", filters={}, language="en")


def kill_in_the_middle(portal: Portal, run: ReportRun, *without: str) -> None:
    """Return when a worker has written some rows, not all, and was killed (-9)."""
    worker = portal.worker("reports", name="reports-1", without=",".join(["haste", *without]))
    portal.beat()
    eventually(lambda: half_written(portal, run), pause=0.05)
    worker.kill()
    assert half_written(portal, run), "the report was whole before the worker died: nothing was shown"


def half_written(portal: Portal, run: ReportRun) -> bool:
    run.refresh_from_db()
    return 0 < run.rows_done < ROWS if run.state == RunState.BUILDING else run.state == RunState.READY


def download(run: ReportRun) -> tuple[int, bytes]:
    reader = Client()
    reader.force_login(run.requester)
    answer = reader.get(f"/en/reports/{run.pk}/download/")
    return answer.status_code, b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_a_report_whose_worker_was_killed_is_built_whole_by_another(portal: Portal, run: ReportRun, figure) -> None:
    kill_in_the_middle(portal, run)
    half = run.rows_done
    assert download(run)[0] == 409
    assert [path.name for path in portal.folder.glob("media/reports/*.*")] == []

    portal.worker("reports", name="reports-2")
    eventually(lambda: ReportRun.objects.filter(pk=run.pk, state=RunState.READY).exists())
    run.refresh_from_db()
    status, content = download(run)
    assert (status, len(content.splitlines()), run.attempts) == (200, ROWS + 1, 2)
    assert hashlib.sha256(content).hexdigest() == run.sha256
    figure(
        "a worker killed in the middle of a report", f"killed at row {half} of {ROWS}, whole at attempt {run.attempts}"
    )


def test_written_in_its_place_the_half_report_is_downloaded(portal: Portal, run: ReportRun, figure) -> None:
    kill_in_the_middle(portal, run, "whole file first")
    status, content = download(run)
    figure("  written in its place", f"a file of {len(content.splitlines())} lines of {ROWS + 1} is downloaded")
    assert status == 200
    assert len(content.splitlines()) < ROWS + 1


def test_without_the_lease_nobody_takes_the_report_up(run: ReportRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ReportRunQuerySet, "due", lambda runs: runs.filter(state=RunState.WAITING))
    operations.claim_run()
    ReportRun.objects.update(lease_until="2026-01-01T00:00Z")
    assert build() == 0
    assert ReportRun.objects.get().state == RunState.BUILDING
