"""Public pages of funded projects."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from tests.factories import DistrictFactory, OrganisationFactory
from tests.factories.funding import AwardFactory, PaymentFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def acronyms(client, **filters) -> list[str]:
    return [project.acronym for project in client.get(reverse("projects:project_list"), filters).context["page"]]


@pytest.fixture
def icl():
    """A project of which only what was published is known."""
    project = ProjectFactory(
        acronym="ICL",
        title="Integrated Compounding Lab",
        aim_it="Una piattaforma tecnologica integrata.",
        aim_en="An integrated technology platform.",
        starts_on=None,
        source_it="relazione",
        source_en="the programme's final report",
    )
    for name in ["B. Braun Avitum Italy", "Lean"]:
        organisation = OrganisationFactory(name=name, municipality=None)
        AwardFactory(project=project, organisation=organisation, cost=None, grant=None, size="", awarded_on=None)
    return project


def test_a_project_with_only_published_facts_shows_no_empty_columns_and_no_zero(client, icl):
    content = client.get(icl.get_absolute_url()).content.decode()
    for words in [
        "Integrated Compounding Lab",
        "An integrated technology platform.",
        "B. Braun Avitum Italy",
        "Cost, grant and dates were not published.",
        "the programme&#x27;s final report",
    ]:
        assert words in content
    assert "€" not in content
    assert "Size at the award" not in content
    assert "illustrative" not in content.partition("<footer")[0]


def test_a_project_shows_what_is_known_and_says_what_is_not(client):
    award = AwardFactory(cost=Decimal(200_000), grant=None, project__illustrative=True)
    AwardFactory(project=award.project, cost=None, grant=Decimal(50_000))
    PaymentFactory(award=award, amount=Decimal(1))
    content = client.get(award.project.get_absolute_url()).content.decode().replace("\u00a0", " ")
    assert "€ 200,000" in content
    assert "not known" in content
    assert "illustrative" in content.partition("<footer")[0]


def test_the_aim_falls_back_to_the_other_language_and_says_which(client, icl):
    icl.aim_en = ""
    icl.save()
    assert '<span lang="it">Una piattaforma' in client.get(icl.get_absolute_url()).content.decode()


def test_a_project_that_is_not_there(client):
    assert client.get(reverse("projects:project_detail", args=["nowhere"])).status_code == 404


def test_projects_are_found_by_acronym_title_and_partner(client, icl):
    ProjectFactory(acronym="FARE", title="Filtration and Adsorption")
    assert acronyms(client, q="icl") == ["ICL"]
    assert acronyms(client, q="adsorption") == ["FARE"]
    assert acronyms(client, q="braun") == ["ICL"]
    assert acronyms(client, q="nobody") == []


def test_projects_are_filtered_by_call_and_district(client, icl):
    other = ProjectFactory(acronym="OTHER")
    assert acronyms(client) == ["ICL", "OTHER"]
    assert acronyms(client, call=other.call.slug) == ["OTHER"]
    assert acronyms(client, district=icl.district.slug) == ["ICL"]
    assert acronyms(client, district=[icl.district.slug, other.district.slug]) == ["ICL", "OTHER"]
    assert acronyms(client, call=icl.call.slug, district=other.district.slug) == []
    assert acronyms(client, district="unknown") == ["ICL", "OTHER"]


def test_only_what_has_projects_is_offered_as_a_filter(client, icl):
    DistrictFactory(name_en="Empty district")
    assert "Empty district" not in client.get(reverse("projects:project_list")).content.decode()


def test_htmx_gets_the_results_alone(client, icl):
    content = client.get(reverse("projects:project_list"), headers={"HX-Request": "true"}).content.decode()
    assert "ICL" in content
    assert "<html" not in content


def test_the_list_pages_and_asks_as_many_queries_for_30_projects_as_for_1(client, icl):
    url, counts = reverse("projects:project_list"), []
    for new in (30, 0):
        with CaptureQueriesContext(connection) as captured:
            page = client.get(url).context["page"]
        counts.append(len(captured))
        for number in range(new):
            AwardFactory(project__acronym=f"P{number:02}", project__call=icl.call, project__district=icl.district)
    assert counts[0] == counts[1] <= 12
    assert (len(page), page.previous_cursor) == (20, None)
    following = client.get(url, {"cursor": page.next_cursor}).context["page"]
    assert [project.acronym for project in following][-1] == "P29"


def test_the_page_of_a_project_asks_as_many_queries_for_20_partners_as_for_2(client, icl):
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.get(icl.get_absolute_url())
        counts.append(len(captured))
        for _ in range(18):
            AwardFactory(project=icl)
    assert counts[0] == counts[1]
