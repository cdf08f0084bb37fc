"""Counts and sums over everything: remembered for a minute once there is much to count, always fresh before.

They stand beside filters and on dashboards, where a minute makes no difference; what decides something (places of an
event, rows of a report) never comes from here. The memory is the process's own: no query to read it, and nobody can
push the counts of the sign-in limits out of the shared cache by asking for many filters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import caches

Result = TypeVar("Result")

SECONDS = 60
# Up to so many rows counting costs less than it is worth to be late.
MUCH = 1000


def remembered(key: object, compute: Callable[[], Result], rows: Callable[[Result], int]) -> Result:
    """What `compute` answers, from memory if `rows` of the answer said that it is much. `key`: its `repr` tells all."""
    name = hashlib.sha256(repr(key).encode()).hexdigest()
    memory = caches["counts"]
    found: Result | None = memory.get(name)
    if found is None:
        found = compute()
        if rows(found) > MUCH:
            memory.set(name, found, SECONDS)
    return found
