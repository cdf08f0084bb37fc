"""Declarations: given by the lead, in the words that were read, as long as the call uses them."""

import pytest
from django.urls import reverse

from projects.models import Activity, Partner
from projects.parties import known_of
from tests.factories.calls import CallFactory
from tests.factories.proposals import lead_of, owner_of, whole_network

pytestmark = pytest.mark.django_db

WANTED = [
    {"code": "independent", "name_it": "Le imprese sono indipendenti", "name_en": "The enterprises are independent"},
    {"code": "no-aid", "name_it": "Nessun altro aiuto", "name_en": "No other aid"},
]


@pytest.fixture
def network():
    network = whole_network(call=CallFactory(rules={"declarations": {"declarations": WANTED}}))
    network.declarations.all().delete()
    return network


def address(name, network, *more):
    return reverse(f"projects:{name}", args=[network.pk, *more])


def declare(client, network, text="The enterprises are independent", code="independent"):
    return client.post(address("declarations_give", network), {"declare": code, f"text_{code}": text})


def change_words(network, words):
    rule = network.call.rules.get(kind="declarations")
    rule.parameters["declarations"][0]["name_en"] = words
    rule.save()


def counted(network):
    """Codes that the checklist counts."""
    fresh = type(network).objects.select_related("call").get(pk=network.pk)
    return known_of([fresh])[fresh.pk].declared


def test_a_declaration_is_kept_in_the_words_that_were_read(client, network):
    lead = lead_of(network)
    client.force_login(lead)
    assert declare(client, network).status_code == 302
    (given,) = network.declarations.all()
    assert (given.code, given.text, given.given_by) == ("independent", "The enterprises are independent", lead)
    assert counted(network) == {"independent"}
    text = client.get(address("documents", network)).content.decode()
    assert "1 of 2 given" in text
    assert list(Activity.objects.values_list("kind", flat=True)) == ["declarations_given"]


def test_words_that_changed_while_they_were_read_are_read_again(client, network):
    client.force_login(lead_of(network))
    change_words(network, "The enterprises are wholly independent")
    answer = declare(client, network)
    assert answer.status_code == 409
    assert "The call has changed the words of a declaration." in answer.content.decode()
    assert not network.declarations.exists()


def test_after_the_call_changes_its_words_it_must_be_given_again(client, network):
    client.force_login(lead_of(network))
    declare(client, network)
    change_words(network, "The enterprises are wholly independent")
    assert counted(network) == set()
    assert "The call has changed these words since." in client.get(address("documents", network)).content.decode()
    assert declare(client, network, "The enterprises are wholly independent").status_code == 302
    assert counted(network) == {"independent"}
    assert network.declarations.count() == 1


def test_what_was_declared_in_italian_holds_in_english(client, network):
    client.force_login(lead_of(network))
    declare(client, network, "Le imprese sono indipendenti")
    assert counted(network) == {"independent"}


def test_giving_it_twice_changes_nothing(client, network):
    client.force_login(lead_of(network))
    declare(client, network)
    before = network.declarations.get().given_at
    declare(client, network)
    assert network.declarations.get().given_at == before


def test_nothing_chosen_is_said_beside_the_form(client, network):
    client.force_login(lead_of(network))
    answer = client.post(address("declarations_give", network))
    assert answer.status_code == 422
    assert "Choose what you declare." in answer.content.decode()


def test_a_declaration_can_be_withdrawn_and_given_again(client, network):
    client.force_login(lead_of(network))
    declare(client, network)
    url = address("declaration_withdraw", network, network.declarations.get().pk)
    assert client.post(url).status_code == 302
    assert not network.declarations.exists()
    assert declare(client, network).status_code == 302


def test_other_partners_read_what_is_declared_and_do_not_declare(client, network):
    client.force_login(owner_of(network.partners.exclude(role=Partner.Role.LEAD).first()))
    assert declare(client, network).status_code == 403
    assert "Those who act for the lead give them." in client.get(address("documents", network)).content.decode()


def test_nothing_is_declared_once_the_network_is_under_review(client):
    network = whole_network(state="submitted", call=CallFactory(rules={"declarations": {"declarations": WANTED}}))
    network.declarations.all().delete()
    client.force_login(lead_of(network))
    assert declare(client, network).status_code == 409
