"""The checklist of a network: what its rail shows, and the page with every check."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from calls.procedure import procedure_of
from district_portal.accounts.models import User
from projects import permissions
from projects.models import Network, Partner
from projects.operations.checks import Check, Part, Place
from projects.operations.readiness import APPROVED, Stage, readiness
from projects.panels.frame import frame
from projects.parties import Known, known_of
from projects.states import NetworkState

SHOWN = 6
BEFORE_REVIEW = {NetworkState.FORMING, NetworkState.CHANGES_REQUESTED, NetworkState.SUBMITTED}
# Tabs where a reader finds what a check is about, and what the link is called.
ROUTES = {
    Place.SUMMARY: "network_detail",
    Place.PARTNERS: "network_partners",
    Place.SEARCH: "network_partners",
    Place.PROPOSAL: "proposal",
    Place.PLAN: "plan",
    Place.BUDGET: "budget",
    Place.DOCUMENTS: "documents",
    Place.SIGN_OFF: "sending",
}


@dataclass(frozen=True)
class Line:
    """A check with the way to where it is done; no way where nothing is to do, or it is done elsewhere."""

    check: Check
    url: str
    action: str
    for_review: bool
    """Whether it already holds up the review."""


@dataclass(frozen=True)
class Checklist:
    """`stage`: what the network gets ready for."""

    stage: Stage
    lines: list[Line]

    @property
    def met(self) -> int:
        return sum(line.check.met is True for line in self.lines)

    @property
    def of(self) -> int:
        return len(self.lines)

    @property
    def ready(self) -> bool:
        return not self.blocking

    @property
    def blocking(self) -> list[Line]:
        return [line for line in self.lines if line.check.blocks]

    @property
    def first(self) -> list[Line]:
        """Six lines for the rail: as many as fit of what is still to do, those that block first; what is met above."""
        open_ones = [line for line in self.lines if line.check.met is not True]
        todo = sorted(open_ones, key=lambda line: (not line.check.blocks, line.check.later))[:SHOWN]
        met = [line for line in self.lines if line.check.met is True]
        return [*met[: SHOWN - len(todo)], *todo]

    @property
    def parts(self) -> list[tuple[str, list[Line]]]:
        """Lines under their headings."""
        groups = [(str(part.label), [line for line in self.lines if line.check.part == part]) for part in Part]
        return [(title, lines) for title, lines in groups if lines]


def stage_of(network: Network) -> Stage:
    """What the network gets ready for now: its review, or to be sent."""
    reviewed = procedure_of(network.call).review
    return "review" if reviewed and network.state in BEFORE_REVIEW else "sending"


def checklist(
    network: Network,
    partners: Sequence[Partner],
    user: User,
    now: datetime,
    *,
    known: Known | None = None,
    stage: Stage | None = None,
    leads: bool | None = None,
) -> Checklist:
    """The checks of a stage (None: of the one that comes next), with ways on that this reader may go.

    `partners`: all rows of the network with their organisations; `leads`: whether the reader acts for its lead, where
    the caller knows. As many queries for 2 partners as for 20.
    """
    known = known or known_of([network])[network.pk]
    stage = stage or stage_of(network)
    checks = readiness(network, network.call, partners, moment=now, stage=stage, known=known)
    leads = permissions.can_lead_network(user, network) if leads is None else leads
    return _with_ways(network, stage, checks, leads)


def all_checks(network: Network, user: User, now: datetime) -> dict[str, Any]:
    """Context of `projects/checks.html`: the checks of both stages; `review` is None where the call asks for none."""
    partners = list(network.partners.select_related("organisation__municipality", "organisation__district"))
    known = known_of([network])[network.pk]
    found = {
        stage: readiness(network, network.call, partners, moment=now, stage=stage, known=known)
        for stage in ("review", "sending")
    }
    reviewed = procedure_of(network.call).review
    leads = permissions.can_lead_network(user, network)
    early = {check.key for check in found["review"] if check.blocks} if reviewed else set()
    return {
        **frame(network, user, "checks", now),
        "review": _with_ways(network, "review", found["review"], leads) if reviewed else None,
        "reviewed": network.state in APPROVED,
        "sending": _with_ways(network, "sending", found["sending"], leads, early),
    }


def _with_ways(
    network: Network, stage: Stage, checks: Iterable[Check], leads: bool, early: Container[str] = ()
) -> Checklist:
    searches = network.editable and leads
    lines = [Line(check, *_way(network, check, searches=searches), check.key in early) for check in checks]
    return Checklist(stage, lines)


def _way(network: Network, check: Check, *, searches: bool) -> tuple[str, str]:
    """Address and words; the search for partners is for those who may invite them."""
    if check.met is True or check.place == Place.NOWHERE:
        return "", ""
    if check.place == Place.SEARCH and searches:
        chosen = {"network": str(network.pk), **check.search}
        return f"{reverse('projects:partner_search')}?{urlencode(chosen)}", _("Find a partner")
    words = {
        Place.SUMMARY: _("Open the overview"),
        Place.PARTNERS: _("Open the partners"),
        Place.SEARCH: _("Open the partners"),
        Place.PROPOSAL: _("Open the proposal"),
        Place.PLAN: _("Open the work plan"),
        Place.BUDGET: _("Open the budget"),
        Place.DOCUMENTS: _("Open the documents"),
        Place.SIGN_OFF: _("Open the sign-offs"),
    }
    return reverse(f"projects:{ROUTES[check.place]}", args=[network.pk]), words[check.place]
