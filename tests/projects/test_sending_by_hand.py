"""Sending, withdrawing and what the desk and the history say of it, as people see it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from district_portal.shared import desk
from projects.operations import sending, signing
from tests.factories.proposals import lead_of, owner_of
from tests.projects.sent import close, send, sign_all, signed_network

pytestmark = pytest.mark.django_db


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


# --- The desk ---------------------------------------------------------------------------------------------------------


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
