"""The funding report as CSV against plain COPY of the same query, in a process of its own whose memory is watched."""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median

from bench.data import Scale, environment
from bench.figures import Figure

RATIO, RATIO_ITALIAN, MEBIBYTES = 1.2, 1.8, 64


def measure(scale: Scale) -> list[Figure]:
    """Each way in turn, several times; the figure is the median of the ratios of neighbours."""
    database = f"bench_report_{scale.report_rows}"
    command = [sys.executable, "-m", "bench.exporter", str(scale.report_rows)]
    done = subprocess.run(command, env=environment(database), check=True, stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout)
    took: dict[str, list[dict[str, float]]] = found["took"]

    def middle(name: str, measure: str) -> float:
        return median(one[measure] for one in took[name])

    def ratio(name: str) -> float:
        """Of processor time, which other programs on the machine change little."""
        pairs = zip(took[name], took["plain COPY"], strict=True)
        return median(own["work"] / limit["work"] for own, limit in pairs)

    speed = scale.report_rows / middle("plain COPY", "wall")
    return [
        Figure("plain COPY of the report's query", middle("plain COPY", "work"), "s", note="limit, processor time"),
        Figure("plain COPY, on the clock", middle("plain COPY", "wall"), "s", note=f"{speed:,.0f} rows/s"),
        Figure("CSV", middle("CSV", "work"), "s", note="processor time"),
        Figure("CSV, on the clock", middle("CSV", "wall"), "s"),
        Figure("CSV / plain COPY", ratio("CSV"), "x", RATIO),
        Figure("CSV in the Italian dialect / plain COPY", ratio("Italian CSV"), "x", RATIO_ITALIAN),
        Figure("the total for the progress", middle("total", "work"), "s", note="part of the CSV's time"),
        Figure("memory above a report without rows", found["memory"], "MiB", MEBIBYTES),
    ]
