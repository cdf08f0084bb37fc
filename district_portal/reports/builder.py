"""Building the file of a run: in a work folder first, whole and on disk before it gets its name.

While it is written, a second thread (with a connection of its own) renews the lease and stores the progress once a
second; when the run was cancelled or taken over, it ends the query.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.db.utils import Error as DatabaseFault
from django.utils.translation import gettext as _
from django.utils.translation import override
from xlsxwriter.exceptions import FileCreateError

from district_portal.reports import operations, registry
from district_portal.reports.cells import dialect_named
from district_portal.reports.models import Format, ReportRun
from district_portal.reports.registry import Report
from district_portal.reports.states import RunState
from district_portal.reports.writers.csv import write_csv
from district_portal.reports.writers.source import Ended, Progress, Source, snapshot
from district_portal.reports.writers.xlsx import write_xlsx
from district_portal.shared.errors import DomainError, set_request_id

log = logging.getLogger(__name__)

HEARTBEAT = 1.0
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "reports"


def build_run(run: ReportRun) -> None:
    """Build a claimed run and end the attempt, in whichever way it ends. Raises nothing that a report can cause."""
    set_request_id(run.request_id)
    with override(run.language):
        try:
            _build(run)
            log.info("built", extra={"fields": {"run": str(run.pk), "report": run.report, "format": run.format}})
        except DomainError as error:
            operations.stop_run(run, error.message)
        except Ended:
            log.info("report %s: this attempt is wanted no more", run.pk)
        except (OSError, FileCreateError) as error:
            log.exception("report %s: its file cannot be written", run.pk)
            operations.stop_run(run, _out_of_disk(error))
        except Exception:  # the database restarts, a report has a fault: again later, stopped after the last attempt
            log.exception("report %s failed, attempt %s", run.pk, run.attempts)
            operations.fail_run(run)
    set_request_id("")


def _out_of_disk(error: Exception) -> str:
    cause = error.args[0] if isinstance(error, FileCreateError) and error.args else error
    if getattr(cause, "errno", None) in NO_SPACE:
        return _("There was no space left on the server. Nothing was saved. Try again later.")
    return _("The file could not be written on the server. Nothing was saved. Try again later.")


def _build(run: ReportRun) -> None:
    report, queryset = _wanted(run)
    name = f"{run.pk}-{run.attempts}.{run.format}"
    work = folder() / "work" / name
    work.mkdir(parents=True, exist_ok=True)
    try:
        progress = Progress()
        half = work / "half"
        with snapshot() as own, _heartbeat(run, progress, own):
            write_file(report, queryset, format=run.format, dialect=run.dialect, path=half, own=own, progress=progress)
            sha256, size = _onto_disk(half)
        final = folder() / name
        os.replace(half, final)
        _sync(folder())
        if not operations.finish_run(run, file=f"reports/{name}", sha256=sha256, size=size, rows=progress.rows):
            final.unlink(missing_ok=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _wanted(run: ReportRun) -> tuple[Report, QuerySet[Any]]:
    """The run's report and its rows. Raises `DomainError` where it can no longer be built as asked."""
    report = registry.find(run.report)
    if report is None or not report.may(run.requester):
        raise DomainError(_("You may no longer request this report."))
    form = report.form(run.filters, user=run.requester)
    if not form.is_valid():
        raise DomainError(_("A filter of this report names something that is no longer there. Request it again."))
    return report, report.queryset(form)


def write_file(
    report: Report,
    queryset: QuerySet[Any],
    *,
    format: str,
    dialect: str,
    path: Path,
    own: BaseDatabaseWrapper,
    progress: Progress,
) -> None:
    """Write `queryset` of `report` to `path`, from the snapshot of `own`."""
    source = Source.of(queryset, own)
    progress.total = source.total()
    if format == Format.XLSX:
        write_xlsx(source, report.columns, path, progress)
    else:
        with path.open("wb", buffering=1 << 20) as file:
            write_csv(source, report.columns, dialect_named(dialect), file, progress)


def _onto_disk(path: Path) -> tuple[str, int]:
    """SHA-256 and size of the file, after the disk has it."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _heartbeat(run: ReportRun, progress: Progress, own: BaseDatabaseWrapper) -> Iterator[None]:
    """Keep the lease and store the progress while the block runs; raise `Ended` where the run was taken away."""
    stop = threading.Event()
    thread = threading.Thread(target=_beat, args=(run, progress, own.connection, stop), name=f"report {run.pk}")
    thread.start()
    try:
        yield
    except psycopg2.Error as error:
        if progress.ended:
            raise Ended from error
        raise
    finally:
        stop.set()
        thread.join()


def _beat(run: ReportRun, progress: Progress, building: psycopg2.extensions.connection, stop: threading.Event) -> None:
    while not stop.wait(HEARTBEAT):
        try:
            if not operations.renew_lease(run, rows_done=progress.rows, rows_total=_total(progress)):
                progress.ended = True
                building.cancel()
                break
        except DatabaseFault:
            # Without its lease the attempt may be taken over; its end is fenced by the number of the attempt.
            log.exception("report %s: the lease could not be renewed", run.pk)
            connections.close_all()
    connections.close_all()


def _total(progress: Progress) -> int | None:
    """Never less than the rows that are written already."""
    return None if progress.total is None else max(progress.total, progress.rows)


# --- What is left behind -----------------------------------------------------------------------------------------

CLEAN_EVERY = 60.0
_cleaned_at = 0.0


def clean_up() -> None:
    """Remove files that are kept no longer, and work folders of attempts that are over; at most once a minute."""
    global _cleaned_at
    if time.monotonic() - _cleaned_at < CLEAN_EVERY:
        return
    _cleaned_at = time.monotonic()
    oldest = time.time() - settings.REPORTS_KEPT_DAYS * 86_400
    for path in folder().glob("*.*"):
        with suppress(FileNotFoundError):  # another worker cleans up as well
            if path.stat().st_mtime < oldest:
                path.unlink()
    for work in folder().glob("work/*"):
        if not _is_being_written(work.name):
            shutil.rmtree(work, ignore_errors=True)


def _is_being_written(name: str) -> bool:
    """Whether this is the work folder of an attempt that still counts; what is not ours is left alone."""
    pk, _, attempts = name.rpartition(".")[0].rpartition("-")
    try:
        return ReportRun.objects.filter(pk=pk, attempts=int(attempts), state=RunState.BUILDING).exists()
    except (ValueError, ValidationError):
        return True
