"""What the demonstration's calls say: `data/calls.json`.

Days are counted from the day on which the demonstration is made: `opens`, `closes`; the deadline is moved on to the
next such `weekday` (Monday is 0), at `hour` in Rome (13 otherwise). The year in a title is the present one (`year`:
"present"), the coming Distretti Day's ("event"), otherwise the deadline's. Amounts in EUR. `facilitated`: false where
nobody is the call's facilitator. `rules`: parameters by kind, beside those that partners, share and costs say.
"""

import json
from pathlib import Path
from typing import Any

MAIN, STERILE, EARLIER, EARLIEST, ASSESSED, RANKED = "main", "sterile", "earlier", "earliest", "assessed", "ranked"

CALLS: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "calls.json").read_text(encoding="utf-8")
)
