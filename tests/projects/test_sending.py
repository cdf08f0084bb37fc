"""Sending a proposal: accepted until the last microsecond, once, whole, signed off, and never changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.utils import timezone

from calls.models import Call
from calls.operations.lifecycle import cancel_call
from calls.states import CallState
from district_portal.shared import desk
from district_portal.shared.errors import DomainError
from projects import sections
from projects.content import digest, snapshot
from projects.models import Network, Protocol, Submission
from projects.operations import listeners, sending, signing
from projects.operations.changes import changing
from projects.states import NetworkState
from tests.factories import UserFactory
from tests.factories.projects import PartnerFactory
from tests.factories.proposals import AttachmentFactory, lead_of, owner_of
from tests.projects.people import editor, facilitator, owner, regional_staff, told
from tests.projects.sent import call_of, close, send, sign_all, signed_network

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


# --- What the database holds ---------------------------------------------------------------------------------------


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


# --- Withdrawing ---------------------------------------------------------------------------------------------------


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


# --- The Region's protocol number ----------------------------------------------------------------------------------


def record(network: Network, actor, number: str = "PG/2026/1", days: int = 0) -> Protocol:
    sent = sending.standing_proposal(network)
    day = timezone.localdate() + timedelta(days=days)
    return sending.record_protocol(sent, number=number, received_on=day, actor=actor)


def test_the_lead_records_the_protocol_number_once_and_the_region_corrects_it() -> None:
    network = signed_network(channel="hand_over")
    staff = regional_staff(network)
    send(network)
    first = record(network, lead_of(network))
    assert record(network, lead_of(network)) == first
    with pytest.raises(DomainError, match="can correct it"):
        record(network, lead_of(network), "PG/2026/2")
    assert record(network, staff, "PG/2026/2").number == "PG/2026/2"
    assert [each.detail for each in network.activities.filter(kind="protocol_recorded").order_by("pk")] == [
        {"number": "PG/2026/1", "before": ""},
        {"number": "PG/2026/2", "before": "PG/2026/1"},
    ]


@pytest.mark.parametrize("days", [-1, 1])
def test_a_protocol_is_of_a_day_between_sending_and_today(days: int) -> None:
    network = signed_network(channel="hand_over")
    send(network)
    with pytest.raises(DomainError, match="between the day of sending and today"):
        record(network, lead_of(network), days=days)


def test_in_the_portal_there_is_no_protocol_number() -> None:
    network = signed_network()
    send(network)
    with pytest.raises(DomainError, match="sent in the portal"):
        record(network, lead_of(network))


def test_a_partner_records_no_protocol_number() -> None:
    network = signed_network(channel="hand_over")
    send(network)
    with pytest.raises(PermissionDenied):
        record(network, owner_of(network.partners.get(role="partner")))


def test_handed_over_the_package_is_ordered_with_the_receipt() -> None:
    network = signed_network(channel="hand_over")
    sent = send(network)
    made = {(kind, str(sent.pk)) for kind in ("receipt", "sent_proposal", "package")}
    assert set(network.papers.values_list("kind", "about")) == made


# --- Pages ---------------------------------------------------------------------------------------------------------


def test_the_lead_sends_and_sees_the_receipt(client: Client) -> None:
    network = signed_network(channel="hand_over")
    client.force_login(lead_of(network))
    assert client.get(f"/en/networks/{network.pk}/send/").status_code == 200
    answer = client.post(f"/en/networks/{network.pk}/send/")
    sent = network.submissions.get()
    assert answer["Location"] == f"/en/networks/{network.pk}/receipts/{sent.number}/"
    text = client.get(answer["Location"]).content.decode()
    assert sent.code in text and sent.chain_digest in text
    protocol = {"number": "PG/1", "received_on": timezone.localdate().isoformat()}
    assert client.post(answer["Location"] + "protocol/").status_code == 422
    assert client.post(answer["Location"] + "protocol/", protocol)["Location"] == answer["Location"]
    assert "PG/1" in client.get(f"/en/networks/{network.pk}/sign-off/").content.decode()


def test_too_late_is_409_with_the_sentence(client: Client) -> None:
    network = signed_network()
    close(network.call)
    client.force_login(lead_of(network))
    answer = client.post(f"/en/networks/{network.pk}/send/")
    assert answer.status_code == 409
    assert "This call closed on" in answer.content.decode()


def test_a_withdrawal_needs_a_reason(client: Client) -> None:
    network = signed_network()
    send(network)
    client.force_login(lead_of(network))
    address = f"/en/networks/{network.pk}/withdraw-proposal/"
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 422
    assert client.post(address, {"reason": "A mistake."}).status_code == 302
    assert sending.standing_proposal(network) is None


# --- The desk ------------------------------------------------------------------------------------------------------


def titles(user) -> list[str]:
    every = [task.title for task in desk.tasks_for(user, timezone.now())]
    return [title for title in every if not title.startswith("Complete the profile")]


def test_the_desk_shows_who_has_to_sign_and_who_has_to_send() -> None:
    network = signed_network(review=True, title="Line")
    partner = network.partners.select_related("organisation").get(role="partner")
    lead, other = lead_of(network), owner_of(partner)
    assert titles(lead) == ["Send “Line” to the Region"]
    assert titles(other) == []
    signing.withdraw_sign_off(partner, actor=other)
    assert titles(other) == [f"Sign off “Line” for {partner.organisation.name}"]
    sign_all(network)
    send(network)
    assert titles(lead) == titles(other) == []


def test_the_history_says_who_did_what_and_keeps_versions(client: Client) -> None:
    network = signed_network()
    send(network)
    client.force_login(lead_of(network))
    address = f"/en/networks/{network.pk}/history/"
    saved = client.post(f"{address}save/", {"note": "As sent"}, follow=True)
    assert "Nothing has changed since version 1" in saved.content.decode()
    page = client.get(address)
    assert f"{lead_of(network)} sent the proposal to the Region" in page.content.decode()
    assert client.get(f"{address}?format=json").json()["count"] == 1
    assert client.get(f"{address}1/?from=7").status_code == 200
    assert client.post(f"{address}save/", {"note": "x" * 501}).status_code == 422
