"""Partners of a network in the browser: invited, answering, taken out."""

from __future__ import annotations

import pytest
from django.test import Client

from projects.models import Network, Partner
from projects.states import PartnerState
from tests.factories import MembershipFactory, OrganisationFactory
from tests.factories.projects import NetworkFactory, PartnerFactory
from tests.projects.people import editor, facilitator, lead_of, owner

pytestmark = pytest.mark.django_db


def page(network: Network, operation: str = "") -> str:
    return f"/en/networks/{network.pk}/{operation}"


# --- Partners ------------------------------------------------------------------------------------------------------


def test_a_partner_is_invited_by_its_address_or_its_exact_name(client: Client) -> None:
    network, by_slug, by_name = NetworkFactory(), OrganisationFactory(), OrganisationFactory(name="Novamed Plast")
    client.force_login(owner(lead_of(network)))
    assert client.post(page(network, "invite/"), {"organisation": by_slug.slug}).status_code == 302
    assert client.post(page(network, "invite/"), {"organisation": "novamed plast"}).status_code == 302
    assert set(network.partners.filter(state="invited").values_list("organisation", flat=True)) == {
        by_slug.pk,
        by_name.pk,
    }


def test_a_name_that_two_organisations_have_invites_neither(client: Client) -> None:
    network = NetworkFactory()
    OrganisationFactory(name="Bioma"), OrganisationFactory(name="Bioma")
    client.force_login(owner(lead_of(network)))
    response = client.post(page(network, "invite/"), {"organisation": "Bioma"})
    assert (response.status_code, network.partners.count()) == (422, 1)
    assert "Several organisations have this name" in response.content.decode()


@pytest.mark.parametrize("typed", ["", "nobody-at-all", "a\x00b"])
def test_an_invitation_needs_an_organisation_that_exists(client: Client, typed: str) -> None:
    network = NetworkFactory()
    client.force_login(owner(lead_of(network)))
    response = client.post(page(network, "invite/"), {"organisation": typed})
    assert (response.status_code, network.partners.count()) == (422, 1)


def test_an_organisation_that_is_not_listed_cannot_be_found_by_inviting_it(client: Client) -> None:
    network, hidden = NetworkFactory(), OrganisationFactory(listed=False)
    client.force_login(owner(lead_of(network)))
    assert client.post(page(network, "invite/"), {"organisation": hidden.slug}).status_code == 422


def test_inviting_a_partner_again_is_refused_with_its_name(client: Client) -> None:
    partner = PartnerFactory()
    client.force_login(owner(lead_of(partner.network)))
    response = client.post(page(partner.network, "invite/"), {"organisation": partner.organisation.slug})
    assert response.status_code == 409
    assert f"{partner.organisation.name} is already a partner" in response.content.decode()


def test_accepting_needs_nothing_but_the_button_and_twice_is_the_same(client: Client) -> None:
    partner = PartnerFactory(invited=True)
    client.force_login(editor(partner.organisation))
    for _time in range(2):
        response = client.post(page(partner.network, "accept/"))
        assert (response.status_code, response.url) == (302, page(partner.network))
    partner.refresh_from_db()
    assert partner.state == PartnerState.ACCEPTED


def test_declining_twice_is_the_same_and_hides_the_network(client: Client) -> None:
    partner = PartnerFactory(invited=True)
    client.force_login(owner(partner.organisation))
    assert client.get(page(partner.network, "decline/")).status_code == 200
    for _time in range(2):
        assert client.post(page(partner.network, "decline/")).url == "/en/networks/"
    assert client.get(page(partner.network)).status_code == 404
    assert client.post(page(partner.network, "accept/")).status_code == 409


def test_who_is_invited_with_two_organisations_says_for_which_the_answer_is(client: Client) -> None:
    first = PartnerFactory(invited=True)
    second = PartnerFactory(network=first.network, invited=True)
    person = owner(first.organisation)
    MembershipFactory(user=person, organisation=second.organisation)
    client.force_login(person)
    assert client.post(page(first.network, "accept/")).status_code == 422
    assert client.post(page(first.network, "accept/"), {"organisation": second.organisation.slug}).status_code == 302
    assert client.post(page(first.network, "accept/")).status_code == 302
    assert not first.network.partners.exclude(state=PartnerState.ACCEPTED).exists()


def test_only_the_lead_takes_a_partner_out(client: Client) -> None:
    partner = PartnerFactory()
    address = page(partner.network, f"partners/{partner.pk}/remove/")
    for person, status in {owner(partner.organisation): 403, facilitator(partner.network.district): 403}.items():
        client.force_login(person)
        assert client.post(address).status_code == status
    client.force_login(owner(lead_of(partner.network)))
    assert partner.organisation.name in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    assert not Partner.objects.filter(pk=partner.pk).exists()
    assert client.post(address).status_code == 404
