"""Everything that changes a network's work plan: packages, milestones, deliverables, risks, expected indicators.

All of it happens under the network's lock (`changing`), which numbers the packages without gaps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from projects import sections
from projects.indicators import name_of
from projects.models import Deliverable, ExpectedIndicator, Milestone, Network, Partner, Risk, WorkPackage
from projects.operations.changes import changing, note, unlocked_sections
from projects.states import PartnerState

Row = Milestone | Deliverable | Risk | ExpectedIndicator

MOST_PACKAGES = 50
MOST_ROWS = 200
"""Of each kind in a network: more is a mistake, or a trap."""


@dataclass(frozen=True)
class PackagePlan:
    """What people write about a work package. Months count from 1."""

    title: str
    starts_month: int
    ends_month: int
    aim: str = ""
    lead: Partner | None = None


class StaleRow(DomainError):
    """Somebody else saved the milestone, deliverable, risk or indicator meanwhile; `row` holds theirs."""

    def __init__(self, row: Row) -> None:
        super().__init__(_("Somebody else has changed this meanwhile. Compare both texts and save again."))
        self.row = row


class StalePackage(DomainError):
    """Somebody else saved the work package meanwhile; `package` holds theirs."""

    def __init__(self, package: WorkPackage) -> None:
        super().__init__(_("Somebody else has changed this work package meanwhile. Compare both texts and save again."))
        self.package = package


# --- Work packages -------------------------------------------------------------------------------------------------


def add_package(network: Network, *, plan: PackagePlan, actor: User) -> WorkPackage:
    """The next work package. Raises `DomainError`."""
    with changing(network, sections.PLAN, actor=actor) as locked:
        number = locked.work_packages.count() + 1
        if number > MOST_PACKAGES:
            raise DomainError(_("A work plan has at most %(most)s work packages.") % {"most": MOST_PACKAGES})
        package = WorkPackage(network=locked, number=number)
        _write(package, plan, locked)
        package.save()
        note(locked, "package_added", actor=actor, name=str(package))
    return package


def edit_package(package: WorkPackage, *, plan: PackagePlan, version: int, actor: User) -> WorkPackage:
    """Save the texts. Raises `StalePackage` when `version`, which was edited, is not the newest any more.

    The same plan again changes nothing.
    """
    with changing(package.network, sections.PLAN, actor=actor) as network:
        package = _package(network, package.pk)
        if PackagePlan(**{each.name: getattr(package, each.name) for each in fields(PackagePlan)}) == plan:
            return package
        if version != package.version:
            raise StalePackage(package)
        _write(package, plan, network)
        package.version += 1
        package.save()
        note(network, "package_changed", actor=actor, name=str(package))
    return package


def move_package(package: WorkPackage, *, up: bool, actor: User) -> WorkPackage:
    """Change places with the package before it (`up`) or after it; the first and the last one stay where they are."""
    with changing(package.network, sections.PLAN, actor=actor) as network:
        package = _package(network, package.pk)
        other = network.work_packages.filter(number=package.number + (-1 if up else 1)).first()
        if other is not None:
            package.number, other.number = other.number, package.number
            # The numbers are compared when the transaction ends (`work_package_number_once`).
            WorkPackage.objects.bulk_update([package, other], ["number"])
            note(network, "package_moved", actor=actor, name=str(package))
    return package


def remove_package(package: WorkPackage, *, actor: User) -> None:
    """Remove the package for good, with all that is its own: `what_goes_with`. Later ones move up by one number."""
    with changing(package.network, sections.PLAN, actor=actor) as network:
        package = _package(network, package.pk)
        _check_cells(package, network)
        note(network, "package_removed", actor=actor, name=str(package))
        package.delete()
        later = list(network.work_packages.filter(number__gt=package.number))
        for each in later:
            each.number -= 1
        WorkPackage.objects.bulk_update(later, ["number"])


def _check_cells(package: WorkPackage, network: Network) -> None:
    """While an integration round unlocks some sections only, the cells that would go must be among them."""
    if network.editable:
        return
    touched = {sections.budget_key(pk) for pk in package.budget_lines.values_list("partner", flat=True)}
    if touched - unlocked_sections(network):
        raise DomainError(_("This work package has cells in the budget, which cannot be changed now."))


def what_goes_with(package: WorkPackage) -> Mapping[str, Any]:
    """What is removed together with the package: numbers of `milestones`, `deliverables` and budget `cells`, and the
    `amount` of those cells (EUR)."""
    amount = package.budget_lines.aggregate(amount=Sum("amount", default=0))["amount"]
    return {
        "milestones": package.milestones.count(),
        "deliverables": package.deliverables.count(),
        "cells": package.budget_lines.count(),
        "amount": amount,
    }


def _write(package: WorkPackage, plan: PackagePlan, network: Network) -> None:
    if plan.ends_month < plan.starts_month:
        raise DomainError(_("The last month must not be before the first one."))
    check_month(plan.ends_month, network.duration_months)
    _check_partner(plan.lead, network)
    package.title, package.aim, package.lead = plan.title, plan.aim, plan.lead
    package.starts_month, package.ends_month = plan.starts_month, plan.ends_month


def _package(network: Network, pk: int) -> WorkPackage:
    package = network.work_packages.filter(pk=pk).first()
    if package is None:
        raise DomainError(_("This work package has been removed meanwhile. Reload the work plan."))
    return package


# --- What stands in lists ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """`name` begins the kinds of activity: `milestone_added`."""

    name: str
    section: str


KINDS: Mapping[type[Row], Kind] = {
    Milestone: Kind("milestone", sections.PLAN),
    Deliverable: Kind("deliverable", sections.PLAN),
    Risk: Kind("risk", sections.RISKS),
    ExpectedIndicator: Kind("indicator", sections.INDICATORS),
}


def network_of(row: Row) -> Network:
    return row.work_package.network if isinstance(row, Milestone | Deliverable) else row.network


def seen_of(row: Row) -> str:
    """What stands for everything that a saved row says: whoever edits it gives it back (`save_row`)."""
    values = [getattr(row, field.attname) for field in row._meta.fields]
    # 3 is what the database keeps as 3.00.
    said = [f"{value:.2f}" if isinstance(value, Decimal) else str(value) for value in values]
    return sha256("\0".join(said).encode()).hexdigest()[:32]


def save_row(row: Row, *, seen: str = "", actor: User) -> Row:
    """Add a milestone, deliverable, risk or expected indicator, or save what was changed of it.

    `seen` is the `seen_of` the row that was edited. Raises `StaleRow` when the row says something else by now, unless
    it says what is to be saved.

    Raises `DomainError` for a month beyond the project's duration, for a partner that has not confirmed, and where the
    row (or its work package) has been removed meanwhile.
    """
    kind, new = KINDS[type(row)], row.pk is None
    with changing(network_of(row), kind.section, actor=actor) as network:
        now = _check_there(row, network, new=new)
        if now is not None and seen_of(now) == seen_of(row):
            return now
        if now is not None and seen_of(now) != seen:
            raise StaleRow(now)
        if isinstance(row, Milestone | Deliverable):
            check_month(row.month, network.duration_months)
        _check_partner(_partner(row), network)
        row.save()
        note(network, f"{kind.name}_{'added' if new else 'changed'}", actor=actor, name=called(row))
    return row


def remove_row(row: Row, *, actor: User) -> None:
    """Remove it. A row that is gone already stays so; `save_row` on a copy of it brings it back."""
    kind = KINDS[type(row)]
    with changing(network_of(row), kind.section, actor=actor) as network:
        gone, _rows = type(row)._default_manager.filter(pk=row.pk).delete()
        if gone:
            note(network, f"{kind.name}_removed", actor=actor, name=called(row))


def called(row: Row) -> str:
    """The name of a row in sentences."""
    return name_of(row) if isinstance(row, ExpectedIndicator) else row.title


def check_month(month: int, duration: int | None) -> None:
    """Raise `DomainError` for a month beyond the project's duration, where that is known."""
    if duration is not None and month > duration:
        raise DomainError(beyond(month, duration))


def beyond(month: int, duration: int) -> str:
    return _("The project lasts %(duration)s months, so month %(month)s is beyond its end.") % {
        "duration": duration,
        "month": month,
    }


def _check_there(row: Row, network: Network, *, new: bool) -> Row | None:
    """The row as it is saved now, None for a new one."""
    if isinstance(row, Milestone | Deliverable):
        _package(network, row.work_package_id)
    same_kind = _same_kind(row, network)
    if new and same_kind.count() >= MOST_ROWS:
        raise DomainError(_("There are %(most)s of these already: remove some first.") % {"most": MOST_ROWS})
    if new:
        return None
    now: Row | None = same_kind.filter(pk=row.pk).first()
    if now is None:
        raise DomainError(_("“%(title)s” has been removed meanwhile.") % {"title": called(row)})
    return now


def _same_kind(row: Row, network: Network) -> Any:
    rows: Any = type(row)._default_manager
    if isinstance(row, Milestone | Deliverable):
        return rows.filter(work_package__network=network)
    return rows.filter(network=network)


def _partner(row: Row) -> Partner | None:
    if isinstance(row, Deliverable):
        return row.responsible
    return row.owner if isinstance(row, Risk) else None


def _check_partner(partner: Partner | None, network: Network) -> None:
    """Only who has confirmed can be given something to do."""
    if partner is None:
        return
    if not network.partners.filter(pk=partner.pk, state=PartnerState.ACCEPTED).exists():
        raise DomainError(_("Choose a partner that has confirmed."))
