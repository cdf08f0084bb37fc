"""Calls that are handed over: the package, and the Region's protocol number."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from district_portal.shared.errors import DomainError
from projects.models import Network, Protocol
from projects.operations import sending
from tests.factories.proposals import lead_of, owner_of
from tests.projects.people import regional_staff
from tests.projects.sent import send, signed_network

pytestmark = pytest.mark.django_db


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
