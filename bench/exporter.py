"""A process that writes the funding report in each way, and says how long it took and how much memory it needed."""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "district_portal.settings")
django.setup()

from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402
from django.db.models import QuerySet  # noqa: E402

from district_portal.reports.builder import write_file  # noqa: E402
from district_portal.reports.writers.source import Progress, Source, snapshot  # noqa: E402
from projects.reports import FUNDING  # noqa: E402

TIMES = 3
Work = Callable[[BaseDatabaseWrapper, Path], int]


@dataclass(frozen=True)
class Took:
    """Seconds on the clock, and of processors: of this process and of the database's that serves it."""

    wall: float
    work: float


def _rows(**filters: str) -> QuerySet:
    form = FUNDING.form(filters, user=None)
    assert form.is_valid(), form.errors
    return FUNDING.queryset(form)


def _plain(own: BaseDatabaseWrapper, path: Path) -> int:
    with own.connection.cursor() as cursor, path.open("wb", buffering=1 << 20) as file:
        cursor.copy_expert(f"COPY ({Source.of(_rows(), own).sql}) TO STDOUT WITH (FORMAT csv)", file)
        return cursor.rowcount


def _csv(own: BaseDatabaseWrapper, path: Path, dialect: str = "", **filters: str) -> int:
    progress = Progress()
    write_file(FUNDING, _rows(**filters), format="csv", dialect=dialect, path=path, own=own, progress=progress)
    return progress.rows


def _total(own: BaseDatabaseWrapper, path: Path) -> int:
    return Source.of(_rows(), own).total()


def _took(work: Work, path: Path, rows: int) -> Took:
    began, worked = time.perf_counter(), time.process_time()
    with snapshot() as own:
        with own.cursor() as cursor:
            # All of the database's work in the one process whose time is read.
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        written = work(own, path)
        database = int(Path(f"/proc/{own.connection.get_backend_pid()}/schedstat").read_text().split()[0]) / 1e9
    # An estimate of the planner may differ a little.
    assert abs(written - rows) <= rows / 20, written
    return Took(time.perf_counter() - began, time.process_time() - worked + database)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(rows: int) -> None:
    ways: dict[str, Work] = {
        "plain COPY": _plain,
        "CSV": _csv,
        "Italian CSV": partial(_csv, dialect="it"),
        "total": _total,
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.csv"
        with snapshot() as own:
            _csv(own, path, to="1900-01-01")
        baseline = _peak()
        took = {name: [] for name in ways}
        for _time in range(TIMES):
            for name, work in ways.items():
                took[name].append(asdict(_took(work, path, rows)))
    print(json.dumps({"took": took, "memory": (_peak() - baseline) / 1024}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
