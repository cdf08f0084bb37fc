"""What the pages of a network offer on the way to the Region."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from projects.models import Network
from projects.states import NetworkState
from tests.factories.proposals import lead_of
from tests.projects.people import facilitator
from tests.projects.sent import close, send, signed_network

pytestmark = pytest.mark.django_db


def test_a_call_without_review_is_signed_off_and_sent_and_never_submitted(client: Client) -> None:
    network = signed_network()
    client.force_login(lead_of(network))
    head = BeautifulSoup(client.get(f"/en/networks/{network.pk}/").content, "html.parser").select_one(".dn-head__row")
    assert "Submit for review" not in head.text
    assert head.find("a", string="Sign off and send")["href"] == f"/en/networks/{network.pk}/sign-off/"
    for refused in (
        client.get(f"/en/networks/{network.pk}/submit/"),
        client.post(f"/en/networks/{network.pk}/submit/"),
    ):
        assert refused.status_code == 409
        assert "no facilitator reviews proposals" in refused.content.decode()
    network.refresh_from_db()
    assert network.state == NetworkState.FORMING


def test_the_reviewer_sees_every_partner_with_its_cost(client: Client) -> None:
    network = signed_network(review=True, partners=3)
    Network.objects.filter(pk=network.pk).update(state=NetworkState.SUBMITTED)
    client.force_login(facilitator(network.district))
    page = BeautifulSoup(client.get(f"/en/networks/{network.pk}/review/").content, "html.parser")
    rows = page.select("section[aria-labelledby=partners] tbody tr")
    names = [partner.organisation.name for partner in network.partners.select_related("organisation")]
    assert [row.th.a.text for row in rows] == names and len(names) == 3
    assert all("€" in row.text for row in rows)


def test_after_the_deadline_nothing_is_asked_for_or_signed_off(client: Client) -> None:
    network = signed_network(review=True)
    network.sign_offs.all().delete()
    close(network.call)
    client.force_login(lead_of(network))
    page = client.get(f"/en/networks/{network.pk}/sign-off/").content.decode()
    assert "Read and sign off" not in page and "Ask for the missing ones" not in page
    refused = client.post(f"/en/networks/{network.pk}/sign-off/ask/")
    assert refused.status_code == 409 and "The call is over" in refused.content.decode()


def test_a_protocol_of_tomorrow_is_refused_at_its_field_and_keeps_the_number(client: Client) -> None:
    network = signed_network(channel="hand_over")
    sent = send(network)
    client.force_login(lead_of(network))
    given = {"number": "PG/2026/77", "received_on": timezone.localdate() + timedelta(days=1)}
    refused = client.post(f"/en/networks/{network.pk}/receipts/{sent.number}/protocol/", given)
    assert refused.status_code == 422
    assert "between the day of sending and today" in refused.content.decode()
    assert "PG/2026/77" in refused.content.decode()
