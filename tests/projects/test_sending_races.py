"""Sending when several people act at the same moment, on connections of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Call
from calls.operations.lifecycle import cancel_call, extend_deadline
from projects import sections
from projects.content import digest, snapshot
from projects.models import Network, Submission
from projects.operations import sending, signing
from projects.operations.changes import changing
from projects.operations.verification import chain_breaks
from projects.states import NetworkState
from tests.factories import UserFactory
from tests.factories.proposals import RiskFactory, lead_of
from tests.projects.sent import call_of, send, signed_network
from tests.projects.test_network_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
MICROSECOND = timedelta(microseconds=1)


def test_sent_twice_at_once_is_one_receipt() -> None:
    network = signed_network()
    assert at_once(*[lambda: send(network)] * 4) == ["done"] * 4
    assert Submission.objects.count() == 1


def test_many_at_once_make_one_chain_without_gaps() -> None:
    call = call_of()
    networks = [signed_network(call=call, partners=1) for _number in range(6)]
    assert at_once(*[lambda each=each: send(each) for each in networks]) == ["done"] * 6
    year = timezone.localtime().year
    numbers = Submission.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == [f"{year}-{serial:06}" for serial in range(1, 7)]
    assert list(chain_breaks()) == []


@pytest.mark.parametrize("attempt", range(3))
def test_what_arrives_at_the_deadline_is_accepted_only_if_the_extension_came_first(attempt: int) -> None:
    network = signed_network(call=call_of(closes_at=timezone.now() + timedelta(hours=1)))
    deadline = network.call.closes_at
    outcomes = at_once(
        lambda: send(network, deadline),
        lambda: extend_deadline(
            network.call, actor=UserFactory(), closes_at=deadline + timedelta(days=1), note="More time."
        ),
    )
    accepted = Submission.objects.filter(network=network).exists()
    assert outcomes == (["done", "done"] if accepted else ["DomainError", "done"])
    # What arrived before is accepted whichever came first, and what was refused can be sent now.
    assert send(network, deadline - MICROSECOND)
    assert Network.objects.get(pk=network.pk).state == NetworkState.SENT


def test_a_call_is_cancelled_before_or_after_and_never_while_a_proposal_is_sent() -> None:
    network = signed_network()
    outcomes = at_once(lambda: send(network), lambda: cancel_call(network.call, actor=UserFactory(), reason="No."))
    sent = Submission.objects.filter(network=network).exists()
    assert outcomes == (["done", "done"] if sent else ["DomainError", "done"])
    assert Call.objects.get(pk=network.call.pk).state == "cancelled"


@pytest.mark.parametrize("attempt", range(3))
def test_what_is_sent_is_never_what_somebody_changes_at_the_same_moment(attempt: int) -> None:
    network = signed_network()

    def change() -> None:
        with changing(network, sections.RISKS, actor=lead_of(network)):
            RiskFactory(network=network, title="At the last moment")

    outcomes = at_once(lambda: send(network), change)
    assert outcomes == ["DomainError", "done"]
    now = digest(snapshot(Network.objects.get(pk=network.pk)))
    sent = sending.standing_proposal(network)
    assert sent is None or sent.digest == now
    assert set(network.sign_offs.standing().values_list("digest", flat=True)) <= {now}


@pytest.mark.parametrize("attempt", range(3))
def test_a_sign_off_and_a_change_at_once_never_leave_a_sign_off_of_something_else(attempt: int) -> None:
    network = signed_network(partners=1)
    [partner] = network.partners.all()
    lead = lead_of(network)
    signing.withdraw_sign_off(partner, actor=lead)
    shown = digest(snapshot(Network.objects.get(pk=network.pk)))

    def change() -> None:
        with changing(network, sections.RISKS, actor=lead):
            RiskFactory(network=network, title="At the last moment")

    at_once(change, lambda: signing.sign_off(partner, digest=shown, actor=lead))
    assert not network.sign_offs.standing().exists()
