"""The reports' worker: beat's hint says that a report may be waiting."""

from __future__ import annotations

import time

from celery import shared_task

from district_portal.reports import builder, operations

# Then the next hint goes on, so that no task reaches the worker's time limit because of many reports.
LONG_ENOUGH = 60.0


@shared_task(name="district_portal.reports.tasks.build")
def build() -> int:
    """Build what waits or was left behind. Safe to lose and to repeat. Returns how many attempts were made."""
    began, built = time.monotonic(), 0
    builder.clean_up()
    while time.monotonic() - began < LONG_ENOUGH and (run := operations.claim_run()):
        builder.build_run(run)
        built += 1
    return built
