"""De minimis aid (Regulation (EU) 2023/2831, art. 3(2)): what a single undertaking may still get on a day.

The regulation: EUR 300,000 in any three years for a single undertaking (art. 2(2)), by the day of the legal right
(art. 3(3)). Counted is what the organisations declare, and what was awarded here by calls under the same rule. The
three years end with the day of the new aid and include it: for aid on 10 February 2024 what was granted from 11
February 2021 counts. So reckons the national register of State aid (Registro nazionale degli aiuti, FAQ 15.1), which
decides on every award in Italy. A single undertaking are the organisations of one group, who must each have stated
that their list is complete: otherwise nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q
from django.db.models.functions import Lower

from calls.rules.kinds.de_minimis import DeMinimis
from enterprises.models import Organisation
from projects.models import Award, DeMinimisAid, DeMinimisStatement
from projects.states import ProjectState

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Line:
    """Aid that counts."""

    organisation: str
    granted_on: date | None
    """None: awarded here on a day that is not known; it counts, as nobody can say that it is old."""
    amount: Decimal
    source: str
    """Who granted it, or the project of this portal."""


@dataclass(frozen=True)
class Headroom:
    """EUR of a single undertaking; all of its organisations have the same one."""

    ceiling: Decimal
    lines: tuple[Line, ...]
    unstated: tuple[str, ...]
    """Organisations that have not stated yet that their list is complete, or whose award has no amount."""

    @property
    def counted(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def left(self) -> Decimal:
        """Never below 0."""
        return max(self.ceiling - self.counted, ZERO)

    @property
    def known(self) -> bool:
        return not self.unstated


def first_day(on: date, years: int) -> date:
    """The earliest day of which aid still counts on a day, which is the last one of the period."""
    try:
        before = on.replace(year=on.year - years)
    except ValueError:
        before = date(on.year - years, 2, 28)  # 29 February has no other date in most years
    return before + timedelta(days=1)


def headroom_of(
    organisations: Iterable[Organisation], on: date, *, ceiling: Decimal, years: int
) -> dict[int, Headroom]:
    """By id of the organisation, in four queries."""
    asked = list(organisations)
    undertaking = _undertakings(asked)
    everyone = {each.pk: each for group in undertaking.values() for each in group}
    lines: dict[int, list[Line]] = {pk: [] for pk in everyone}
    start = first_day(on, years)
    for aid in DeMinimisAid.objects.filter(organisation__in=everyone, granted_on__range=(start, on)):
        line = Line(everyone[aid.organisation_id].name, aid.granted_on, aid.amount, aid.authority)
        lines[aid.organisation_id].append(line)
    open_awards: set[int] = set()
    for award in _awards(everyone, start, on):
        if award.grant is None:
            open_awards.add(award.organisation_id)
        else:
            name = everyone[award.organisation_id].name
            lines[award.organisation_id].append(Line(name, award.awarded_on, award.grant, award.project.acronym))
    stated = set(DeMinimisStatement.objects.filter(organisation__in=everyone).values_list("organisation", flat=True))
    return {
        each.pk: Headroom(
            ceiling,
            tuple(line for one in undertaking[each.pk] for line in lines[one.pk]),
            tuple(sorted(one.name for one in undertaking[each.pk] if one.pk not in stated or one.pk in open_awards)),
        )
        for each in asked
    }


def _awards(organisations: Mapping[int, Organisation], start: date, on: date) -> Iterable[Award]:
    """Of calls whose aid is de minimis, in the period or of an unknown day; revoked ones are given back."""
    period = Q(awarded_on=None) | Q(awarded_on__range=(start, on))
    awards = Award.objects.filter(period, organisation__in=organisations, project__call__rules__kind=DeMinimis.kind)
    return awards.exclude(project__state=ProjectState.REVOKED).select_related("project").order_by("pk")


def _undertakings(asked: list[Organisation]) -> dict[int, list[Organisation]]:
    """All organisations of the same group as each. A group may be named after the one that controls it."""
    groups = {_group(each) for each in asked if _group(each)}
    names = {each.name.lower() for each in asked if not _group(each)}
    related = Organisation.objects.annotate(group_lower=Lower("group"), name_lower=Lower("name"))
    found = list(
        related.filter(
            Q(pk__in=[each.pk for each in asked])
            | Q(group_lower__in=groups | names)
            | Q(group="", name_lower__in=groups)
        ).order_by("name", "pk")
    )
    controllers = {_group(each) for each in found if _group(each)}
    keys = {each.pk: _key(each, controllers) for each in found}
    return {each.pk: [other for other in found if keys[other.pk] == keys[each.pk]] for each in asked}


def _group(organisation: Organisation) -> str:
    return organisation.group.strip().lower()


def _key(organisation: Organisation, controllers: set[str]) -> str | int:
    if _group(organisation):
        return _group(organisation)
    own = organisation.name.lower()
    return own if own in controllers else organisation.pk
