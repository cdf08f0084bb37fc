"""Pages on all of the data and on a tenth of it: queries, server time at the median, growth.

Server time is the processor time that the portal's process and its process in the database spend on an answer. On a
machine with nothing else to do it is the time on the clock; on a shared one the clock tells of the others.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any, NamedTuple

from bench.data import Scale, environment
from bench.figures import Figure, table

QUERIES_VISITOR, QUERIES_SIGNED_IN = 12, 16
MILLISECONDS, GROWTH = 150, 1.5
ROUNDS, TIMES = 3, 3  # answers of both databases in turn, so that what else the machine does falls on both


class Page(NamedTuple):
    path: str
    reader: str = ""
    deep: bool = False

    @property
    def name(self) -> str:
        return f"{self.path}{' (deep)' if self.deep else ''}, {self.reader or 'visitor'}"


PAGES = [
    Page("/calls/"),
    Page("/calls/?status=all&q=networks+enterprises"),
    Page("/calls/", "novamed"),
    Page("/calls/?status=all", "region"),
    Page("/organisations/"),
    Page("/organisations/?q=meccanica"),
    Page("/organisations/?q=stampaggio"),
    Page("/organisations/?kind=laboratory&district=biomedicale"),
    Page("/organisations/?nuts=ITH54"),
    Page("/organisations/", deep=True),
    Page("/organisations/", "novamed"),
    Page("/organisations/", "facilitator"),
    Page("/networks/", "novamed"),
    Page("/networks/", "facilitator"),
    Page("/networks/?state=submitted", "facilitator"),
    Page("/networks/", "region"),
    Page("/networks/", "region", deep=True),
    Page("/region/", "region"),
    Page("/region/?district=biomedicale", "region"),
    Page("/events/{event}/"),
    Page("/events/{event}/participants/", "organiser"),
    Page("/events/{event}/participants/?q=rossi", "organiser"),
    Page("/events/{event}/participants/", "organiser", deep=True),
    Page("/"),
    Page("/projects/"),
    Page("/desk/", "facilitator"),
    Page("/facilitator/", "facilitator"),
]
# For each list its table and its order, as the database alone would read a page of it.
SCANS = [
    ("calls", "calls_call", "state, closes_at, id"),
    ("organisations", "enterprises_organisation", "name, id"),
    ("networks", "projects_network", "created_at DESC, uuid"),
]


class Portal:
    """A process of the portal that measures itself when asked."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, do: str, **asked: Any) -> dict[str, Any]:
        self.process.stdin.write(json.dumps({"do": do} | asked) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"The measured process ended at: {asked}")
        return json.loads(line)


@contextmanager
def portal(database: str) -> Iterator[Portal]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.answerer"],
        env=environment(database),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Portal(process)
    finally:
        process.stdin.close()
        process.wait()


class Measured(NamedTuple):
    """Milliseconds at the median; `clock` as a clock measures it; `first`: when no count is remembered."""

    page: Page
    queries: int
    kilobytes: float
    tenth: float
    whole: float
    clock: float
    first: float
    slowest: dict[str, Any] | None

    @property
    def growth(self) -> float:
        return self.whole / self.tenth

    def figures(self) -> list[Figure]:
        most = QUERIES_SIGNED_IN if self.page.reader else QUERIES_VISITOR
        return [
            Figure(f"{self.page.name}: queries", self.queries, "", most),
            Figure(f"{self.page.name}: server time", self.whole, "ms", MILLISECONDS),
            Figure(f"{self.page.name}: growth", self.growth, "x", GROWTH, f"{self.tenth:.1f} ms at a tenth"),
        ]


def measure(scale: Scale, only: str) -> tuple[list[Measured], list[Figure]]:
    """All pages whose name holds `only`, and the limits that they are compared with."""
    with portal(scale.tenth) as tenth, portal(scale.whole) as whole:
        event = {portal: portal.ask("largest_event")["slug"] for portal in (tenth, whole)}
        limits = _limits(whole)
        measured = []
        for page in PAGES:
            if only in page.name:
                print(f"... {page.name}", file=sys.stderr)
                measured.append(_measure(page, tenth, whole, event))
        return measured, limits


def _measure(page: Page, tenth: Portal, whole: Portal, event: dict[Portal, str]) -> Measured:
    spent: dict[Portal, list[float]] = {tenth: [], whole: []}
    clock, first = [], []
    for _round in range(ROUNDS):
        for asked in (tenth, whole):
            path = "/en" + page.path.replace("{event}", event[asked])
            answer = asked.ask("page", path=path, reader=page.reader, deep=page.deep, times=TIMES)
            spent[asked] += answer["work"]
        clock += answer["ms"]
        first.append(answer["first"])
    return Measured(
        page,
        answer["queries"],
        answer["bytes"] / 1000,
        median(spent[tenth]),
        median(spent[whole]),
        median(clock),
        median(first),
        answer["slowest"],
    )


def _limits(whole: Portal) -> list[Figure]:
    empty = whole.ask("page", path="/bench/empty/", reader="", deep=False, times=200)["work"]
    figures = [Figure("empty view with all middleware", median(empty), "ms", note="limit of every page")]
    for name, database_table, order in SCANS:
        scan = whole.ask("index_scan", table=database_table, order=order, times=50)["ms"]
        figures.append(Figure(f"20 {name} along an index", median(scan), "ms", note="limit of a list"))
    return figures


def pages_table(measured: list[Measured], empty: float) -> str:
    """One line for each page; each mark is of the cell before it."""
    head = ["page", "queries", "", "ms at a tenth", "ms", "", "growth", "", "first", "on the clock", "x empty", "KB"]
    rows = []
    for one in measured:
        queries, time, growth = (("pass" if figure.passed else "FAIL") for figure in one.figures())
        rows.append(
            [one.page.name, f"{one.queries}", queries, f"{one.tenth:.1f}", f"{one.whole:.1f}", time]
            + [f"{one.growth:.2f}", growth]
            + [f"{one.first:.0f}", f"{one.clock:.0f}", f"{one.whole / empty:.0f}", f"{one.kilobytes:.0f}"]
        )
    title = (
        f"Pages: at most {QUERIES_VISITOR} queries ({QUERIES_SIGNED_IN} signed in), {MILLISECONDS} ms at the median,"
        f" {GROWTH} x of a tenth of the data"
    )
    return table(title, head, rows)
