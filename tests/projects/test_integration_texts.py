"""Texts in an integration round: what was asked for is written in its editor, and nothing else of the proposal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from projects import sections
from projects.content import digest, snapshot
from projects.models import Answer, Network, Partner
from projects.operations import listeners, signing
from tests.factories.proposals import lead_of, owner_of
from tests.projects.sent import call_of
from tests.projects.test_integration import answer, ask, closed_network
from tests.projects.test_texts import JSON, QUESTIONS, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """Sent, with a text of all and one of each of three partners; the deadline has passed."""
    for moment in ("SENT", "INTEGRATED"):
        monkeypatch.setattr(listeners, moment, [])
    yield closed_network(call=call_of(rules={"questions": QUESTIONS}), partners=3)


def save(client: Client, network: Network, key: str, version: int = 1):
    return client.post(page(network, key), {"text": "As the Region asked.", "version": version}, **JSON)


def test_the_text_that_was_asked_for_is_written_and_no_other_one(client: Client, network: Network) -> None:
    partner = network.partners.exclude(role=Partner.Role.LEAD).first()
    client.force_login(lead_of(network))
    assert save(client, network, "novelty").status_code == 409
    ask(network, sections.answer_key("novelty"))
    assert "data-writing" in client.get(page(network)).content.decode()
    assert save(client, network, "novelty").status_code == 200
    assert save(client, network, f"role:{partner.pk}").status_code == 409
    overview = client.get(f"/en/networks/{network.pk}/proposal/").content.decode()
    assert page(network) in overview and page(network, f"role:{partner.pk}") not in overview
    assert set(Answer.objects.filter(text="As the Region asked.").values_list("question", flat=True)) == {"novelty"}


def test_a_refused_text_is_kept_with_the_reason(client: Client, network: Network) -> None:
    ask(network, sections.RISKS)
    client.force_login(lead_of(network))
    refused = client.post(page(network), {"text": "Typed for an hour.", "version": 1})
    assert refused.status_code == 409 and "Typed for an hour." in refused.content.decode()


def test_one_partners_text_is_written_by_it_and_signed_by_it_and_the_lead_alone(
    client: Client, network: Network
) -> None:
    lead, one, other = network.partners.order_by("role", "pk")
    asked = ask(network, sections.answer_key("role", one.pk))
    client.force_login(owner_of(other))
    assert save(client, network, f"role:{one.pk}").status_code == 403
    client.force_login(owner_of(one))
    assert save(client, network, f"role:{other.pk}").status_code == 403
    assert save(client, network, f"role:{one.pk}").status_code == 200
    assert set(signing.who_signs(network, asked)) == {lead, one}
    now = digest(snapshot(Network.objects.get(pk=network.pk)))
    for partner in (lead, one):
        signing.sign_off(partner, digest=now, actor=owner_of(partner))
    assert answer(network).kind == "integration"
    assert save(client, network, f"role:{one.pk}", version=2).status_code == 409


def test_a_text_of_all_is_signed_by_all(network: Network) -> None:
    asked = ask(network, sections.answer_key("novelty"))
    assert set(signing.who_signs(network, asked)) == set(network.partners.all())
