"""What the page of a network's budget shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from calls.models import rules_of
from calls.rules.aid import Activity, AidLine, validity
from calls.rules.kinds.de_minimis import DeMinimis
from calls.rules.words import CostCategory
from district_portal.accounts.models import User
from district_portal.shared.ui import money, percent
from enterprises.models import Organisation, OrganisationKind
from projects import permissions
from projects.aid.budget import Budget, Part, PartnerBudget, budget_of
from projects.aid.de_minimis import Headroom, headroom_of
from projects.models import Network, Partner, WorkPackage
from projects.operations.changes import unlocked_sections
from projects.panels.frame import frame
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


def budget(network: Network, user: User, now: datetime) -> dict[str, Any]:
    """Context of `projects/budget.html`, in as many queries whatever the budget's size."""
    # Both the aid and the headroom read the rules.
    prefetch_related_objects([network.call], "rules", "aid_table")
    rows = network.partners.accepted().select_related("organisation")
    partners = list(rows.prefetch_related("organisation__size_declarations"))
    packages = list(network.work_packages.all())
    found = budget_of(network, partners)
    top = frame(network, user, "budget", now)
    everyone = [each.pk for each in partners]
    editable = set(everyone if top["may_edit"] else editable_partners(network, partners, user))
    rooms, mine = _de_minimis(network, partners, user)
    return {
        **top,
        "budget": found,
        "facts": _facts(found),
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


def _de_minimis(network: Network, partners: Iterable[Partner], user: User) -> tuple[dict[int, Headroom], set[int]]:
    """What each organisation may still get, and for which of them the reader acts; only where the call asks for it."""
    rule = next((each for each in rules_of(network.call) if isinstance(each, DeMinimis)), None)
    if rule is None:
        return {}, set()
    organisations = [each.organisation for each in partners if each.organisation.kind == OrganisationKind.ENTERPRISE]
    rooms = headroom_of(organisations, localdate(), ceiling=rule.ceiling, years=rule.years)
    acted_for = Organisation.objects.acted_for_by(user).filter(pk__in=rooms)
    return rooms, set(acted_for.values_list("pk", flat=True))


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
    return [
        Reckoning(
            names[partner],
            str(Activity(activity).label),
            intensity.lines,
            intensity.share,
            found.partners[partner].by_activity[activity],
        )
        for (partner, activity), intensity in found.intensities.items()
    ]
