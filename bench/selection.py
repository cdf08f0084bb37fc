"""The selection of a large call: evaluators assigned, their scores taken over by the panel, then put in order."""

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
    middle = {part: median(each[part] for each in found) for part in found[0]}
    note = "1,000 proposals of 5 evaluators"
    return [
        Figure("assignment planned and shown", middle["planned"], "s", note=f"{note} of 300"),
        Figure("carried out, planned again under the lock", middle["assigned"], "s", note=note),
        Figure("scores taken over by the panel", middle["taken"], "s", note=note),
        Figure("ranked", middle["ranked"], "s", note=note),
        Figure("assignment and ranking", sum(middle.values()), "s", SECONDS, note),
    ]


def _round(database: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.ranker"], env=environment(database), check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)
