"""The worker's application with a short lease, and with switches that take its protections away.

`celery -A tests.faults.worker`; FAULTS_WITHOUT names what to take away. Nothing of this is in the portal's own code.
"""

import os
from datetime import timedelta

import django

django.setup()

from django.db.models.functions import Now

from district_portal.celery import app  # noqa: F401
from district_portal.notifications import delivery
from district_portal.notifications.models import InboxItem, OutboxRow, OutboxState
from district_portal.reports import builder, operations
from district_portal.reports.writers.source import Source

# A test can't wait for two minutes until a dead worker's rows are given back; the way there is the same.
delivery.LEASE = timedelta(seconds=5)
delivery.BATCH = 10
operations.LEASE = timedelta(seconds=3)
builder.HEARTBEAT = 0.3


def without_lease() -> None:
    """Each worker takes what waits, and writes what it has done, whoever else is at it."""

    def claim() -> list[OutboxRow]:
        waiting = OutboxRow.objects.filter(state=OutboxState.WAITING, next_at__lte=Now())
        return list(waiting.select_related("user").order_by("next_at", "pk")[: delivery.BATCH])

    delivery.claim = claim
    delivery._mine = _whose_ever
    effect_before_state()


def effect_before_state() -> None:
    """The inbox message and the state are two steps, and the message does not know its row."""

    def deliver_inbox(row: OutboxRow, renderer: delivery.Renderer) -> None:
        InboxItem.objects.create(user=row.user, created_at=row.created_at, **renderer.inbox(row))
        delivery._done(row)

    delivery._deliver_inbox = deliver_inbox


def state_before_effect() -> None:
    """What is taken counts as done, as with a queue that hands a message out and forgets it."""
    claim_under_lease = delivery.claim

    def claim() -> list[OutboxRow]:
        rows = claim_under_lease()
        OutboxRow.objects.filter(pk__in=[row.pk for row in rows]).update(state=OutboxState.DONE)
        return rows

    delivery.claim = claim
    delivery._mine = _whose_ever


def _whose_ever(row: OutboxRow):
    return OutboxRow.objects.filter(pk=row.pk)


def file_in_its_place_from_the_start() -> None:
    """The report is written where it is downloaded from, and counts as ready while it grows."""

    def build(run) -> None:
        report, queryset = builder._wanted(run)
        name = f"reports/{run.pk}-{run.attempts}.{run.format}"
        path = builder.folder().parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        operations.finish_run(run, file=name, sha256="0" * 64, size=0, rows=0)
        with builder.snapshot() as own:
            form = {"format": run.format, "dialect": run.dialect, "path": path}
            builder.write_file(report, queryset, own=own, progress=builder.Progress(), **form)

    builder._build = build


def slow_rows() -> None:
    """Not a protection: PostgreSQL takes its time for each row, so that there is a middle of a report."""
    quick = Source.of.__func__

    def of(cls, queryset, own) -> Source:
        source = quick(cls, queryset, own)
        ordered = f"SELECT * FROM ({source.sql}) AS rows OFFSET 0"  # else it would sleep before it sorts
        return cls(own, f"SELECT * FROM ({ordered}) AS rows WHERE pg_sleep(0.1) IS NOT NULL")

    Source.of = classmethod(of)
    Source.count = lambda self: 1


SWITCHES = {
    "lease": without_lease,
    "one transaction": effect_before_state,
    "state after effect": state_before_effect,
    "whole file first": file_in_its_place_from_the_start,
    "haste": slow_rows,
}
for switch in filter(None, os.environ.get("FAULTS_WITHOUT", "").split(",")):
    SWITCHES[switch]()
