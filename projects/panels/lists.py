"""What a list of networks says of each, beyond what its page shows: how far it is, what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from projects.models import Network
from projects.panels.review import coverage_of
from projects.parties import known_of, party_of


@dataclass(frozen=True)
class ListedNetwork:
    network: Network
    coverage: str
    """ "6 of 8 covered, 1 thin, 1 gap"."""
    cost: Decimal | None
    """Of those who have confirmed; None while there is no budget."""
    grant: Decimal | None
    """None while there is no budget, or the call does not state the aid."""


def listed(networks: Sequence[Network]) -> list[ListedNetwork]:
    """Networks that came `with_rules`, in a number of queries that does not grow with them."""
    known = known_of(networks)
    found = []
    for network in networks:
        party = party_of(network, network.listed_partners, known[network.pk])
        found.append(ListedNetwork(network, coverage_of(known[network.pk]).words, party.cost, party.grant))
    return found
