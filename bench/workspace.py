"""The workspace of a large network, page by page."""

from __future__ import annotations

import json
import subprocess
import sys

from bench.data import Scale, environment
from bench.figures import Figure

QUERIES, MILLISECONDS = 15, 200
HASHED, HASHING = "sending", 40
"""The page that reads every table of the proposal, to show the hash that is signed off, and its queries."""


def measure(scale: Scale) -> list[Figure]:
    """Queries, and milliseconds of processor time at the median, of each page of a network that its lead opens."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.writer"],
        env=environment(scale.whole),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    figures = []
    for name, page in json.loads(done.stdout).items():
        most = HASHING if name == HASHED else QUERIES
        figures.append(Figure(f"{name}: queries", page["queries"], "", most))
        clock = f"{page['clock']:.0f} ms on the clock"
        figures.append(Figure(f"{name}: server time", page["work"], "ms", MILLISECONDS, clock))
    return figures
