"""An approved network becomes a funded project; administrators do it, and enter what is paid."""

import pytest
from django.urls import reverse

from district_portal.shared.errors import DomainError
from projects.models import Award, Project
from projects.operations.funding import fund_network
from projects.states import FUNDABLE, NetworkState
from tests.factories import SizeDeclarationFactory, UserFactory
from tests.factories.calls import CallFactory
from tests.factories.projects import NetworkFactory, PartnerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    user = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def approved(**fields):
    return NetworkFactory(**({"state": NetworkState.APPROVED, "call": CallFactory(assessed=True)} | fields))


def test_an_approved_network_of_an_assessed_call_becomes_a_project(admin):
    network = approved(title="Clean moulding for cannulas")
    member = PartnerFactory(network=network, state="accepted")
    PartnerFactory(network=network, state="declined")
    SizeDeclarationFactory(organisation=member.organisation, year=2023, size="small")
    SizeDeclarationFactory(organisation=member.organisation, year=2025, size="medium")
    project = fund_network(network, actor=admin)
    assert (project.acronym, project.slug, project.title) == ("CMFC", "cmfc", "Clean moulding for cannulas")
    assert (project.call, project.district, project.network) == (network.call, network.district, network)
    assert (project.state, project.starts_on, project.cup) == (None, None, None)
    assert (project.aim_it, project.aim_en) == ("", "")
    accepted = {partner.organisation for partner in network.partners.accepted()}
    assert {award.organisation for award in project.awards.all()} == accepted
    assert project.awards.get(organisation=member.organisation).size == "medium"
    assert list(project.awards.exclude(cost=None, grant=None)) == []
    assert project.awards.filter(role="lead").count() == network.partners.filter(role="lead").count()


@pytest.mark.parametrize("state", [state for state in NetworkState if state not in FUNDABLE])
def test_only_an_approved_network_is_funded(admin, state):
    with pytest.raises(DomainError, match="not approved"):
        fund_network(approved(state=state), actor=admin)


def test_a_network_of_an_open_call_is_not_funded(admin):
    with pytest.raises(DomainError, match="not in assessment"):
        fund_network(approved(call=CallFactory()), actor=admin)


def test_a_network_is_funded_once(admin):
    network = approved()
    fund_network(network, actor=admin)
    with pytest.raises(DomainError, match="already"):
        fund_network(network, actor=admin)
    assert Project.objects.count() == 1


def test_two_projects_of_the_same_acronym_have_different_addresses(admin):
    call = CallFactory(assessed=True)
    slugs = [fund_network(approved(call=call, title="Bioreactor"), actor=admin).slug for _ in range(3)]
    assert slugs == ["bioreactor", "bioreactor-2", "bioreactor-3"]


def fund_by_admin(client, *networks):
    url = reverse("admin:projects_network_changelist")
    return client.post(url, {"action": "fund", "_selected_action": [str(network.pk) for network in networks]})


def test_administrators_fund_in_the_list_of_networks(client, admin):
    network = approved()
    answer = fund_by_admin(client, network)
    change = reverse("admin:projects_project_change", args=[network.project.pk])
    assert (answer.status_code, answer.url) == (302, change)
    assert client.get(answer.url).status_code == 200


def test_a_refusal_of_one_network_leaves_the_others_funded(client, admin):
    good, bad = approved(), approved(call=CallFactory())
    answer = fund_by_admin(client, good, bad)
    assert answer.status_code == 302
    assert [project.network for project in Project.objects.all()] == [good]


def test_networks_are_only_looked_at_in_the_administration(client, admin):
    network = approved()
    assert client.get(reverse("admin:projects_network_change", args=[network.pk])).status_code == 200
    assert client.post(reverse("admin:projects_network_change", args=[network.pk]), {"title": "x"}).status_code == 403
    assert client.post(reverse("admin:projects_network_delete", args=[network.pk])).status_code == 403


def project_fields(project, **changes):
    return {
        "slug": project.slug,
        "acronym": project.acronym,
        "title": project.title,
        "call": project.call_id,
        "district": project.district_id,
        "network": project.network_id or "",
        "cup": "",
        "awards-TOTAL_FORMS": 0,
        "awards-INITIAL_FORMS": 0,
    } | changes


def test_staff_enter_the_facts_of_a_project(client, admin):
    project = fund_network(approved(), actor=admin)
    url = reverse("admin:projects_project_change", args=[project.pk])
    answer = client.post(url, project_fields(project, cup="E44E20000140007", starts_on="2026-01-01", state="running"))
    assert answer.status_code == 302
    project.refresh_from_db()
    assert (project.cup, project.state, project.starts_on.isoformat()) == ("E44E20000140007", "running", "2026-01-01")


@pytest.mark.parametrize(
    "changes", [{"cup": "44E20000140007"}, {"starts_on": "2026-02-01", "ends_on": "2026-01-01"}, {"call": "other"}]
)
def test_a_project_with_contradictions_is_not_saved(client, admin, changes):
    project = fund_network(approved(), actor=admin)
    if "call" in changes:
        changes = {"call": CallFactory(concluded=True).pk}
    url = reverse("admin:projects_project_change", args=[project.pk])
    answer = client.post(url, project_fields(project, **changes))
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors


def test_a_grant_above_the_cost_is_refused_with_words(client, admin):
    award = Award.objects.filter(project=fund_network(approved(), actor=admin)).first()
    fields = {
        "project": award.project_id, "organisation": award.organisation_id, "role": award.role, "cost": "10",
        "grant": "11", "payments-TOTAL_FORMS": 0, "payments-INITIAL_FORMS": 0,
    }  # fmt: skip
    answer = client.post(reverse("admin:projects_award_change", args=[award.pk]), fields)
    assert answer.status_code == 200
    assert "The grant must not be higher than the cost." in answer.content.decode()
