"""Withdrawing what was sent: before the deadline, after it, after the ranking."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from calls.models import Call
from calls.operations.lifecycle import cancel_call
from calls.states import CallState
from district_portal.shared.errors import DomainError
from projects.models import Network
from projects.operations import sending
from projects.states import NetworkState
from tests.factories import UserFactory
from tests.factories.proposals import lead_of
from tests.projects.people import regional_staff, told
from tests.projects.sent import close, send, signed_network

pytestmark = pytest.mark.django_db


def withdraw(network: Network, **more):
    given = {"reason": "We found a mistake.", "actor": lead_of(network), "moment": timezone.now()}
    return sending.withdraw_submission(network, **given | more)


@pytest.mark.parametrize(("review", "state"), [(False, NetworkState.FORMING), (True, NetworkState.APPROVED)])
def test_before_the_deadline_it_is_withdrawn_and_sent_again_with_a_new_receipt(review: bool, state: str) -> None:
    network = signed_network(review=review)
    staff = regional_staff(network)
    first = send(network)
    withdraw(network)
    network.refresh_from_db()
    assert (network.state, sending.standing_proposal(network)) == (state, None)
    second = send(network)
    assert (second.previous, second.digest) == (first, first.digest)
    assert sending.standing_proposal(network) == second
    assert staff.email not in told("projects/submission_withdrawn")


def test_after_the_deadline_a_withdrawal_is_for_good_and_the_region_is_told() -> None:
    network = signed_network()
    staff = regional_staff(network)
    send(network)
    close(network.call)
    withdraw(network)
    network.refresh_from_db()
    assert network.state == NetworkState.WITHDRAWN
    assert staff.email in told("projects/submission_withdrawn")


def test_a_proposal_is_withdrawn_once() -> None:
    network = signed_network()
    send(network)
    withdraw(network)
    with pytest.raises(DomainError, match="no proposal to withdraw"):
        withdraw(network)


@pytest.mark.parametrize("state", [CallState.RANKED, CallState.CONCLUDED])
def test_after_the_ranking_the_aid_is_waived_and_no_proposal_withdrawn(state: str) -> None:
    network = signed_network()
    send(network)
    close(network.call)
    Call.objects.filter(pk=network.call.pk).update(state=state)
    with pytest.raises(DomainError, match="ranking is published"):
        withdraw(network)


def test_of_a_cancelled_call_nothing_is_sent_or_withdrawn(client: Client) -> None:
    network, other = signed_network(), signed_network()
    send(network)
    for each in (network, other):
        cancel_call(each.call, actor=UserFactory(), reason="No budget.")
    with pytest.raises(DomainError, match="cancelled"):
        withdraw(network)
    with pytest.raises(DomainError, match="cancelled"):
        send(other)
    for each in (network, other):
        client.force_login(lead_of(each))
        page = client.get(f"/en/networks/{each.pk}/sign-off/")
        assert "This call was cancelled." in page.content.decode()
