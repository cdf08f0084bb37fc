"""The budget of a network: its cells with the aid for each, and their sums. All amounts are EUR, in whole cents.

The aid for a cell is its amount × its intensity, rounded to the cent, half a cent up. Where these roundings add up to
more than amounts × intensities, a limit of law, the cents too many are taken from the largest ones. Where the sum is
more than the call gives to one project, it is cut to that; the cut is shared out over the cells in proportion to their
aid, and the cents that remain go to the largest remainders. So whichever way the cells are added up, the sum is the
same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from calls.models import rules_of
from calls.rules import Member
from calls.rules.aid import AidVersion
from calls.rules.kinds.grants import Grant
from district_portal.shared.ui import money, percent
from projects.aid.intensity import Intensities, Intensity
from projects.models import BudgetLine, Network, Partner
from projects.states import PartnerState

CENT = Decimal("0.01")
ZERO = Decimal("0.00")

Line = tuple[int, int, str, str, Decimal]
"""A cell: partner and work package by their ids, category and activity by their codes, amount."""


@dataclass(frozen=True)
class Cell:
    """Partner and work package by their ids, category and research type by their codes."""

    partner: int
    package: int
    category: str
    activity: str
    amount: Decimal
    share: Decimal
    """The intensity, between 0 and 1."""
    aid: Decimal
    """After the cut, where there is one."""
    full: Decimal
    """The aid before the cut."""


@dataclass(frozen=True)
class Part:
    """Some cells together."""

    cost: Decimal = ZERO
    aid: Decimal = ZERO

    @property
    def private(self) -> Decimal:
        """What the partners bear themselves."""
        return self.cost - self.aid

    @property
    def intensity(self) -> Decimal | None:
        return self.aid / self.cost if self.cost else None


@dataclass(frozen=True)
class PartnerBudget(Part):
    share: Decimal | None = None
    """Of the project's cost, between 0 and 1; None while nothing costs anything."""
    by_category: Mapping[str, Part] = field(default_factory=dict)
    by_activity: Mapping[str, Part] = field(default_factory=dict)
    by_package: Mapping[int, Part] = field(default_factory=dict)


@dataclass(frozen=True)
class Budget(Part):
    cells: tuple[Cell, ...] = ()
    partners: Mapping[int, PartnerBudget] = field(default_factory=dict)
    """Of every confirmed partner, by its id."""
    by_category: Mapping[str, Part] = field(default_factory=dict)
    by_activity: Mapping[str, Part] = field(default_factory=dict)
    by_package: Mapping[int, Part] = field(default_factory=dict)
    reckoned: Decimal = ZERO
    """The aid before the cut."""
    bounds: tuple[str, ...] = ()
    """What the call's rules cut, in words."""
    provisional: bool = False
    """The version of the rules on the day of the award, or a size that nobody has declared, may change the aid."""
    stated: bool = True
    """Whether the call says at all how much of a cost aid covers."""
    version: AidVersion | None = None
    """Of the tables of aid that was used; None where the call has shares of its own."""
    intensities: Mapping[tuple[int, str], Intensity] = field(default_factory=dict)
    """The intensity of each partner for each research type that it has cells of, with its reasons."""


def budget_of(
    network: Network, partners: Iterable[Partner] | None = None, cells: Iterable[Line] | None = None
) -> Budget:
    """The budget as it is in the database now, of the partners that have confirmed.

    `partners`: rows of the network with organisation and size declarations, `cells`: its cells, where the caller has
    them. Else five queries, fewer where the call came with its rules and its table of aid.
    """
    if partners is None:
        rows = network.partners.accepted().select_related("organisation")
        partners = rows.prefetch_related("organisation__size_declarations")
    members = {each.pk: _member(each) for each in partners if each.state == PartnerState.ACCEPTED}
    if cells is None:
        found = BudgetLine.objects.filter(network=network, partner__in=members).order_by()
        cells = found.values_list("partner", "work_package", "category", "activity", "amount")
    lines = [cell for cell in cells if cell[0] in members]
    rules = rules_of(network.call)
    grant = next((rule for rule in rules if isinstance(rule, Grant)), None)
    return reckon(sorted(lines), members, Intensities(rules, network.bonuses), grant)


def _member(partner: Partner) -> Member:
    """What intensities ask of a partner."""
    organisation = partner.organisation
    latest = max(organisation.size_declarations.all(), key=lambda declared: declared.year, default=None)
    return Member(name=organisation.name, kind=organisation.kind, size=latest.size if latest else None)


def reckon(
    lines: Sequence[Line],
    members: Mapping[int, Member],
    intensities: Intensities,
    grant: Grant | None,
) -> Budget:
    """The budget of cells (partner, work package, category, activity, amount) of these members. Pure."""
    found = [intensities.of(members[partner], activity) for partner, _package, _category, activity, _amount in lines]
    full = _rounded([line[4] * each.share for line, each in zip(lines, found, strict=True)])
    cost, reckoned = sum((line[4] for line in lines), ZERO), sum(full, ZERO)
    limit, bounds = _limit(grant, cost, reckoned)
    aids = share_out(limit, full) if limit < reckoned else full
    cells = tuple(
        Cell(*line, share=each.share, aid=aid, full=whole)
        for line, each, aid, whole in zip(lines, found, aids, full, strict=True)
    )
    own: dict[int, list[Cell]] = {partner: [] for partner in members}
    for cell in cells:
        own[cell.partner].append(cell)
    return Budget(
        cost=cost,
        aid=sum(aids, ZERO),
        cells=cells,
        partners={partner: _partner(cells, cost) for partner, cells in own.items()},
        by_category=parts(cells, lambda cell: cell.category),
        by_activity=parts(cells, lambda cell: cell.activity),
        by_package=parts(cells, lambda cell: cell.package),
        reckoned=reckoned,
        bounds=tuple(bounds),
        provisional=intensities.provisional or not all(each.known for each in found),
        stated=intensities.stated,
        version=intensities.version,
        intensities={(line[0], line[3]): each for line, each in zip(lines, found, strict=True)},
    )


def _rounded(exact: Sequence[Decimal]) -> list[Decimal]:
    """To the cent, half a cent up, but never more in all than they are."""
    amounts = [amount.quantize(CENT, ROUND_HALF_UP) for amount in exact]
    whole = sum(exact, ZERO).quantize(CENT, ROUND_DOWN)
    return share_out(whole, amounts) if sum(amounts, ZERO) > whole else amounts


def _limit(grant: Grant | None, cost: Decimal, reckoned: Decimal) -> tuple[Decimal, list[str]]:
    """The most that the call gives to a project of this cost, and what it cuts, in words."""
    limit, bounds = reckoned, []
    if grant and grant.share is not None:
        highest = (cost * grant.share).quantize(CENT, ROUND_DOWN)
        if highest < limit:
            words = _("The grant covers at most %(share)s of the cost: %(limit)s.")
            bounds.append(words % {"share": percent(grant.share), "limit": money(highest)})
            limit = highest
    if grant and grant.highest is not None and grant.highest < limit:
        bounds.append(_("The grant is at most %(limit)s for one project.") % {"limit": money(grant.highest)})
        limit = grant.highest
    return limit, bounds


def share_out(whole: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Amounts in proportion to the weights whose sum is exactly `whole`: cents left over go to the largest remainders,
    the first of equal ones first. The weights' sum is not zero."""
    total = sum(weights, ZERO)
    exact = [whole * weight / total for weight in weights]
    amounts = [amount.quantize(CENT, ROUND_DOWN) for amount in exact]
    left = int((whole - sum(amounts, ZERO)) / CENT)
    order = sorted(range(len(exact)), key=lambda at: amounts[at] - exact[at])
    for at in order[:left]:
        amounts[at] += CENT
    return amounts


def parts(cells: Iterable[Cell], key: Callable[[Cell], Any]) -> dict[Any, Part]:
    """Sums of the cells by a key, in the order of the keys."""
    sums: dict[Any, tuple[Decimal, Decimal]] = {}
    for cell in cells:
        cost, aid = sums.get(key(cell), (ZERO, ZERO))
        sums[key(cell)] = (cost + cell.amount, aid + cell.aid)
    return {name: Part(*sums[name]) for name in sorted(sums)}


def _partner(own: Sequence[Cell], whole: Decimal) -> PartnerBudget:
    cost = sum((cell.amount for cell in own), ZERO)
    return PartnerBudget(
        cost=cost,
        aid=sum((cell.aid for cell in own), ZERO),
        share=cost / whole if whole else None,
        by_category=parts(own, lambda cell: cell.category),
        by_activity=parts(own, lambda cell: cell.activity),
        by_package=parts(own, lambda cell: cell.package),
    )
