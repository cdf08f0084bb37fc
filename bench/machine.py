"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import psycopg2

from bench.data import address
from district_portal import embedded


def about() -> dict[str, Any]:
    with psycopg2.connect(address("portal")) as connection:
        version = connection.server_version
    return {
        "when": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "code": _output("git", "describe", "--always", "--dirty"),
        "machine": f"{os.cpu_count()} x {_processor()}, {_memory()}",
        "load before": os.getloadavg(),
        "software": f"Python {platform.python_version()}, Django {django.__version__}, PostgreSQL {version // 10_000}",
    }


def _output(*command: str) -> str:
    found = subprocess.run(command, cwd=embedded.BASE_DIR, capture_output=True, text=True)
    return found.stdout.strip()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
