"""Known ties between people and networks: who has one neither evaluates the network nor decides about it.

From what the portal knows by itself (`domain.md`, 4), beside what an evaluator declares. Works for many people and
many networks at once, in four queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from enterprises.models import Membership
from projects.models import Decision, Helper, Partner
from projects.states import NetworkState

DECIDED = [NetworkState.APPROVED, NetworkState.CHANGES_REQUESTED, NetworkState.REFUSED]


@dataclass(frozen=True)
class Tie:
    """Why a person is too close to a network; `kind`: `member`, `was_member`, `group`, `helper`, `decided`."""

    kind: str
    organisation: str = ""
    partner: str = ""
    """Of the network, of the same group as `organisation`."""

    def __str__(self) -> str:
        words = {
            "member": _("belongs to %(organisation)s, a partner"),
            "was_member": _("belonged to %(organisation)s, a partner"),
            "group": _("belongs or belonged to %(organisation)s, of the same group as %(partner)s"),
            "helper": _("helped to write the proposal"),
            "decided": _("decided on the network as facilitator"),
        }
        return words[self.kind] % {"organisation": self.organisation, "partner": self.partner}


Ties = dict[tuple[int, UUID], list[Tie]]


def ties_of(users: Iterable[int], networks: Iterable[UUID]) -> Ties:
    """By person and network, as they are now; whoever has none is not in it."""
    people, these = list(users), list(networks)
    found: defaultdict[tuple[int, UUID], list[Tie]] = defaultdict(list)
    _memberships(people, these, found)
    helped = Helper.objects.have_helped().filter(user__in=people, network__in=these)
    for user, network in helped.values_list("user", "network"):
        found[user, network].append(Tie("helper"))
    decided = Decision.objects.filter(actor__in=people, network__in=these, to_state__in=DECIDED).order_by()
    for user, network in decided.values_list("actor", "network").distinct():
        found[user, network].append(Tie("decided"))
    return dict(found)


def tie_between(user: int, network: UUID) -> Tie | None:
    """The first known tie of one person."""
    return next(iter(ties_of([user], [network]).get((user, network), [])), None)


def _memberships(people: list[int], networks: list[UUID], found: defaultdict[tuple[int, UUID], list[Tie]]) -> None:
    """Now or before, in an organisation of the network or of the same group of enterprises."""
    mine = Membership.objects.filter(user__in=people).order_by("pk")
    rows = list(mine.values_list("user", "organisation", "organisation__name", "organisation__group", "valid_to"))
    if not rows:
        return
    members: dict[int, list[UUID]] = defaultdict(list)
    groups: dict[str, list[tuple[UUID, str]]] = defaultdict(list)
    partners = Partner.objects.members().filter(network__in=networks).order_by("pk")
    for network, organisation, name, group in partners.values_list(
        "network", "organisation", "organisation__name", "organisation__group"
    ):
        members[organisation].append(network)
        if key := _key(group):
            groups[key].append((network, name))
    today = timezone.localdate()
    for user, organisation, name, group, until in rows:
        for network in members[organisation]:
            found[user, network].append(Tie(_since(until, today), name))
        for network, partner in groups[_key(group)]:
            if network not in members[organisation]:
                found[user, network].append(Tie("group", name, partner))


def _since(until: date | None, today: date) -> str:
    return "was_member" if until is not None and until < today else "member"


def _key(group: Any) -> str:
    """Names of groups are typed: small letters and single spaces make them comparable. No group: "", of nobody."""
    return " ".join(str(group).casefold().split())
