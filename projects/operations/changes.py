"""The one way by which what a proposal says is changed: under the network's lock, while it may change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from district_portal.shared.states import check_move
from projects.models import Activity, Decision, Network, ProposalVersion
from projects.models.writing import SECTION_LENGTH
from projects.operations.signing import open_round, void_sign_offs
from projects.sections import joined
from projects.states import NETWORK_MOVES, NetworkState


@contextmanager
def changing(network: Network, *sections: str, actor: User) -> Iterator[Network]:
    """Lock the network's row for a change of a section (`projects.sections`) and hand out the fresh row.

    Only the budgets of several partners are changed at once.

    Afterwards the sign-offs that the change has made untrue are voided, and those who gave them are told. Raises
    `DomainError` when the section cannot change now: it is under review, or sent, and not unlocked by an integration
    round.
    """
    with transaction.atomic():
        locked = lock(network)
        for section in sections:
            check_changeable(locked, section)
        yield locked
        void_sign_offs(locked, section=joined(sections, SECTION_LENGTH), actor=actor)


def lock(network: Network) -> Network:
    return Network.objects.select_for_update(of=("self",)).select_related("district", "call").get(pk=network.pk)


def check_changeable(network: Network, section: str) -> None:
    """Raise `DomainError` unless the section of a locked network may be changed now."""
    if network.editable or section in unlocked_sections(network):
        return
    state = NetworkState(network.state).label
    raise DomainError(_("This network cannot be changed now: it is “%(state)s”.") % {"state": state})


def unlocked_sections(network: Network) -> frozenset[str]:
    """What an open integration round of a sent network asks to be changed."""
    integration = open_round(network)
    return frozenset(integration.sections) if integration else frozenset()


def move(
    network: Network,
    target: NetworkState,
    *,
    actor: User | None,
    reason: str = "",
    version: ProposalVersion | None = None,
) -> Decision:
    """Check, save and write down the move of a locked network; `version` is what was decided on."""
    check_move(NETWORK_MOVES, network.state, target)
    decision = Decision.objects.create(
        network=network, actor=actor, from_state=network.state, to_state=target, reason=reason.strip(), version=version
    )
    network.state = target
    network.save(update_fields=["state"])
    return decision


def note(network: Network, kind: str, *, actor: User | None, **detail: Any) -> Activity:
    """Write down that something happened (`projects.panels.activity.WORDS`)."""
    return Activity.objects.create(network=network, kind=kind, actor=actor, detail=detail)
