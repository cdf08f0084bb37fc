"""Everything that changes a network's budget: the cells of one partner for one research type, as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from calls.rules.words import CostCategory
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from projects.models import BudgetLine, Network, Partner
from projects.operations.changes import changing, note
from projects.sections import budget_key
from projects.states import PartnerState

Cells = dict[tuple[int, str], Decimal]
"""Amounts (EUR) by work package (its id) and cost category; what is not in it costs nothing."""


class StaleBudget(DomainError):
    """Somebody else saved these cells meanwhile; `theirs` is what they are now."""

    def __init__(self, theirs: Cells) -> None:
        words = _("Somebody else has changed these amounts meanwhile. Compare both and save again.")
        super().__init__(words)
        self.theirs = theirs


def cells_of(partner: Partner, activity: str) -> Cells:
    lines = BudgetLine.objects.filter(partner=partner, activity=activity)
    return {
        (package, category): amount
        for package, category, amount in lines.values_list("work_package", "category", "amount")
    }


def token(cells: Mapping[tuple[int, str], Decimal]) -> str:
    """What tells whether cells were changed since they were seen."""
    text = "\n".join(f"{package} {category} {cells[package, category]:.2f}" for package, category in sorted(cells))
    return hashlib.sha256(text.encode()).hexdigest()


def write_cells(partner: Partner, activity: str, cells: Cells, *, seen: str, actor: User) -> Decimal:
    """Make `cells` all that the partner plans to spend on a research type; returns their sum.

    Raises `StaleBudget` when they are not what was `seen` (a `token`) any more, `DomainError` for a work package that
    is not there any more, or where the budget cannot change now. Saving what is there already changes nothing.
    """
    with changing(partner.network, budget_key(partner.pk), actor=actor) as network:
        _check_partner(network, partner)
        theirs = cells_of(partner, activity)
        if cells == theirs:
            return sum(cells.values(), Decimal("0.00"))
        if token(theirs) != seen:
            raise StaleBudget(theirs)
        _check_cells(network, cells)
        replace_cells(network, partner, activity, cells)
        note(network, "budget_changed", actor=actor, name=partner.organisation.name)
    return sum(cells.values(), Decimal("0.00"))


def replace_cells(network: Network, partner: Partner, activity: str, cells: Cells) -> None:
    """The cells of a locked network; those that stay the same are not touched."""
    rows = BudgetLine.objects.filter(partner=partner, activity=activity)
    same = [row.pk for row in rows if cells.get((row.work_package_id, row.category)) == row.amount]
    rows.exclude(pk__in=same).delete()
    kept = set(rows.values_list("work_package", "category"))
    BudgetLine.objects.bulk_create(
        BudgetLine(
            network=network,
            partner=partner,
            work_package_id=package,
            category=category,
            activity=activity,
            amount=amount,
        )
        for (package, category), amount in cells.items()
        if (package, category) not in kept
    )


def _check_partner(network: Network, partner: Partner) -> None:
    if not network.partners.filter(pk=partner.pk, state=PartnerState.ACCEPTED).exists():
        raise DomainError(_("This partner does not belong to the network any more: its budget can't be changed."))


def _check_cells(network: Network, cells: Cells) -> None:
    packages = set(network.work_packages.values_list("pk", flat=True))
    if not {package for package, _category in cells} <= packages:
        raise DomainError(_("A work package was removed meanwhile. Open the budget again: nothing was saved."))
    wrong = {category for _package, category in cells} - set(CostCategory.values)
    if wrong or any(amount <= 0 for amount in cells.values()):
        raise DomainError(_("An amount must be above 0, and of a known cost category."))
