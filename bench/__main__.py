"""`make bench`: how fast the portal is, measured beside its limits in the same run.

SCALE=full, or small for a quick look. PART=portal, calls, sending or all (default). ONLY=words: only the pages whose
name holds them, and no report.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("VAR_DIR", str(Path(__file__).resolve().parent.parent / "var" / "bench"))
# Its own servers, whatever the caller's shell says of others.
os.environ.pop("DATABASE_URL", None)

from bench import catalogue, machine, pages, report, selection, sending, workspace  # noqa: E402
from bench.data import SCALES, WHOLE, prepare, prepare_catalogues  # noqa: E402
from bench.figures import Figure, figures_table, write_json  # noqa: E402
from district_portal import embedded  # noqa: E402


def main() -> int:
    name = os.environ.get("SCALE") or "full"
    if name not in SCALES:
        print(f"SCALE={name}: use one of {', '.join(SCALES)}.", file=sys.stderr)
        return 2
    part = os.environ.get("PART") or "all"
    if part not in ("portal", "calls", "sending", "all"):
        print(f"PART={part}: use portal, calls, sending or all.", file=sys.stderr)
        return 2
    started = embedded.start()
    try:
        return _run(name, part, os.environ.get("ONLY", ""))
    finally:
        if started and not embedded.keep():
            embedded.stop()


def _run(name: str, part: str, only: str) -> int:
    about = {"scale": name, "data": WHOLE if name == "full" else "a tenth"} | machine.about()
    print("\n".join(f"{key}: {value}" for key, value in about.items()) + "\n")
    parts: dict[str, list[Figure]] = {}
    details: dict[str, Any] = {}
    if part in ("calls", "all"):
        _calls(name, only, parts)
    if part in ("portal", "all"):
        _portal(name, only, parts, details)
    if part in ("sending", "all") and not only:
        parts["sending"] = sending.measure()
        print(figures_table("Proposals in the last minute before a deadline, two web processes", parts["sending"]))
    path = embedded.var_dir() / f"{name}{'' if part == 'all' else f'-{part}'}.json"
    write_json(path, about | {"load after": os.getloadavg()}, parts, details)
    missed = [figure for part in parts.values() for figure in part if not figure.passed]
    print(f"{len(missed)} figures beyond their bound. JSON: {path}")
    return 1 if missed else 0


def _calls(name: str, only: str, parts: dict[str, list[Figure]]) -> None:
    prepare_catalogues(SCALES[name])
    measured = catalogue.measure(SCALES[name].catalogues, only)
    if measured:
        print(catalogue.pages_table(measured))
    parts["calls"] = [figure for one in measured for figure in one.figures()]


def _portal(name: str, only: str, parts: dict[str, list[Figure]], details: dict[str, Any]) -> None:
    scale = SCALES[name]
    prepare(scale)
    measured, limits = pages.measure(scale, only)
    print(figures_table("Limits", limits))
    print(pages.pages_table(measured, empty=limits[0].value))
    parts |= {"limits": limits, "pages": [figure for one in measured for figure in one.figures()]}
    if not only:
        parts["workspace"] = workspace.measure(scale)
        print(figures_table("A network of 20 partners and 2,000 cells of a budget", parts["workspace"]))
        parts["report"] = report.measure(scale)
        print(figures_table(f"Funding report of {scale.report_rows:,} rows", parts["report"]))
        parts["selection"] = selection.measure(scale)
        print(figures_table("Ranking of a large call", parts["selection"]))
    details |= {one.page.name: one.slowest for one in measured}


if __name__ == "__main__":
    sys.exit(main())
