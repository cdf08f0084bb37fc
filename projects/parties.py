"""Networks as the rules of calls see them."""

from __future__ import annotations

from collections.abc import Iterable

from calls.parties import members_of
from calls.rules import Party
from projects.models import Partner
from projects.states import PartnerState


def party_of(partners: Iterable[Partner], *, invited: bool = False) -> Party:
    """Who has confirmed (with `invited`: and who has not answered yet), from the partners of one network.

    Costs, grant and papers are not known before the network has a budget.
    """
    states = {PartnerState.ACCEPTED, PartnerState.INVITED} if invited else {PartnerState.ACCEPTED}
    return Party(members=members_of(partner.organisation for partner in partners if partner.state in states))
