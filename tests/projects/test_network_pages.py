"""Networks in the browser: who may do what, what is asked again, and what a page shows."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from calls.models import Call
from enterprises.models import Competence, MembershipRole
from projects.models import Network
from projects.operations.forming import reopen_network
from projects.operations.networks import withdraw_network
from projects.states import NetworkState
from tests.factories import CompetenceFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.calls import CallFactory
from tests.factories.projects import NetworkFactory, PartnerFactory
from tests.projects.people import editor, facilitator, lead_of, owner, regional_staff, viewer

pytestmark = pytest.mark.django_db


def page(network: Network, operation: str = "") -> str:
    return f"/en/networks/{network.pk}/{operation}"


def start_page(call: Call) -> str:
    return f"/en/calls/{call.slug}/networks/new/"


# --- Starting ------------------------------------------------------------------------------------------------------


def test_an_enterprise_starts_a_network_and_is_led_to_its_workspace(client: Client) -> None:
    client.force_login(owner(organisation := OrganisationFactory()))
    call = CallFactory()
    assert client.get(start_page(call)).status_code == 200
    response = client.post(start_page(call), {"title": "SmartDialysis Line", "idea": "Sensors."})
    network = Network.objects.get()
    assert (response.status_code, response.url) == (302, page(network))
    assert (network.title, network.idea, lead_of(network)) == ("SmartDialysis Line", "Sensors.", organisation)
    assert "SmartDialysis Line" in client.get(response.url).content.decode()


def test_without_a_title_what_was_typed_is_kept(client: Client) -> None:
    client.force_login(owner(OrganisationFactory()))
    response = client.post(start_page(CallFactory()), {"idea": "Sensors in the line."})
    assert response.status_code == 422
    assert "Enter a title" in response.content.decode() and "Sensors in the line." in response.content.decode()


def test_who_acts_for_several_organisations_chooses_one(client: Client) -> None:
    first, second = OrganisationFactory(), OrganisationFactory()
    person = owner(first)
    MembershipFactory(organisation=second, user=person, role=MembershipRole.EDITOR)
    client.force_login(person)
    typed = {"title": "SmartDialysis Line"}
    assert client.post(start_page(call := CallFactory()), typed).status_code == 422
    assert client.post(start_page(call), typed | {"organisation": OrganisationFactory().slug}).status_code == 422
    assert client.post(start_page(call), typed | {"organisation": second.slug}).status_code == 302
    assert lead_of(Network.objects.get()) == second


def test_a_viewer_starts_no_network(client: Client) -> None:
    client.force_login(viewer(OrganisationFactory()))
    assert client.post(start_page(CallFactory()), {"title": "SmartDialysis Line"}).status_code == 403


def test_after_the_deadline_the_answer_says_when_it_was(client: Client) -> None:
    client.force_login(owner(OrganisationFactory()))
    response = client.post(start_page(CallFactory(closed=True)), {"title": "SmartDialysis Line"})
    assert response.status_code == 409
    assert "closed on" in response.content.decode()


# --- Who sees and does what ----------------------------------------------------------------------------------------


def test_the_workspace_is_seen_by_members_and_by_those_who_look_after_the_district(client: Client) -> None:
    network = NetworkFactory()
    invited = PartnerFactory(network=network, invited=True).organisation
    declined = PartnerFactory(network=network, declined=True).organisation
    seen = {
        viewer(lead_of(network)): 200,
        owner(invited): 200,
        facilitator(network.district): 200,
        regional_staff(network): 200,
        UserFactory(is_staff=True): 200,
        owner(declined): 404,
        owner(OrganisationFactory(district=network.district)): 404,
        facilitator(NetworkFactory().district): 404,
    }
    for person, status in seen.items():
        client.force_login(person)
        assert client.get(page(network)).status_code == status, person


OPERATIONS = ["edit", "invite", "accept", "decline", "submit", "approve", "request-changes", "refuse", "withdraw"]
LEAD = {"edit", "invite", "submit", "withdraw"}
INVITED = {"accept", "decline"}
FACILITATOR = {"approve", "request-changes", "refuse"}


ROLES = {
    "editor of the lead": (lambda network, partner: editor(lead_of(network)), LEAD),
    "viewer of the lead": (lambda network, partner: viewer(lead_of(network)), set()),
    "editor of the invited": (lambda network, partner: editor(partner), INVITED),
    "viewer of the invited": (lambda network, partner: viewer(partner), set()),
    "facilitator": (lambda network, partner: facilitator(network.district), FACILITATOR),
    "regional staff": (lambda network, partner: regional_staff(network), set()),
    "administrator": (lambda network, partner: UserFactory(is_staff=True), set()),
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("role", ROLES)
def test_each_operation_belongs_to_the_lead_or_the_invited_or_the_facilitator(
    client: Client, role: str, operation: str
) -> None:
    partner = PartnerFactory(invited=True)
    make, may = ROLES[role]
    facilitator(partner.network.district)  # otherwise the decision is the Region's
    client.force_login(make(partner.network, partner.organisation))
    status = client.post(page(partner.network, f"{operation}/")).status_code
    assert (status != 403) == (operation in may), status


@pytest.mark.parametrize("operation", OPERATIONS)
def test_visitors_are_led_to_the_sign_in_page(client: Client, operation: str) -> None:
    response = client.post(page(NetworkFactory(), f"{operation}/"))
    assert (response.status_code, "/accounts/login/" in response.url) == (302, True)


@pytest.mark.parametrize("operation", ["approve", "request-changes", "refuse"])
@pytest.mark.parametrize("role", MembershipRole)
def test_who_belongs_to_the_network_does_not_decide_on_it(client: Client, operation: str, role: str) -> None:
    network = NetworkFactory(state=NetworkState.SUBMITTED)
    judge = facilitator(network.district)
    MembershipFactory(user=judge, organisation=PartnerFactory(network=network).organisation, role=role)
    client.force_login(judge)
    assert "another facilitator decides" in client.get(page(network)).content.decode()
    assert client.post(page(network, f"{operation}/"), {"reason": "Mine."}).status_code == 403


def test_a_facilitator_whose_organisation_declined_may_decide(client: Client) -> None:
    network = NetworkFactory(state=NetworkState.SUBMITTED)
    judge = facilitator(network.district)
    MembershipFactory(user=judge, organisation=PartnerFactory(network=network, declined=True).organisation)
    client.force_login(judge)
    assert client.post(page(network, "approve/")).status_code == 302


# --- Texts ---------------------------------------------------------------------------------------------------------


def test_a_stale_save_shows_both_texts_and_can_be_saved_again(client: Client) -> None:
    network = NetworkFactory()
    client.force_login(owner(lead_of(network)))
    theirs = {"title": "Theirs", "idea": "Their idea", "bonuses": ["dissemination"], "version": 1}
    client.post(page(network, "edit/"), theirs)
    mine = {"title": "Mine", "idea": "My idea", "bonuses": ["collaboration"], "version": 1}
    stale = client.post(page(network, "edit/"), mine)
    words = stale.content.decode()
    assert stale.status_code == 409
    assert "<dd>Wide dissemination of the results, or open licences</dd>" in words
    assert re.findall(r'value="(\w+)"[^>]*\schecked', words) == ["collaboration"]
    assert "Their idea" in words and "My idea" in words and 'name="version" value="2"' in words
    assert client.post(page(network, "edit/"), {"title": "Mine", "idea": "My idea", "version": 2}).status_code == 302
    network.refresh_from_db()
    assert (network.title, network.version) == ("Mine", 3)


# --- Submitting and deciding ---------------------------------------------------------------------------------------


def test_a_network_that_is_not_ready_says_what_is_missing(client: Client) -> None:
    network = NetworkFactory(call=CallFactory(partners_min=3))
    client.force_login(owner(lead_of(network)))
    response = client.post(page(network, "submit/"))
    assert response.status_code == 409
    assert "1 of 3 organisations. 2 more organisations are needed." in response.content.decode()
    assert "1 of 3 organisations. 2 more organisations are needed." in client.get(page(network)).content.decode()


def test_the_way_from_idea_to_approval_in_the_browser(client: Client) -> None:
    network = NetworkFactory(call=CallFactory(partners_min=2))
    partner = PartnerFactory(network=network, invited=True).organisation
    lead, other, judge = owner(lead_of(network)), owner(partner), facilitator(network.district)
    for person, operation, data in [
        (other, "accept/", {}),
        (lead, "submit/", {}),
        (judge, "request-changes/", {"reason": "Who evaluates?"}),
        (lead, "submit/", {}),
        (judge, "approve/", {"reason": "Strong network."}),
    ]:
        client.force_login(person)
        assert client.post(page(network, operation), data).status_code == 302, operation
    for person in (lead, other, viewer(partner)):
        client.force_login(person)
        words = client.get(page(network)).content.decode()
        assert "Strong network." in words and "Who evaluates?" not in words


@pytest.mark.parametrize("operation", ["request-changes", "refuse"])
def test_a_reason_is_required_and_the_page_asks_for_it_again(client: Client, operation: str) -> None:
    network = NetworkFactory(state=NetworkState.SUBMITTED)
    client.force_login(facilitator(network.district))
    assert client.get(page(network, f"{operation}/")).status_code == 200
    for typed in ({}, {"reason": "  "}):
        response = client.post(page(network, f"{operation}/"), typed)
        assert response.status_code == 422
        assert "Write the reason" in response.content.decode() and "<title>Error:" in response.content.decode()
    network.refresh_from_db()
    assert network.state == NetworkState.SUBMITTED


def test_a_second_decision_is_refused_with_who_decided_what_when(client: Client) -> None:
    network = NetworkFactory(state=NetworkState.SUBMITTED)
    first = facilitator(network.district)
    client.force_login(first)
    client.post(page(network, "approve/"))
    client.force_login(facilitator(network.district))
    response = client.post(page(network, "refuse/"), {"reason": "No."})
    assert response.status_code == 409
    assert f"{first} has already decided" in response.content.decode() and "Approved" in response.content.decode()
    assert client.get(page(network, "refuse/")).status_code == 409


def test_the_page_offers_what_can_be_done_and_nothing_else(client: Client) -> None:
    network = NetworkFactory()
    invited = PartnerFactory(network=network, invited=True).organisation
    lead, other, judge = owner(lead_of(network)), owner(invited), facilitator(network.district)

    def offered(person) -> set[str]:
        client.force_login(person)
        words = client.get(page(network)).content.decode()
        return {operation for operation in OPERATIONS if page(network, f"{operation}/") in words}

    assert (offered(lead), offered(other), offered(judge)) == (LEAD, INVITED, set())
    Network.objects.filter(pk=network.pk).update(state=NetworkState.SUBMITTED, submitted_at=timezone.now())
    assert (offered(lead), offered(other), offered(judge)) == ({"withdraw"}, set(), FACILITATOR)
    Network.objects.filter(pk=network.pk).update(state=NetworkState.APPROVED)
    assert (offered(lead), offered(other), offered(judge)) == ({"withdraw"}, set(), set())


def test_members_see_only_those_competences_that_they_may_read(client: Client) -> None:
    network = NetworkFactory()
    partner = PartnerFactory(network=network).organisation
    shown = CompetenceFactory(organisation=partner, level=Competence.Level.DISTRICT).concept.name_en
    hidden = CompetenceFactory(organisation=partner, level=Competence.Level.CONSENT).concept.name_en
    sought = CompetenceFactory(organisation=partner, direction=Competence.Direction.SEEKS).concept.name_en
    client.force_login(owner(lead_of(network)))
    words = client.get(page(network)).content.decode()
    assert (shown in words, hidden in words, sought in words) == (True, False, False)


def test_what_people_write_is_text_on_the_page(client: Client) -> None:
    network = NetworkFactory(title="<b>Line</b>", idea="<script>x</script>", seeks="<i>y</i>")
    client.force_login(owner(lead_of(network)))
    words = client.get(page(network)).content.decode()
    assert "<b>Line" not in words and "<script>x" not in words and "<i>y" not in words


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("state", NetworkState)
def test_the_workspace_shows_each_state_in_both_languages(client: Client, state: str, language: str) -> None:
    network = NetworkFactory(state=state)
    client.force_login(owner(lead_of(network)))
    assert client.get(f"/{language}/networks/{network.pk}/").status_code == 200


def test_a_network_that_was_opened_again_and_then_withdrawn_still_has_its_page(client):
    network = NetworkFactory(state=NetworkState.APPROVED)
    lead = owner(lead_of(network))
    reopen_network(network, actor=lead)
    withdraw_network(network, actor=lead)
    client.force_login(lead)
    assert client.get(network.get_absolute_url()).status_code == 200
