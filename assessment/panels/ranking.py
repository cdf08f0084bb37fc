"""A ranking as pages and files show it: lines with what they are explained by, the budget line between two of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from assessment.inputs import PENDING
from assessment.models import Assessment, Ranking, RankingLine
from assessment.states import AssessmentState
from assessment.words import explanation, points, priority_names, published
from calls.models import Call
from district_portal.reports.lists import Column
from projects.models import Partner

S = AssessmentState
STEPS = 5
"""How many of the next ones down a ranking are shown."""
LAST = 1_000_000
"""Where lines without a position stand: after all others."""


@dataclass(frozen=True)
class Shown:
    """A line with the names that the public reads: organisations, never natural persons."""

    line: RankingLine
    title: str
    lead: str
    others: list[str]
    points: str
    why: str
    budget_ends: bool = False
    """The budget line is drawn above this one."""


def lines_of(ranking: Ranking) -> QuerySet[RankingLine]:
    """By position, then those without one; `place` and `pk` are what pages are cut by."""
    rows = ranking.lines.annotate(place=Coalesce(F("position"), Value(LAST)))
    return rows.select_related("ranking__call", "assessment__network").order_by("place", "pk")


def shown(ranking: Ranking, rows: Iterable[RankingLine], *, short: bool = False) -> list[Shown]:
    """With names and explanations, in three queries. `short`: reasons as they are published."""
    found = list(rows)
    names = priority_names(ranking.call)
    positions = {
        str(network): position for network, position in ranking.lines.values_list("assessment__network", "position")
    }
    members: dict[Any, list[tuple[str, str]]] = {}
    partners = Partner.objects.accepted().filter(network__in=[each.assessment.network_id for each in found])
    for network, role, name in partners.order_by("role", "pk").values_list("network", "role", "organisation__name"):
        members.setdefault(network, []).append((role, name))
    made: list[Shown] = []
    above = True
    for line in found:
        who = members.get(line.assessment.network_id, [])
        why = explanation(line, names, positions)
        ends = above and line.outcome == S.NOT_FUNDED
        above = above and not ends
        made.append(
            Shown(
                line,
                line.assessment.network.title,
                next((name for role, name in who if role == Partner.Role.LEAD), ""),
                [name for role, name in who if role != Partner.Role.LEAD],
                points(line.score),
                published(why) if short else why,
                ends,
            )
        )
    return made


def parts(rows: Sequence[Shown]) -> tuple[list[Shown], list[Shown]]:
    """The ranking, and the list of exclusions."""
    return [row for row in rows if row.line.position], [row for row in rows if not row.line.position]


@dataclass(frozen=True)
class Totals:
    ranked: int
    funded: int
    excluded: int
    granted: Decimal
    left: Decimal


def totals(ranking: Ranking) -> Totals:
    rows = list(ranking.lines.values_list("position", "outcome", "grant"))
    granted = sum((grant or Decimal(0) for _at, outcome, grant in rows if outcome == S.FUNDED), Decimal(0))
    return Totals(
        ranked=sum(position is not None for position, _outcome, _grant in rows),
        funded=sum(outcome == S.FUNDED for _position, outcome, _grant in rows),
        excluded=sum(position is None for position, _outcome, _grant in rows),
        granted=granted,
        left=ranking.budget - granted,
    )


@dataclass(frozen=True)
class Step:
    """A proposal down the published ranking, and the budget with which it would be funded too."""

    position: int | None
    title: str
    grant: Decimal
    needed: Decimal


@dataclass(frozen=True)
class Down:
    """How far later funding can go. Amounts in EUR."""

    budget: Decimal
    granted: Decimal
    steps: list[Step]

    @property
    def free(self) -> Decimal:
        return self.budget - self.granted


def way_down(ranking: Ranking) -> Down:
    """From the published ranking: what is bound, and the next ones in its order."""
    rows = ranking.lines.filter(position__isnull=False).select_related("assessment__network").order_by("position")
    lines = list(rows)
    granted = sum((line.grant or Decimal(0) for line in lines if line.assessment.state == S.FUNDED), Decimal(0))
    steps, needed = [], granted
    for line in lines:
        if line.assessment.state == S.NOT_FUNDED and line.grant is not None:
            needed += line.grant
            steps.append(Step(line.position, line.assessment.network.title, line.grant, needed))
    return Down(ranking.budget, granted, steps[:STEPS])


def waiting(call: Call) -> list[Assessment]:
    """Proposals without which no first ranking can be made: not decided yet, or their grant is not known."""
    rows = Assessment.objects.filter(network__call=call)
    open_ones = rows.filter(Q(state__in=PENDING) | Q(state=S.EVALUATED, grant=None))
    return list(open_ones.select_related("network").order_by("received_at", "pk"))


def columns(ranking: Ranking) -> list[Column]:
    """Of the ranking's files. Values come from `prepared` rows."""
    names = priority_names(ranking.call)
    positions = {
        str(network): position for network, position in ranking.lines.values_list("assessment__network", "position")
    }
    return [
        Column("position", _("Position"), lambda line: line.position),
        Column("proposal", _("Proposal"), lambda line: line.assessment.network.title),
        Column("lead", _("Lead"), lambda line: _name(line, Partner.Role.LEAD)),
        Column("partners", _("Partners"), lambda line: _name(line, Partner.Role.PARTNER)),
        Column("points", _("Points"), lambda line: line.score),
        Column("grant_asked", _("Grant asked (EUR)"), lambda line: line.grant),
        Column("grant", _("Grant (EUR)"), lambda line: line.grant if line.outcome == S.FUNDED else None),
        Column("cumulative", _("Grants down to here (EUR)"), lambda line: line.cumulative),
        Column("outcome", _("Outcome"), lambda line: str(line.get_outcome_display())),
        Column("reason", _("Reason"), lambda line: published(explanation(line, names, positions))),
    ]


def prepared(ranking: Ranking) -> QuerySet[RankingLine]:
    """Lines for files: with the names of the organisations."""
    return lines_of(ranking).prefetch_related("assessment__network__partners__organisation")


def _name(line: RankingLine, role: str) -> str:
    partners = line.assessment.network.partners.all()
    return "; ".join(each.organisation.name for each in partners if each.role == role and each.state == "accepted")
