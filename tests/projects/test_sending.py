"""Sending a proposal: accepted until the last microsecond, once, whole, signed off, and never changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError
from django.utils import timezone

from district_portal.shared.errors import DomainError
from projects import sections
from projects.content import digest, snapshot
from projects.models import Network, Submission
from projects.operations import listeners, sending
from projects.operations.changes import changing
from projects.states import NetworkState
from tests.factories import UserFactory
from tests.factories.projects import PartnerFactory
from tests.factories.proposals import AttachmentFactory, lead_of, owner_of
from tests.projects.people import editor, facilitator, owner, regional_staff, told
from tests.projects.sent import call_of, send, sign_all, signed_network

pytestmark = pytest.mark.django_db
MICROSECOND = timedelta(microseconds=1)


def test_what_is_sent_is_what_was_signed_off() -> None:
    network = signed_network()
    sent = send(network)
    network.refresh_from_db()
    assert (network.state, sent.kind) == (NetworkState.SENT, "proposal")
    assert sent.digest == digest(snapshot(network)) == sent.version.digest
    assert set(network.sign_offs.standing().values_list("digest", flat=True)) == {sent.digest}
    decision = network.decisions.latest("pk")
    assert (decision.from_state, decision.to_state, decision.version) == ("forming", "sent", sent.version)


def test_attachments_are_part_of_it_by_name_size_and_hash() -> None:
    network = signed_network(partners=1)
    each = AttachmentFactory(network=network)
    sign_all(network)
    assert send(network).files == [{"name": each.name, "size": each.size, "sha256": each.sha256}]


def test_it_is_accepted_until_the_last_microsecond() -> None:
    network = signed_network()
    assert send(network, network.call.closes_at - MICROSECOND).sent_at == network.call.closes_at - MICROSECOND


def test_at_the_deadline_it_is_too_late() -> None:
    network = signed_network()
    with pytest.raises(DomainError, match="This call closed on"):
        send(network, network.call.closes_at)
    assert not network.submissions.exists()


def test_sending_twice_is_the_same_receipt_even_after_the_deadline() -> None:
    network = signed_network()
    first = send(network)
    assert send(network) == first
    assert send(network, network.call.closes_at + timedelta(days=1)) == first
    assert network.submissions.count() == 1


def test_without_every_sign_off_it_is_not_sent_and_says_whose_is_missing() -> None:
    network = signed_network()
    late = PartnerFactory(network=network, organisation__name="Late Ltd")
    owner(late.organisation)
    with pytest.raises(DomainError, match="Late Ltd"):
        send(network)
    assert Network.objects.get(pk=network.pk).state == NetworkState.FORMING


def test_a_sign_off_of_something_else_does_not_count_whoever_changed_it() -> None:
    network = signed_network(partners=1)
    Network.objects.filter(pk=network.pk).update(idea="Changed behind the back of everything.")
    with pytest.raises(DomainError, match="signed off"):
        send(network)


def test_an_open_invitation_keeps_it_from_being_sent() -> None:
    network = signed_network(partners=1)
    invited = PartnerFactory(network=network, invited=True)
    with pytest.raises(DomainError, match=invited.organisation.name):
        send(network)


def test_where_the_call_asks_for_a_review_it_is_sent_after_the_approval() -> None:
    call = call_of(review=True)
    forming = signed_network(call=call, partners=1)
    with pytest.raises(DomainError, match="facilitator approves"):
        send(forming)
    approved = signed_network(review=True, partners=1)
    assert send(approved).network == approved


@pytest.mark.parametrize("who", ["partner", "facilitator", "regional_staff", "stranger"])
def test_nobody_but_the_leads_people_sends_or_withdraws(who: str) -> None:
    network = signed_network()
    person = {
        "partner": lambda: owner_of(network.partners.get(role="partner")),
        "facilitator": lambda: facilitator(network.district),
        "regional_staff": lambda: regional_staff(network),
        "stranger": UserFactory,
    }[who]()
    with pytest.raises(PermissionDenied):
        sending.send_proposal(network, actor=person, moment=timezone.now())
    send(network)
    with pytest.raises(PermissionDenied):
        sending.withdraw_submission(network, reason="No.", actor=person, moment=timezone.now())


def test_an_editor_of_the_lead_may_send() -> None:
    network = signed_network()
    person = editor(network.partners.get(role="lead").organisation)
    assert sending.send_proposal(network, actor=person, moment=timezone.now()).sent_by == person


def test_everyone_of_the_network_and_the_facilitator_get_the_receipt() -> None:
    network = signed_network()
    watching = facilitator(network.district)
    send(network)
    people = {owner_of(partner).email for partner in network.partners.all()}
    assert told("projects/proposal_sent") == {*people, watching.email}


def test_rooms_above_are_told_in_the_same_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    network = signed_network()

    def refuse(submission: Submission) -> None:
        raise DomainError("The room above is not ready.")

    monkeypatch.setattr(listeners, "SENT", [refuse])
    with pytest.raises(DomainError), transaction.atomic():
        send(network)
    assert not network.submissions.exists()


def test_after_sending_nothing_can_be_changed() -> None:
    network = signed_network()
    send(network)
    with (
        pytest.raises(DomainError, match="cannot be changed now"),
        changing(network, sections.SUMMARY, actor=lead_of(network)),
    ):
        pass


# --- What the database holds -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE projects_submission SET sent_at = sent_at - interval '1 day'",
        "DELETE FROM projects_submission",
        "TRUNCATE projects_submission CASCADE",
        "UPDATE projects_proposalversion SET note = 'x'",
        "DELETE FROM projects_proposalversion",
        "TRUNCATE projects_proposalversion CASCADE",
    ],
)
def test_the_database_refuses_to_change_what_was_sent(statement: str) -> None:
    send(signed_network(partners=1))
    refused = pytest.raises((InternalError, IntegrityError), match="never changed and never deleted")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL district_portal.emptying = 'off'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may be pending when a table is emptied
        cursor.execute(statement)
