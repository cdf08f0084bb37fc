"""What the pages of a network offer on the way to the Region."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from projects.states import NetworkState
from tests.factories.proposals import lead_of
from tests.projects.sent import signed_network

pytestmark = pytest.mark.django_db


def test_a_call_without_review_is_signed_off_and_sent_and_never_submitted(client: Client) -> None:
    network = signed_network()
    client.force_login(lead_of(network))
    head = BeautifulSoup(client.get(f"/en/networks/{network.pk}/").content, "html.parser").select_one(".dn-head__row")
    assert "Submit for review" not in head.text
    assert head.find("a", string="Sign off and send")["href"] == f"/en/networks/{network.pk}/sign-off/"
    refused = client.post(f"/en/networks/{network.pk}/submit/")
    assert refused.status_code == 409
    assert "no facilitator reviews proposals" in refused.content.decode()
    network.refresh_from_db()
    assert network.state == NetworkState.FORMING
