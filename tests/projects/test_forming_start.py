"""Where a network starts from: an idea, an interest in the call, or an older network."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from projects.models import Network
from tests.factories import UserFactory
from tests.factories.calls import CallFactory, InterestFactory
from tests.factories.enterprises import ConceptFactory, OrganisationFactory
from tests.factories.projects import NetworkFactory, PartnerFactory
from tests.factories.proposals import CoverFactory, NeedFactory, WorkPackageFactory
from tests.projects.people import lead_of, owner, told

pytestmark = pytest.mark.django_db


def start(client: Client, call, **fields):
    return client.post(f"/en/calls/{call.slug}/networks/new/", {"title": "Line", "idea": "", **fields})


def test_a_network_grows_out_of_ones_own_interest(client: Client) -> None:
    call, firm = CallFactory(), OrganisationFactory()
    interest = InterestFactory(call=call, organisation=firm, seeks="A laboratory")
    have, want = ConceptFactory(), ConceptFactory()
    interest.offered.add(have)
    interest.sought.add(want, have)
    client.force_login(owner(firm))
    assert "the interest of" in client.get(f"/en/calls/{call.slug}/networks/new/").content.decode()
    assert start(client, call, source=f"interest:{interest.pk}").status_code == 302
    network = Network.objects.get()
    covered = {need.concept: [each.level for each in need.covers.all()] for need in network.needs.all()}
    assert (network.seeks, covered) == ("A laboratory", {have: ["leads"], want: []})


def test_the_page_of_the_call_leads_from_ones_interest_to_the_network_that_starts_from_it(client: Client) -> None:
    call, person = CallFactory(), UserFactory()
    firms = OrganisationFactory.create_batch(2, owner=person)
    interest = InterestFactory(call=call, organisation=firms[1])
    client.force_login(person)
    address = f"/en/calls/{call.slug}/networks/new/?source=interest:{interest.pk}"
    assert address in client.get(f"/en/calls/{call.slug}/").content.decode()
    form = BeautifulSoup(client.get(address).content, "html.parser").select_one("main form")
    chosen = {each.find_parent("select")["name"]: each["value"] for each in form.select("option[selected]")}
    assert chosen == {"organisation": firms[1].slug, "source": f"interest:{interest.pk}"}


def test_nobody_starts_from_the_interest_or_the_network_of_another(client: Client) -> None:
    call, firm = CallFactory(), OrganisationFactory()
    others, network = InterestFactory(call=call), NetworkFactory()
    PartnerFactory(network=network, organisation=firm)
    client.force_login(owner(firm))
    for source in (f"interest:{others.pk}", f"network:{network.pk}"):
        InterestFactory(call=call, organisation=firm) if not firm.interests.exists() else None
        assert start(client, call, source=source).status_code == 422


def test_a_copy_brings_texts_needs_and_packages_and_invites_only_who_is_wanted(client: Client) -> None:
    old, call = NetworkFactory(state="refused", legal_form="network_contract"), CallFactory()
    partner = PartnerFactory(network=old)
    invited, boss = owner(partner.organisation), owner(lead_of(old))
    need = NeedFactory(network=old)
    for each in old.partners.all():
        CoverFactory(need=need, partner=each)
    WorkPackageFactory(network=old, lead=partner)
    client.force_login(boss)
    assert start(client, call, source=f"network:{old.pk}").status_code == 302
    new = Network.objects.get(copied_from=old)
    assert (new.idea, new.legal_form, new.partners.count(), new.state) == (old.idea, "network_contract", 1, "forming")
    assert [each.covers.count() for each in new.needs.all()] == [1]
    assert [(each.title, each.lead) for each in new.work_packages.all()] == [(old.work_packages.get().title, None)]
    assert told("projects/network_invited") == set()
    assert start(client, call, source=f"network:{old.pk}", invite_again="on").status_code == 302
    assert told("projects/network_invited") == {invited.email}
