"""The coverage matrix: what the project needs, who leads it and who contributes, and where a partner is missing."""

import pytest
from django.urls import reverse

from district_portal.shared.errors import DomainError
from projects.models import BudgetLine, Cover, Need, Network
from projects.operations.coverage import add_need, move_need, remove_need, set_cover
from projects.panels.coverage import matrix_of
from projects.states import NetworkState
from tests.factories.accounts import UserFactory
from tests.factories.enterprises import ConceptFactory
from tests.factories.projects import PartnerFactory
from tests.factories.proposals import HelperFactory, NeedFactory, SignOffFactory, lead_of, owner_of, whole_network

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    network = whole_network(cells=0)
    network.needs.all().delete()
    return network


@pytest.fixture
def lead(network):
    return lead_of(network)


def partners(network):
    return list(network.partners.select_related("organisation"))


def verdicts(network):
    return [row.verdict for row in matrix_of(network, partners(network)).rows]


def cover(network, need, partner, level):
    set_cover(network, need=need.pk, partner=partner.pk, level=level, actor=lead_of(network))


def test_a_competence_is_covered_by_one_who_leads_and_one_who_contributes(network, lead):
    need = add_need(network, concept=None, name="Flow sensors", actor=lead)
    first, second, third = partners(network)
    assert verdicts(network) == ["gap"]
    cover(network, need, first, "leads")
    assert verdicts(network) == ["thin"]
    cover(network, need, second, "contributes")
    assert verdicts(network) == ["covered"]
    cover(network, need, first, "contributes")
    cover(network, need, third, "contributes")
    assert verdicts(network) == ["thin"]  # three contribute, and nobody leads
    assert matrix_of(network, partners(network)).words == "0 of 1 covered, 1 thin"


def test_who_has_not_confirmed_has_a_column_and_covers_nothing(network, lead):
    need = add_need(network, concept=None, name="Flow sensors", actor=lead)
    invited = PartnerFactory(network=network, invited=True)
    cover(network, need, invited, "leads")
    matrix = matrix_of(network, partners(network))
    assert invited in matrix.partners and matrix.rows[0].verdict == "gap"


def test_who_declined_has_no_column(network, lead):
    add_need(network, concept=None, name="Flow sensors", actor=lead)
    declined = PartnerFactory(network=network, declined=True)
    assert declined not in matrix_of(network, partners(network)).partners


def test_the_same_competence_is_named_once(network, lead):
    concept = ConceptFactory()
    assert add_need(network, concept=concept, name="", actor=lead) == add_need(
        network, concept=concept, name="", actor=lead
    )
    add_need(network, concept=None, name="Flow sensors", actor=lead)
    add_need(network, concept=None, name=" flow SENSORS ", actor=lead)
    assert network.needs.count() == 2


def test_competences_change_places_and_stay_in_order(network, lead):
    for name in "abc":
        add_need(network, concept=None, name=name, actor=lead)
    move_need(network.needs.get(name="c"), up=True, actor=lead)
    move_need(network.needs.get(name="a"), up=True, actor=lead)  # the first one stays where it is
    assert [need.name for need in network.needs.all()] == ["a", "c", "b"]
    remove_need(network.needs.get(name="c"), actor=lead)
    assert [need.name for need in network.needs.all()] == ["a", "b"]


@pytest.mark.parametrize(
    ("need", "partner", "level"), [("none", "own", "leads"), ("own", "other", "leads"), ("own", "own", "x")]
)
def test_what_is_not_there_covers_nothing(network, lead, need, partner, level):
    rows = {"own": add_need(network, concept=None, name="Flow sensors", actor=lead).pk, "none": 999_999}
    who = {"own": network.partners.first().pk, "other": PartnerFactory().pk}
    with pytest.raises(DomainError, match="not there any more"):
        set_cover(network, need=rows[need], partner=who[partner], level=level, actor=lead)
    assert Cover.objects.filter(need__network=network).count() == 0


def test_a_click_leads_from_nothing_to_contributing_to_leading_to_nothing(client, network, lead):
    need, partner = add_need(network, concept=None, name="Flow sensors", actor=lead), network.partners.first()
    client.force_login(lead)
    page, url = (reverse(f"projects:{name}", args=[network.pk]) for name in ("coverage_edit", "cover_set"))
    for level in ("contributes", "leads", ""):
        value = f"{need.pk}:{partner.pk}:{level}"
        assert f'value="{value}"' in client.get(page).content.decode()
        assert client.post(url, {"set": value}).url == page
    assert Cover.objects.filter(partner=partner).count() == 0


def test_htmx_gets_the_matrix_alone_with_its_new_words(client, network, lead):
    need, partner = add_need(network, concept=None, name="Flow sensors", actor=lead), network.partners.first()
    client.force_login(lead)
    url = reverse("projects:cover_set", args=[network.pk])
    answer = client.post(url, {"set": f"{need.pk}:{partner.pk}:leads"}, headers={"hx-request": "true"})
    text = answer.content.decode()
    assert answer.status_code == 200 and "<html" not in text
    assert "0 of 1 covered, 1 thin" in text


@pytest.mark.parametrize("value", ["", "1", "a:b:c", f"{'9' * 30}:1:leads", "1:1"])
def test_nonsense_in_a_click_is_refused(client, network, lead, value):
    client.force_login(lead)
    assert client.post(reverse("projects:cover_set", args=[network.pk]), {"set": value}).status_code == 409


def test_an_empty_form_names_what_to_do(client, network, lead):
    client.force_login(lead)
    answer = client.post(reverse("projects:coverage_edit", args=[network.pk]), {})
    assert answer.status_code == 422
    assert "Choose a competence, or name it in your own words." in answer.content.decode()


def test_all_who_write_click_and_nobody_else(client, network):
    url = reverse("projects:coverage_edit", args=[network.pk])
    partner = network.partners.filter(role="partner").first()
    for person, status in [
        (owner_of(partner), 200),
        (HelperFactory(network=network).user, 200),
        (HelperFactory(network=network, invited=True).user, 403),
        (UserFactory(), 404),
    ]:
        client.force_login(person)
        assert client.get(url).status_code == status


def test_under_review_the_matrix_stays_and_sign_offs_fall_with_a_change(client, network, lead):
    need = add_need(network, concept=None, name="Flow sensors", actor=lead)
    signed = SignOffFactory(partner=network.partners.get(role="lead"))
    cover(network, need, network.partners.first(), "leads")
    signed.refresh_from_db()
    assert (signed.voided_by, signed.voided_by_section) == (lead, "coverage")
    Network.objects.filter(pk=network.pk).update(state=NetworkState.SUBMITTED)
    client.force_login(lead)
    assert client.get(reverse("projects:coverage_edit", args=[network.pk])).status_code == 409
    with pytest.raises(DomainError, match="cannot be changed now"):
        remove_need(need, actor=lead)
    assert Need.objects.filter(pk=need.pk).exists()


def test_the_overview_shows_the_matrix_and_a_gap_leads_to_the_partner_search(client, network, lead):
    need = NeedFactory(network=network)
    client.force_login(lead)
    text = client.get(network.get_absolute_url()).content.decode()
    assert f"/partners/?network={network.pk}&amp;competence={need.concept.code}" in text
    assert "0 of 1 covered, 1 gap" in text


def test_the_overview_of_20_partners_and_2000_cells_takes_15_queries(client, django_assert_max_num_queries):
    network = whole_network(partners=20, cells=2000)
    client.force_login(lead_of(network))
    client.get(network.get_absolute_url())
    assert BudgetLine.objects.count() == 2000
    with django_assert_max_num_queries(15):
        assert client.get(network.get_absolute_url()).status_code == 200
