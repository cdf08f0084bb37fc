"""Plausible, valid rows at any scale, made up and marked illustrative: for load, lists and reports.

Everything is written by COPY in chunks of a transaction each, so that memory stays flat and an interrupted run leaves
valid data. The same seed on the same data gives the same rows, but for tickets' codes and secrets, which stay secret.
Each run adds: what it makes is numbered on from what earlier runs made.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from calls.models import fold_changes
from district_portal.management.synthesis import calls, networks, organisations, registrations
from district_portal.management.synthesis.batch import Counts


class Wanted(NamedTuple):
    organisations: int = 0
    calls: int = 0
    networks: int = 0
    registrations: int = 0


def synthesize(wanted: Wanted, seed: int) -> Counts:
    """Add rows. Returns how many by table. Raises `ValueError` when something that they need is missing."""
    counts = Counts()
    organisations.make(wanted.organisations, seed, counts)
    calls.make(wanted.calls, seed, counts)
    networks.make(wanted.networks, seed, counts)
    registrations.make(wanted.registrations, seed, counts)
    with connection.cursor() as cursor:
        for model in counts:
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')
    fold_changes(timezone.now())
    return counts
