"""Versions of a proposal: what it said at a moment, kept for good."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from district_portal.accounts.models import User
from projects.content import digest, snapshot
from projects.models import Network, ProposalVersion


@dataclass(frozen=True)
class Recorded:
    version: ProposalVersion
    created: bool
    """False: the proposal says what its last version said."""


@transaction.atomic
def record_version(network: Network, *, note: str, actor: User | None) -> ProposalVersion:
    """The version that says what the proposal says now: a new one, or the last one where nothing has changed."""
    return keep_version(network, note=note, actor=actor).version


@transaction.atomic
def keep_version(network: Network, *, note: str, actor: User | None) -> Recorded:
    """The same, with whether there was anything to keep. The network's row stays locked until the transaction ends."""
    network = Network.objects.select_for_update(of=("self",)).select_related("call").get(pk=network.pk)
    content = snapshot(network)
    now = digest(content)
    last = network.versions.order_by("-number").first()
    if last is not None and last.digest == now:
        return Recorded(last, created=False)
    number = last.number + 1 if last else 1
    version = network.versions.create(number=number, content=content, digest=now, note=note.strip(), author=actor)
    return Recorded(version, created=True)
