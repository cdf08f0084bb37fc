"""Everything that changes a report run: what people ask for, and how workers take it up and end it.

A worker holds a run by a lease and an attempt number. `attempts` only grows: it fences the writes of a worker that was
presumed dead. After each `ATTEMPTS` of them in vain the run stops.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from district_portal.accounts.models import User
from district_portal.reports import notifications
from district_portal.reports.models import ReportRun
from district_portal.reports.registry import Report
from district_portal.reports.states import RUN_MOVES, RunState
from district_portal.shared.errors import DomainError, current_request_id
from district_portal.shared.states import check_move

ATTEMPTS = 3
LEASE = timedelta(seconds=60)
WAIT_AFTER_FAILURE = timedelta(seconds=5)


def request_report(
    *, actor: User, report: Report, format: str, dialect: str, filters: dict[str, str], language: str
) -> ReportRun:
    """Ask for a report. Asked again while the same one still waits or is being built: the same run."""
    wanted = {
        "requester": actor,
        "report": report.name,
        "format": format,
        "dialect": dialect,
        "filters": filters,
        "language": language,
    }
    try:
        with transaction.atomic():
            same = ReportRun.objects.unfinished().filter(**wanted).first()
            return same or ReportRun.objects.create(**wanted, request_id=current_request_id())
    except IntegrityError:  # asked twice at the same moment
        return ReportRun.objects.filter(**wanted).latest("requested_at")


@transaction.atomic
def cancel_report(run: ReportRun, *, actor: User) -> ReportRun:
    """Stop waiting or building; the worker notices within a second. Raises `DomainError` once the run has ended."""
    return _move(run, RunState.CANCELLED, finished_at=timezone.now(), lease_until=None)


@transaction.atomic
def retry_report(run: ReportRun, *, actor: User) -> ReportRun:
    """Build a stopped run again. Raises `DomainError` if it has not stopped, or if the same report waits already."""
    # A new round of attempts begins; see the text of this module for why the number never goes back.
    round_ended = -(-run.attempts // ATTEMPTS) * ATTEMPTS
    try:
        with transaction.atomic():
            return _move(run, RunState.WAITING, attempts=round_ended, error="", finished_at=None)
    except IntegrityError:
        raise DomainError(_("The same report is already waiting. You find it in the list of your reports.")) from None


def _move(run: ReportRun, target: RunState, **changes: Any) -> ReportRun:
    run = ReportRun.objects.select_for_update().get(pk=run.pk)
    check_move(RUN_MOVES, run.state, target)
    run.state = target
    for name, value in changes.items():
        setattr(run, name, value)
    run.save(update_fields=["state", *changes])
    return run


# --- Workers -----------------------------------------------------------------------------------------------------


def claim_run() -> ReportRun | None:
    """Take a lease on the next run that waits, or that a dead worker left behind; None if there is none."""
    while True:
        with transaction.atomic():
            run = ReportRun.objects.due().select_for_update(skip_locked=True).order_by("requested_at").first()
            if run is None:
                return None
            left_behind = run.state == RunState.BUILDING
            if left_behind and run.attempts % ATTEMPTS == 0:
                with override(run.language):
                    stop_run(run, _("The report could not be built in three attempts. The operators can see why."))
                continue
            ReportRun.objects.filter(pk=run.pk).update(
                state=RunState.BUILDING,
                attempts=F("attempts") + 1,
                lease_until=Now() + LEASE,
                started_at=Now(),
                rows_done=0,
                rows_total=None,
            )
            run.refresh_from_db()
            return run


def renew_lease(run: ReportRun, *, rows_done: int, rows_total: int | None) -> bool:
    """Say how far this attempt is, and keep it. False: it was cancelled, or another worker has taken over."""
    alive = ReportRun.objects.attempt(run)
    return bool(alive.update(rows_done=rows_done, rows_total=rows_total, lease_until=Now() + LEASE))


@transaction.atomic
def finish_run(run: ReportRun, *, file: str, sha256: str, size: int, rows: int) -> bool:
    """The whole file is in its place. False, and nothing changed, if this attempt is no longer the one that counts."""
    done = ReportRun.objects.attempt(run).update(
        state=RunState.READY,
        finished_at=Now(),
        lease_until=None,
        file=file,
        sha256=sha256,
        size=size,
        rows_done=rows,
        rows_total=rows,
    )
    if done:
        notifications.report_ready(run)
    return bool(done)


@transaction.atomic
def stop_run(run: ReportRun, error: str) -> None:
    """End the attempt for good; `error` is shown to the requester, in the run's language."""
    stopped = ReportRun.objects.attempt(run).update(
        state=RunState.STOPPED, finished_at=Now(), lease_until=None, error=error[:300]
    )
    if stopped:
        notifications.report_stopped(run)


def fail_run(run: ReportRun) -> None:
    """The attempt failed for a reason that may pass: again after some seconds, or stopped after the last attempt."""
    if run.attempts % ATTEMPTS == 0:
        stop_run(run, _("The report could not be built in three attempts. The operators can see why."))
    else:
        ReportRun.objects.attempt(run).update(lease_until=Now() + WAIT_AFTER_FAILURE)
