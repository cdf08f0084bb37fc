"""What the page of a network's budget shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from calls.rules.aid import Activity, AidLine, validity
from calls.rules.words import CostCategory
from district_portal.accounts.models import User
from district_portal.shared.ui import money, percent
from enterprises.models import Organisation, OrganisationKind
from projects import permissions
from projects.aid.budget import Budget, Part, PartnerBudget, budget_of
from projects.aid.de_minimis import Headroom
from projects.models import Network, Partner, WorkPackage
from projects.operations.changes import unlocked_sections
from projects.operations.readiness import cost_checks
from projects.panels.checklist import Line, stage_of
from projects.panels.frame import frame
from projects.panels.texts import WHOLE_BUDGET, comments
from projects.parties import Known, costs_of
from projects.sections import budget_key
from projects.states import PartnerState


@dataclass(frozen=True)
class Row:
    """One line of a table of sums; `share` is of the project's cost."""

    name: str
    part: Part
    share: Decimal | None


@dataclass(frozen=True)
class PartnerRow:
    partner: Partner
    part: PartnerBudget
    may_edit: bool
    headroom: Headroom | None = None
    """Of de minimis aid, where the call's aid is de minimis."""
    may_declare: bool = False
    """Whether the reader may declare the aid that its organisation had."""


@dataclass(frozen=True)
class Reckoning:
    """How the aid of one partner for one research type came about."""

    partner: str
    activity: str
    lines: tuple[AidLine, ...]
    share: Decimal
    part: Part
    full: Decimal
    """The aid before the cut."""

    @property
    def cut(self) -> Decimal:
        return self.full - self.part.aid


def budget(network: Network, user: User, now: datetime) -> dict[str, Any]:
    """Context of `projects/budget.html`, in as many queries whatever the budget's size."""
    # Both the aid and the headroom read the rules.
    prefetch_related_objects([network.call], "rules", "aid_table")
    rows = network.partners.accepted().select_related("organisation__municipality", "organisation__district")
    partners = list(rows.prefetch_related("organisation__size_declarations"))
    packages = list(network.work_packages.all())
    known = costs_of(network)
    bounds = bounds_of(network, partners, known)
    found = known.budget or budget_of(network, partners, known.cells)
    top = frame(network, user, "budget", now)
    everyone = [each.pk for each in partners]
    editable = set(everyone if top["may_edit"] else editable_partners(network, partners, user))
    rooms = {each.organisation_id: known.headroom[each.organisation_id] for each in partners if _counts(each, known)}
    mine = set(Organisation.objects.acted_for_by(user).filter(pk__in=rooms).values_list("pk", flat=True))
    return {
        **top,
        **comments(network, WHOLE_BUDGET, user),
        "budget": found,
        "facts": _facts(found),
        "bounds": bounds,
        "packages": packages,
        "rows": [
            PartnerRow(
                each,
                found.partners[each.pk],
                each.pk in editable,
                rooms.get(each.organisation_id),
                each.organisation_id in mine,
            )
            for each in partners
        ],
        "de_minimis": bool(rooms),
        "may_import": bool(editable),
        "tables": _tables(found, packages),
        "reckonings": _reckonings(found, partners),
        "version": validity(found.version) if found.version else "",
    }


def of_partner(partner: Partner) -> dict[str, Any]:
    """What is saved of one partner, and how the call's rules for costs stand: shown where its amounts are typed."""
    network = partner.network
    prefetch_related_objects([network.call], "rules", "aid_table")
    rows = network.partners.accepted().select_related("organisation__municipality", "organisation__district")
    partners = list(rows.prefetch_related("organisation__size_declarations"))
    known = costs_of(network)
    bounds = bounds_of(network, partners, known)
    whole = known.budget or budget_of(network, partners, known.cells)
    own = whole.partners.get(partner.pk, PartnerBudget())
    share = percent(own.share) if own.share is not None else "–"
    facts = [
        (_("Cost"), money(own.cost), _("%(share)s of the project") % {"share": share} if own.cost else ""),
        (_("Grant asked for"), money(own.aid), _("provisional") if whole.provisional and own.aid else ""),
        (_("Borne itself"), money(own.private), ""),
        (_("Cost of the project"), money(whole.cost), ""),
    ]
    return {"facts": facts, "bounds": bounds}


def editable_partners(network: Network, partners: Iterable[Partner], user: User) -> list[int]:
    """Confirmed partners whose cells the person may change now, in three queries."""
    unlocked = unlocked_sections(network)
    mine = set(Partner.objects.of(user).accepted().filter(network=network).values_list("pk", flat=True))
    leads = any(each.pk in mine and each.role == Partner.Role.LEAD for each in partners)
    everyone = leads or permissions.helps_to_write(user, network)
    return [
        each.pk
        for each in partners
        if each.state == PartnerState.ACCEPTED
        and (everyone or each.pk in mine)
        and (network.editable or budget_key(each.pk) in unlocked)
    ]


def bounds_of(network: Network, partners: Sequence[Partner], known: Known) -> list[Line]:
    """What the call's rules ask of the costs, and how it stands; `known`: of `costs_of`."""
    stage = stage_of(network)
    return [Line(check, "", "", False) for check in cost_checks(network, partners, known, stage)]


def _counts(partner: Partner, known: Known) -> bool:
    """Whether de minimis aid is asked of a partner: of enterprises, and only where the call's aid is de minimis."""
    organisation = partner.organisation
    return organisation.kind == OrganisationKind.ENTERPRISE and organisation.pk in known.headroom


def _facts(found: Budget) -> list[tuple[str, str, str]]:
    intensity = percent(found.intensity) if found.cost else "–"
    return [
        (_("Cost"), money(found.cost), ""),
        (_("Grant asked for"), money(found.aid), _("provisional") if found.provisional and found.aid else ""),
        (_("Share of the cost"), intensity, ""),
        (_("Borne by the partners"), money(found.private), ""),
    ]


def _tables(found: Budget, packages: Iterable[WorkPackage]) -> list[tuple[str, list[Row]]]:
    """Sums by category, research type and work package."""
    titles = {package.pk: f"WP{package.number} {package.title}" for package in packages}
    categories = {code: str(capfirst(label)) for code, label in CostCategory.choices}
    activities = {code: str(label) for code, label in Activity.choices}
    names: list[tuple[str, Mapping[Any, Part], Mapping[Any, str]]] = [
        (_("By cost category"), found.by_category, categories),
        (_("By research type"), found.by_activity, activities),
        (_("By work package"), found.by_package, titles),
    ]
    return [
        (title, [Row(label[key], sums[key], _share(sums[key], found)) for key in label if key in sums])
        for title, sums, label in names
    ]


def _share(part: Part, whole: Part) -> Decimal | None:
    return part.cost / whole.cost if whole.cost else None


def _reckonings(found: Budget, partners: Iterable[Partner]) -> list[Reckoning]:
    names = {each.pk: each.organisation.name for each in partners}
    full: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for cell in found.cells:
        full[cell.partner, cell.activity] += cell.full
    return [
        Reckoning(
            names[partner],
            str(Activity(activity).label),
            intensity.lines,
            intensity.share,
            found.partners[partner].by_activity[activity],
            full[partner, activity],
        )
        for (partner, activity), intensity in found.intensities.items()
    ]
