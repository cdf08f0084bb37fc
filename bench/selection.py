"""The ranking of a large call: scores of five evaluators taken over by the panel, then put in order."""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median

from bench.data import Scale, environment
from bench.figures import Figure

ROUNDS, SECONDS = 3, 2.0


def measure(scale: Scale) -> list[Figure]:
    """Median of some rounds, each in a process and a transaction of its own."""
    found = [_round(scale.tenth) for _number in range(ROUNDS)]
    taken, ranked = (median(each[part] for each in found) for part in ("taken", "ranked"))
    note = "1,000 proposals of 5 evaluators"
    return [
        Figure("scores taken over by the panel", taken, "s", note=note),
        Figure("ranked", ranked, "s", note=note),
        Figure("both", taken + ranked, "s", SECONDS, note),
    ]


def _round(database: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.ranker"], env=environment(database), check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)
