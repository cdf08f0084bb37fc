"""The list of calls at 1,000, 100,000 and 1,000,000 calls: every filter, every order, searches, deep pages."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from statistics import median
from typing import NamedTuple

from bench.data import CATALOGUES
from bench.figures import Figure, table
from bench.pages import QUERIES_VISITOR, Page, Portal, portal

QUERIES_SIGNED_IN = 12
MILLISECONDS, GROWTH = 150, 2.0
ROUNDS, TIMES = 3, 3

LISTS = [
    Page("/calls/"),
    Page("/calls/?status=all"),
    Page("/calls/?status=open"),
    Page("/calls/?status=closing_soon"),
    Page("/calls/?status=opening_soon"),
    Page("/calls/?status=in_assessment"),
    Page("/calls/?status=closed"),
    Page("/calls/?role=laboratory"),
    Page("/calls/?district=biomedicale"),
    Page("/calls/?theme=economia-circolare"),
    Page("/calls/?deadline_before={soon}"),
    Page("/calls/?ordering=-opened"),
    Page("/calls/?ordering=-budget"),
    Page("/calls/?status=closed&ordering=-opened"),
    Page("/calls/?status=closed&district=biomedicale&role=enterprise"),
    Page("/calls/?status=closing_soon&district=biomedicale&role=laboratory&theme=economia-circolare&ordering=-budget"),
    Page("/calls/?status=all", deep=True),
    Page("/calls/", deep=True),
    Page("/calls/", "region"),
    Page("/calls/?status=all", "region"),
    Page("/calls/?status=all&district=biomedicale", "region"),
]
SEARCHES = [
    Page("/calls/?q=network"),
    Page("/calls/?status=all&q=networks+enterprises"),
    Page("/calls/?status=all&q=energy"),
    Page("/calls/?status=all&q=hydrogen"),
    Page("/calls/?status=all&q=dialysis"),
    Page("/calls/?status=all&q=hydrogen&ordering=deadline"),
    Page("/calls/?status=all&q=network&ordering=-budget"),
    Page("/calls/?q=hydrogen&district=biomedicale&role=laboratory"),
    Page("/calls/?q=hydrgen"),
    Page("/calls/?q=xyzzyxyzzy"),
    Page("/calls/?status=all&q=network", "region"),
    Page("/calls/?q=hydrgen&district=biomedicale", "region"),
]


class Measured(NamedTuple):
    """Milliseconds of processors at the median, by number of calls; `clock`: at the middle one."""

    page: Page
    queries: int
    work: dict[int, float]
    clock: float
    search: bool

    @property
    def growth(self) -> float:
        return self.work[max(self.work)] / self.work[min(self.work)]

    def figures(self) -> list[Figure]:
        most = QUERIES_SIGNED_IN if self.page.reader else QUERIES_VISITOR
        middle = sorted(self.work)[len(self.work) // 2]
        # Growth is bound for the list and its facets; a common word at 1,000 calls is a rare one at 1,000,000.
        return [
            Figure(f"{self.page.name}: queries", self.queries, "", most),
            Figure(f"{self.page.name}: server time at {middle:,} calls", self.work[middle], "ms", MILLISECONDS),
            Figure(f"{self.page.name}: growth", self.growth, "x", None if self.search else GROWTH),
        ]


def measure(sizes: list[int], only: str) -> list[Measured]:
    """All pages whose name holds `only`, on each of the databases in turn."""
    with ExitStack() as stack:
        portals = {size: stack.enter_context(portal(CATALOGUES[size])) for size in sizes}
        found = []
        for page in LISTS + SEARCHES:
            if only in page.name:
                print(f"... {page.name}", file=sys.stderr)
                found.append(_measure(page, portals))
        return found


def _measure(page: Page, portals: dict[int, Portal]) -> Measured:
    work: dict[int, list[float]] = {size: [] for size in portals}
    clock: dict[int, list[float]] = {size: [] for size in portals}
    queries = 0
    for _round in range(ROUNDS):
        for size, one in portals.items():
            path = "/en" + page.path.replace("{soon}", one.ask("day", ahead=45)["day"])
            answer = one.ask("page", path=path, reader=page.reader, deep=page.deep, times=TIMES)
            work[size] += answer["work"]
            clock[size] += answer["ms"]
            queries = max(queries, answer["queries"])
    middle = sorted(portals)[len(portals) // 2]
    medians = {size: median(spent) for size, spent in work.items()}
    return Measured(page, queries, medians, median(clock[middle]), page in SEARCHES)


def pages_table(measured: list[Measured]) -> str:
    """One line for each page; each mark is of the cell before it."""
    sizes = sorted(measured[0].work)
    head = ["page", "queries", "", *(f"ms at {size:,}" for size in sizes), "", "growth", "", "on the clock"]
    rows = []
    for one in measured:
        queries, time, growth = ("FAIL" if not figure.passed else "pass" for figure in one.figures())
        rows.append(
            [one.page.name, f"{one.queries}", queries, *(f"{one.work[size]:.1f}" for size in sizes), time]
            + [f"{one.growth:.2f}", "" if one.search else growth, f"{one.clock:.0f}"]
        )
    title = (
        f"Calls: at most {QUERIES_VISITOR} queries, {MILLISECONDS} ms at the median of {sizes[1]:,} calls,"
        f" {GROWTH:g} x from {sizes[0]:,} to {sizes[-1]:,} (lists)"
    )
    return table(title, head, rows)
