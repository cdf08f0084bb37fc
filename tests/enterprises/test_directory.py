"""The directory: search, filters, paging, formats, and a fixed number of queries."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from district_portal.accounts.models import User
from enterprises.models import Organisation, OrganisationKind
from tests.factories import (
    AppointmentFactory,
    CompetenceFactory,
    DistrictFactory,
    MembershipFactory,
    MunicipalityFactory,
    OrganisationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LIST = "/en/organisations/"


def names(client: Client, **params: object) -> list[str]:
    return [row["name"] for row in client.get(LIST, {**params, "format": "json"}).json()["results"]]


def test_organisations_are_found_by_name_and_description_in_both_languages(client: Client) -> None:
    OrganisationFactory(name="Novamed", description_it="Stampaggio di tubi", description_en="Moulding of tubes")
    OrganisationFactory(name="Estense")
    for words in ["novamed", "NOVA", "tubo", "stampaggio tubi", "tube", "moulding", "novamed tubes"]:
        assert names(client, q=words) == ["Novamed"], words
    assert names(client, q="novamed estense") == []


def test_accents_do_not_matter_in_a_search(client: Client) -> None:
    OrganisationFactory(name="Qualità Sociéty", description_it="Perché no")
    for words in ["qualita", "Qualità", "society", "perche"]:
        assert names(client, q=words) == ["Qualità Sociéty"], words


@pytest.mark.parametrize("words", ["!!", "a & | b", "':*", "\\", "%", "x\0y", "(", "<->"])
def test_signs_in_a_search_do_no_harm(words: str, client: Client) -> None:
    OrganisationFactory()
    assert client.get(LIST, {"q": words}).status_code == 200


def test_organisations_are_found_by_a_competence_in_either_language(client: Client) -> None:
    firm = OrganisationFactory(name="Novamed")
    CompetenceFactory(organisation=firm, concept__name_it="Estrusione", concept__name_en="Extrusion")
    assert names(client, q="estrusione") == names(client, q="extrusion") == ["Novamed"]


def test_filters_narrow_by_kind_district_and_area(client: Client) -> None:
    biomedical, ceramics = DistrictFactory(slug="biomedical"), DistrictFactory(slug="ceramics")
    bologna = MunicipalityFactory(istat="037006", name="Bologna", province="BO", nuts="ITH55")
    OrganisationFactory(name="A", district=biomedical)
    OrganisationFactory(name="B", district=ceramics, municipality=bologna)
    OrganisationFactory(name="C", district=ceramics, kind=OrganisationKind.LABORATORY, municipality=None)
    assert names(client, kind="laboratory") == ["C"]
    assert names(client, kind=["laboratory", "enterprise"]) == ["A", "B", "C"]
    assert names(client, district="ceramics") == ["B", "C"]
    assert names(client, district=["ceramics", "biomedical"], kind="enterprise") == ["A", "B"]
    assert names(client, nuts="ITH55") == ["B"]
    assert names(client, nuts="ith5") == ["A", "B"]
    assert names(client, kind="nonsense", district="nowhere", nuts="?") == ["A", "B", "C"]


def test_each_choice_says_how_many_it_would_show_under_the_other_filters(client: Client) -> None:
    biomedical, ceramics = DistrictFactory(slug="biomedical"), DistrictFactory(slug="ceramics")
    OrganisationFactory(district=biomedical)
    OrganisationFactory(district=ceramics)
    OrganisationFactory(district=ceramics, kind=OrganisationKind.LABORATORY)
    counts = client.get(LIST, {"district": "ceramics"}).context["counts"]
    assert counts["kind"] == {"enterprise": 1, "laboratory": 1}
    assert counts["district"] == {"biomedical": 1, "ceramics": 2}
    assert counts["nuts"] == {"ITH54": 2}


def test_pages_follow_one_another_by_name_and_back(client: Client) -> None:
    for n in range(45):
        OrganisationFactory(name=f"Firm {n:02}")
    seen, cursor = [], None
    pages = []
    while True:
        page = client.get(LIST, {"cursor": cursor} if cursor else {}).context["page"]
        pages.append(page)
        seen += [row.name for row in page]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [f"Firm {n:02}" for n in range(45)]
    back = client.get(LIST, {"cursor": pages[2].previous_cursor}).context["page"]
    assert [row.name for row in back] == [f"Firm {n:02}" for n in range(20, 40)]


def test_organisations_of_equal_name_are_each_shown_once(client: Client) -> None:
    for _n in range(25):
        OrganisationFactory(name="Twin")
    first = client.get(LIST).context["page"]
    second = client.get(LIST, {"cursor": first.next_cursor}).context["page"]
    assert len({row.pk for row in [*first, *second]}) == 25


def test_an_unreadable_cursor_shows_the_first_page(client: Client) -> None:
    OrganisationFactory(name="A")
    assert [row.name for row in client.get(LIST, {"cursor": "rubbish"}).context["page"]] == ["A"]


def test_htmx_gets_the_results_alone_and_the_way_back_the_whole_page(client: Client) -> None:
    OrganisationFactory(name="Novamed")
    partial = client.get(LIST, headers={"HX-Request": "true"})
    assertContains(partial, "Novamed")
    assertNotContains(partial, "<html")
    assertContains(client.get(LIST, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}), "<html")


def test_nothing_found_says_so_and_leads_back(client: Client) -> None:
    response = client.get(LIST, {"q": "nobody"})
    assertContains(response, "No organisation matches these filters")
    assertContains(response, 'href="/en/organisations/"')


def test_json_and_csv_hold_the_same_rows_as_the_page(client: Client) -> None:
    firm = OrganisationFactory(name="Novamed", slug="novamed", website="https://novamed.example/")
    CompetenceFactory(organisation=firm, concept__name_en="Extrusion")
    answer = client.get(LIST, {"format": "json"}).json()
    assert answer["count"] == 1
    assert answer["next"] is None
    row = answer["results"][0]
    assert (row["name"], row["slug"], row["place"], row["nuts"], row["offers"], row["seeks"]) == (
        "Novamed", "novamed", "Mirandola (MO)", "ITH54", "Extrusion", None,
    )  # fmt: skip
    lines = b"".join(client.get(LIST, {"format": "csv"})).decode().splitlines()
    assert lines[0].split(",") == list(row)
    assert lines[1].startswith("Novamed,novamed,enterprise,Mirandola (MO),ITH54,")


def _fill(n: int) -> None:
    district = DistrictFactory()
    for _n in range(n):
        firm = OrganisationFactory(district=district)
        CompetenceFactory(organisation=firm)
        CompetenceFactory(organisation=firm, direction="seeks")


@pytest.mark.parametrize("reader", ["visitor", "member", "facilitator"])
@pytest.mark.parametrize("params", ["", "?q=organisation", "?format=json", "?format=csv"])
def test_one_row_and_thirty_take_the_same_number_of_queries(
    reader: str, params: str, client: Client, django_assert_num_queries, django_assert_max_num_queries
) -> None:
    if reader == "member":
        client.force_login(MembershipFactory().user)
    elif reader == "facilitator":
        client.force_login(AppointmentFactory().user)

    def load() -> None:
        response = client.get(LIST + params)
        assert response.status_code == 200
        if response.streaming:
            b"".join(response)

    _fill(1)
    with django_assert_max_num_queries(15) as one:
        load()
    _fill(29)
    with django_assert_num_queries(len(one)):
        load()


def test_visible_to_holds_no_organisation_twice() -> None:
    firm = OrganisationFactory()
    people = [UserFactory(), UserFactory()]
    for person in people:
        MembershipFactory(organisation=firm, user=person)
    readers: list[User | AnonymousUser] = [AnonymousUser(), *people]
    for reader in readers:
        assert list(Organisation.objects.visible_to(reader)) == [firm]
