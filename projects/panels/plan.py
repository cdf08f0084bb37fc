"""What the page of a network's work plan shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from district_portal.accounts.models import User
from district_portal.shared.ui import language
from projects import sections
from projects.indicators import name_of, unit_of
from projects.models import Deliverable, ExpectedIndicator, Milestone, Network, Risk, WorkPackage
from projects.operations.changes import unlocked_sections
from projects.panels.frame import frame
from projects.panels.gantt import gantt, month_of
from projects.panels.texts import comments
from projects.permissions import can_write_network


@dataclass(frozen=True)
class Item:
    """A milestone or a deliverable: code such as M1.2, when it is due in words, and whether that is too late."""

    code: str
    row: Any
    when: str
    too_late: bool


@dataclass(frozen=True)
class Package:
    row: WorkPackage
    when: str
    too_late: bool
    milestones: list[Item]
    deliverables: list[Item]
    first: bool
    last: bool


@dataclass(frozen=True)
class WeighedRisk:
    row: Risk
    weight: int
    """Likelihood × impact, 1 to 9."""

    @property
    def colour(self) -> str:
        """Suffix of a chip."""
        return "late" if self.weight >= 6 else "soon" if self.weight >= 3 else "open"

    @property
    def words(self) -> str:
        return _("High") if self.weight >= 6 else _("Medium") if self.weight >= 3 else _("Low")


@dataclass(frozen=True)
class Expected:
    row: ExpectedIndicator
    name: str
    unit: str


def plan(network: Network, user: User, now: datetime) -> dict[str, Any]:
    """Context of `projects/plan.html`, in as many queries whatever the plan's size."""
    rows = packages_of(network)
    packages = list(_packages(network, rows))
    around = frame(network, user, "plan", now)
    return {
        **around,
        **may_write_sections(network, user, around, sections.PLAN, sections.RISKS, sections.INDICATORS),
        "facts": _facts(network, rows),
        "packages": packages,
        "too_late": any(
            each.too_late or any(item.too_late for item in (*each.milestones, *each.deliverables)) for each in packages
        ),
        "chart": chart(network, rows),
        **_risks(network),
        **comments(network, sections.PLAN, user),
        "indicators": [Expected(each, name_of(each), unit_of(each)) for each in network.indicators.all()],
    }


def packages_of(network: Network) -> list[WorkPackage]:
    """With leads, milestones and deliverables, in three queries."""
    deliverables = Prefetch("deliverables", Deliverable.objects.select_related("responsible__organisation"))
    rows = network.work_packages.select_related("lead__organisation")
    return list(rows.prefetch_related("milestones", deliverables))


def chart(network: Network, packages: list[WorkPackage]) -> SafeString:
    return gantt(packages, network.duration_months, language(), start=network.starts_on)


def may_write_sections(network: Network, user: User, around: dict[str, Any], *keys: str) -> dict[str, bool]:
    """`may_write_<section>` for each: by right, and as the network's state or an integration round lets it.

    `around`: what `frame` says of the same reader.
    """
    unlocked = frozenset() if network.editable else unlocked_sections(network)
    writes = bool(unlocked) and can_write_network(user, network)
    return {f"may_write_{key}": around["may_write"] or (writes and key in unlocked) for key in keys}


def when(network: Network, starts: int, ends: int | None = None) -> str:
    """ "months 1–8 (Mar – Oct 2027)", or "month 8 (Oct 2027)"."""
    if ends is None or ends == starts:
        words = _("month %(month)s") % {"month": starts}
        return f"{words} ({_real(network.starts_on, starts)})" if network.starts_on else words
    words = _("months %(first)s–%(last)s") % {"first": starts, "last": ends}
    if not network.starts_on:
        return words
    return f"{words} ({_real(network.starts_on, starts)} – {_real(network.starts_on, ends)})"


def _real(start: date, month: int) -> str:
    return date_format(month_of(start, month), "M Y")


def _packages(network: Network, rows: list[WorkPackage]) -> Iterable[Package]:
    for row in rows:
        yield Package(
            row=row,
            when=when(network, row.starts_month, row.ends_month),
            too_late=_too_late(network, row.ends_month),
            milestones=_items(network, row, "M", row.milestones.all()),
            deliverables=_items(network, row, "D", row.deliverables.all()),
            first=row == rows[0],
            last=row == rows[-1],
        )


def _items(network: Network, package: WorkPackage, letter: str, rows: Iterable[Milestone | Deliverable]) -> list[Item]:
    return [
        Item(f"{letter}{package.number}.{place}", row, when(network, row.month), _too_late(network, row.month))
        for place, row in enumerate(rows, 1)
    ]


def _too_late(network: Network, month: int) -> bool:
    """A duration that was shortened later leaves months beyond it, which are shown until somebody mends them."""
    return network.duration_months is not None and month > network.duration_months


def _facts(network: Network, rows: list[WorkPackage]) -> list[tuple[str, Any, str]]:
    start, months = network.starts_on, network.duration_months
    end = _("until %(month)s") % {"month": _real(start, months)} if start and months else ""
    return [
        (_("Planned start"), date_format(start, "j F Y") if start else _("Not decided yet"), ""),
        (_("Duration"), _("%(months)s months") % {"months": months} if months else _("Not decided yet"), end),
        (_("Milestones"), sum(len(row.milestones.all()) for row in rows), ""),
        (_("Deliverables"), sum(len(row.deliverables.all()) for row in rows), ""),
    ]


def _risks(network: Network) -> dict[str, Any]:
    """The risks, the heaviest first, and how many there are of each likelihood (rows) and impact (columns)."""
    rows = list(network.risks.select_related("owner__organisation"))
    weighed = sorted((WeighedRisk(row, row.likelihood * row.impact) for row in rows), key=lambda risk: -risk.weight)
    weights = list(Risk.Weight)
    matrix = [
        (likelihood.label, [_cell(rows, likelihood, impact) for impact in weights]) for likelihood in reversed(weights)
    ]
    return {"risks": weighed, "matrix": matrix, "weights": [weight.label for weight in weights]}


def _cell(rows: list[Risk], likelihood: int, impact: int) -> int:
    return sum(row.likelihood == likelihood and row.impact == impact for row in rows)
