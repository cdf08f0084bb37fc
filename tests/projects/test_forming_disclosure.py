"""Competences of level 4: read by the partners of a common network while it is alive, and by nobody else."""

from __future__ import annotations

import pytest

from enterprises.models import Competence
from projects.states import NetworkState
from tests.factories.enterprises import CompetenceFactory
from tests.factories.projects import NetworkFactory, PartnerFactory
from tests.projects.people import facilitator, lead_of, owner, viewer

pytestmark = pytest.mark.django_db


def secret_of(network) -> Competence:
    return CompetenceFactory(organisation=lead_of(network), level=Competence.Level.NETWORK)


@pytest.mark.parametrize("state", NetworkState)
def test_partners_of_a_common_network_read_it_while_the_network_is_alive(state: NetworkState) -> None:
    network = NetworkFactory(state=state)
    secret, partner = secret_of(network), PartnerFactory(network=network)
    alive = state not in {NetworkState.REFUSED, NetworkState.WITHDRAWN}
    assert list(Competence.objects.visible_to(viewer(partner.organisation))) == ([secret] if alive else [])


@pytest.mark.parametrize("trait", ["invited", "declined"])
def test_who_has_not_joined_reads_nothing(trait: str) -> None:
    network = NetworkFactory()
    secret_of(network)
    partner = PartnerFactory(network=network, **{trait: True})
    assert not Competence.objects.visible_to(owner(partner.organisation)).exists()


def test_the_facilitator_and_the_partners_of_another_network_read_nothing() -> None:
    network = NetworkFactory()
    secret_of(network)
    # The organisation was only invited to the other network: there they have nothing in common.
    other = PartnerFactory(network=NetworkFactory(district=network.district))
    PartnerFactory(network=other.network, organisation=lead_of(network), invited=True)
    assert not Competence.objects.visible_to(owner(other.organisation)).exists()
    assert not Competence.objects.visible_to(facilitator(network.district)).exists()
