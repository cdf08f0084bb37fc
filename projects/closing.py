"""Calls that close soon and concern a person, each with what is missing next: shown on top of the desk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.concerned import calls_concerning
from calls.models import Call, Interest
from district_portal.accounts.models import User
from projects.models import Network, Partner
from projects.states import EDITABLE, NetworkState, PartnerState

SHOWN = 5
OVER = [NetworkState.WITHDRAWN, NetworkState.REFUSED]


@dataclass(frozen=True)
class ClosingCall:
    """A call, and what is missing next: a sentence, and a link where the person can do it. Nothing missing: no link."""

    call: Call
    missing: str
    action: str = ""
    url: str = ""


def closing_soon(user: User, now: datetime) -> list[ClosingCall]:
    """Open calls with a deadline within 14 days that the person follows, or in which an organisation of theirs is
    interested or takes part; soonest first, in three queries."""
    calls = calls_concerning(user).in_statuses(["closing_soon"], now).defer("search_it", "search_en")
    found = list(calls.order_by("closes_at", "pk")[:SHOWN])
    if not found:
        return []
    interested = set(Interest.objects.active().of_actor(user).filter(call__in=found).values_list("call", flat=True))
    mine = Partner.objects.of(user).filter(state__in=[PartnerState.ACCEPTED, PartnerState.INVITED])
    networks: dict[int, list[Network]] = {}
    taking_part = Network.objects.filter(call__in=found, pk__in=mine.values("network")).exclude(state__in=OVER)
    for network in taking_part.order_by("pk"):
        networks.setdefault(network.call_id, []).append(network)
    return [_next(call, networks.get(call.pk, []), call.pk in interested) for call in found]


def _next(call: Call, networks: Iterable[Network], interested: bool) -> ClosingCall:
    """What is missing next: of several networks the one that has the longest way to go speaks."""
    networks = list(networks)
    for states, words, action in _WAITS:
        waiting = next((network for network in networks if network.state in states), None)
        if waiting is not None:
            url = waiting.get_absolute_url()
            return ClosingCall(call, str(words) % {"network": waiting.title}, str(action), url if action else "")
    if networks:
        return ClosingCall(call, _("Your proposal “%(network)s” is sent.") % {"network": networks[0].title})
    if interested:
        words = _("Your organisation is interested, but in no network yet.")
        return ClosingCall(call, words, _("Start a network"), reverse("projects:network_new", args=[call.slug]))
    words = _("You follow this call; no interest is registered.")
    return ClosingCall(call, words, _("See the call"), call.get_absolute_url())


_WAITS = [
    (EDITABLE, gettext_lazy("Your network “%(network)s” is not submitted yet."), gettext_lazy("Open the network")),
    (
        {NetworkState.APPROVED},
        gettext_lazy("Your network “%(network)s” is approved, and not sent to the Region yet."),
        gettext_lazy("Open the network"),
    ),
    ({NetworkState.SUBMITTED}, gettext_lazy("Your network “%(network)s” is submitted."), ""),
]
