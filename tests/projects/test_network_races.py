"""Networks when several people act at the same moment, on connections of their own."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from district_portal.notifications.models import OutboxRow
from district_portal.shared.errors import DomainError
from projects.models import Network
from projects.operations import networks as operations
from projects.operations import review
from projects.operations.networks import NetworkTexts
from projects.states import NetworkState, PartnerState
from tests.factories import OrganisationFactory
from tests.factories.projects import NetworkFactory, PartnerFactory
from tests.projects.people import facilitator, lead_of, owner

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do all at once, each on its own connection; "done" or the name of the refusal for each."""
    barrier, outcomes = Barrier(len(acts)), [""] * len(acts)

    def do(number: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=10)
            act()
            outcomes[number] = "done"
        except DomainError as error:
            outcomes[number] = type(error).__name__
        finally:
            connection.close()

    threads = [Thread(target=do, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(outcomes)


@pytest.mark.parametrize("attempt", range(5))
def test_two_facilitators_who_decide_at_once_give_one_decision(attempt: int) -> None:
    network = NetworkFactory(state=NetworkState.SUBMITTED)
    owner(lead_of(network))
    one, two = facilitator(network.district), facilitator(network.district)
    outcomes = at_once(
        lambda: review.approve_network(network, actor=one, reason="Yes."),
        lambda: review.refuse_network(network, actor=two, reason="No."),
    )
    decision = network.decisions.get(from_state=NetworkState.SUBMITTED)
    assert outcomes == ["DomainError", "done"]
    assert Network.objects.get(pk=network.pk).state == decision.to_state
    assert set(OutboxRow.objects.values_list("message", flat=True)) == {f"projects/network_{decision.to_state}"}


def test_of_two_saves_at_once_one_is_stale() -> None:
    network = NetworkFactory()
    person = owner(lead_of(network))
    saves = [
        lambda title=title: operations.edit_network(network, texts=NetworkTexts(title, ""), version=1, actor=person)
        for title in ("Mine", "Theirs")
    ]
    assert at_once(*saves) == ["StaleNetwork", "done"]
    assert Network.objects.get(pk=network.pk).version == 2


def test_an_organisation_invited_twice_at_once_is_one_partner_with_one_message() -> None:
    network, organisation = NetworkFactory(), OrganisationFactory()
    person = owner(lead_of(network))
    owner(organisation)
    invite = [lambda: operations.invite_partner(network, organisation=organisation, actor=person)] * 4
    assert at_once(*invite) == ["DomainError"] * 3 + ["done"]
    assert network.partners.filter(organisation=organisation).count() == 1
    assert OutboxRow.objects.filter(message="projects/network_invited", channel="mail").count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_a_network_is_never_submitted_with_an_open_invitation(attempt: int) -> None:
    network, organisation = NetworkFactory(), OrganisationFactory()
    person = owner(lead_of(network))
    outcomes = at_once(
        lambda: operations.submit_network(network, actor=person, moment=timezone.now()),
        lambda: operations.invite_partner(network, organisation=organisation, actor=person),
    )
    network.refresh_from_db()
    waits = network.partners.filter(state=PartnerState.INVITED).exists()
    assert outcomes == ["DomainError", "done"]
    assert (network.state == NetworkState.SUBMITTED) != waits


def test_accepting_twice_at_once_is_one_answer_with_one_message() -> None:
    partner = PartnerFactory(invited=True)
    owner(lead_of(partner.network))
    person = owner(partner.organisation)
    accept = [
        lambda: operations.accept_invitation(partner.network, organisation=partner.organisation, actor=person)
    ] * 4
    assert at_once(*accept) == ["done"] * 4
    assert OutboxRow.objects.filter(message="projects/partner_accepted", channel="mail").count() == 1
