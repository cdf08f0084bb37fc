"""Who registered and who came: persons and distinct organisations, never added to each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from district_portal.shared.counts import remembered
from events.models import Category, Event
from events.states import RegistrationState

CONFIRMED = Q(state=RegistrationState.CONFIRMED)
ARRIVED = Q(arrived_at__isnull=False)
NAMED = ~Q(organisation_key="")


@dataclass(frozen=True)
class Row:
    """Counts of one category, or of all (`category` empty). Organisations are distinct: the row of all is no sum."""

    category: str
    persons_registered: int
    persons_attended: int
    organisations_registered: int
    organisations_attended: int

    @property
    def label(self) -> str:
        return str(Category(self.category).label) if self.category else _("All")


COLUMNS = ["category", "persons_registered", "persons_attended", "organisations_registered", "organisations_attended"]


def _counts() -> dict[str, Any]:
    organisations = {"distinct": True}
    return {
        "persons_registered": Count("pk", filter=CONFIRMED),
        "persons_attended": Count("pk", filter=ARRIVED),
        "organisations_registered": Count("organisation_key", filter=CONFIRMED & NAMED, **organisations),
        "organisations_attended": Count("organisation_key", filter=ARRIVED & NAMED, **organisations),
    }


def attendance(event: Event) -> tuple[list[Row], Row]:
    """One row for each category, in the order of the form, and the row of all guests with a place."""
    found = {row["category"]: row for row in event.registrations.order_by().values("category").annotate(**_counts())}
    empty = dict.fromkeys(COLUMNS[1:], 0)
    rows = [Row(**({"category": category} | empty | found.get(category, {}))) for category in Category.values]
    return rows, Row(category="", **event.registrations.aggregate(**_counts()))


def attendance_cells(event: Event) -> Iterator[list[Any]]:
    """The same as lines of a file, with their heading; the last line counts all."""
    yield COLUMNS
    rows, everybody = attendance(event)
    for row in [*rows, everybody]:
        yield [row.category or "all", *(getattr(row, name) for name in COLUMNS[1:])]


def waiting_text(waiting: int) -> str:
    """ "12 on the waiting list", or nothing if nobody waits."""
    if not waiting:
        return ""
    return ngettext("%(count)s on the waiting list", "%(count)s on the waiting list", waiting) % {"count": waiting}


def organisations_coming(event: Event) -> int:
    """How many distinct organisations have a guest with a place; of large events it may be a minute old."""
    guests = event.registrations.filter(CONFIRMED & NAMED).order_by()
    return remembered(
        ("organisations coming", event.pk),
        lambda: guests.values("organisation_key").distinct().count(),
        rows=lambda _organisations: event.taken,
    )
