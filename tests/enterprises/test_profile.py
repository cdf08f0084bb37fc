"""Adding an organisation, changing its profile, what it offers and seeks."""

from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from district_portal.shared.errors import DomainError
from enterprises.models import Competence, Membership, MembershipRole, Organisation
from enterprises.operations import create_organisation
from tests.factories import (
    AtecoFactory,
    CompetenceFactory,
    ConceptFactory,
    DistrictFactory,
    MembershipFactory,
    MunicipalityFactory,
    OrganisationFactory,
    SizeDeclarationFactory,
    UserFactory,
)
from tests.factories.enterprises import vat_number

pytestmark = pytest.mark.django_db

NEW = "/en/organisations/new/"


def typed(**changes: Any) -> dict[str, Any]:
    return {"name": "Bioma Società srl", "kind": "enterprise", "vat_number": vat_number(9_000_001), **changes}


@pytest.fixture
def firm() -> Organisation:
    return OrganisationFactory(name="Novamed", slug="novamed")


def sign_in(client: Client, firm: Organisation, role: str = MembershipRole.OWNER) -> None:
    client.force_login(MembershipFactory(organisation=firm, role=role).user)


def test_who_adds_an_organisation_becomes_its_owner(client: Client) -> None:
    person = UserFactory()
    client.force_login(person)
    AtecoFactory(), MunicipalityFactory()
    district = DistrictFactory()
    data = typed(
        ateco="32.50",
        municipality="Mirandola",
        district=district.pk,
        website="bioma.example",
        size="small",
        size_year="2025",
    )
    response = client.post(NEW, data)
    assertRedirects(response, "/en/organisations/bioma-societa-srl/competences/")
    firm = Organisation.objects.get(slug="bioma-societa-srl")
    assert (firm.vat_number, firm.ateco.code, str(firm.municipality), firm.district, firm.website, firm.listed) == (
        vat_number(9_000_001), "32.50", "Mirandola (MO)", district, "https://bioma.example", False,
    )  # fmt: skip
    declared = firm.size_declarations.get()
    assert (declared.year, declared.size, declared.declared_by) == (2025, "small", person)
    membership = Membership.objects.get(organisation=firm)
    assert (membership.user, membership.role) == (person, MembershipRole.OWNER)


def test_a_vat_number_in_use_leads_to_the_owner_of_its_organisation(client: Client, firm: Organisation) -> None:
    client.force_login(UserFactory())
    response = client.post(NEW, typed(vat_number=firm.vat_number.removeprefix("IT")))
    assert response.status_code == 422
    assertContains(response, "Ask its owner to invite you", status_code=422)
    assertContains(response, 'value="Bioma Società srl"', status_code=422)
    assert Organisation.objects.count() == 1


def test_a_vat_number_taken_in_the_same_moment_is_refused_by_the_database(firm: Organisation) -> None:
    twin = Organisation(name="Twin", vat_number=firm.vat_number)
    with pytest.raises(DomainError):
        create_organisation(twin, actor=UserFactory())
    assert not Membership.objects.exists()


def test_two_organisations_without_vat_number_are_two(client: Client) -> None:
    client.force_login(UserFactory())
    for _n in range(2):
        assert client.post(NEW, {"name": "Lab", "kind": "laboratory", "vat_number": ""}).status_code == 302
    assert list(Organisation.objects.order_by("pk").values_list("slug", "vat_number")) == [
        ("lab", None),
        ("lab-2", None),
    ]


def test_an_enterprise_needs_a_vat_number(client: Client) -> None:
    client.force_login(UserFactory())
    response = client.post(NEW, typed(vat_number=""))
    assertContains(response, "Enter the VAT number of the enterprise", status_code=422)


def test_a_vat_number_that_nobody_knew_may_stay_unknown_and_a_known_one_stays(
    client: Client, firm: Organisation
) -> None:
    sign_in(client, firm)
    assert client.post("/en/organisations/novamed/edit/", typed(vat_number="")).status_code == 422
    Organisation.objects.filter(pk=firm.pk).update(vat_number=None)
    assert client.post("/en/organisations/novamed/edit/", typed(vat_number="")).status_code == 302


@pytest.mark.parametrize("name", ["New", "Invitations", "!!!"])
def test_no_organisation_takes_the_address_of_a_page(name: str, client: Client) -> None:
    client.force_login(UserFactory())
    client.post(NEW, typed(name=name))
    slug = Organisation.objects.get().slug
    assert client.get(f"/en/organisations/{slug}/").context["organisation"].slug == slug


def test_visitors_are_led_to_sign_in_before_they_add_an_organisation(client: Client) -> None:
    assert client.get(NEW)["Location"] == f"/en/accounts/login/?next={NEW}"


def test_owners_and_editors_change_the_profile_and_viewers_do_not(firm: Organisation) -> None:
    for role, status in [("owner", 302), ("editor", 302), ("viewer", 403)]:
        client = Client()
        sign_in(client, firm, role)
        data = typed(name=f"By {role}", vat_number=firm.vat_number)
        assert client.post("/en/organisations/novamed/edit/", data).status_code == status
        assert client.get("/en/organisations/novamed/edit/").status_code == (200 if status == 302 else 403)
    firm.refresh_from_db()
    assert (firm.name, firm.slug) == ("By editor", "novamed")


def test_strangers_do_not_change_the_profile(client: Client, firm: Organisation) -> None:
    sign_in(client, OrganisationFactory())
    assert client.post("/en/organisations/novamed/edit/", typed()).status_code == 403


def test_the_form_shows_what_is_known(client: Client, firm: Organisation) -> None:
    Organisation.objects.filter(pk=firm.pk).update(ateco=AtecoFactory())
    SizeDeclarationFactory(organisation=firm, year=2023, size="micro")
    sign_in(client, firm)
    response = client.get("/en/organisations/novamed/edit/")
    assertContains(response, 'value="Mirandola (MO)"')
    assertContains(response, 'value="32.50 Fabbricazione di strumenti e forniture mediche e dentistiche"')
    assertContains(response, '<option value="micro" selected>')
    assertContains(response, 'value="2023"')


def test_what_the_form_shows_can_be_saved_again_without_a_change(client: Client, firm: Organisation) -> None:
    Organisation.objects.filter(pk=firm.pk).update(ateco=AtecoFactory())
    sign_in(client, firm)
    form = client.get("/en/organisations/novamed/edit/").context["form"]
    data = {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    assert client.post("/en/organisations/novamed/edit/", data).status_code == 302
    again = Organisation.objects.get(pk=firm.pk)
    assert (again.ateco.code, again.municipality, again.district) == ("32.50", firm.municipality, firm.district)


def test_a_size_is_declared_for_a_year_and_earlier_ones_are_kept(client: Client, firm: Organisation) -> None:
    SizeDeclarationFactory(organisation=firm, year=2023, size="micro")
    sign_in(client, firm)
    data = typed(vat_number=firm.vat_number)
    client.post("/en/organisations/novamed/edit/", {**data, "size": "small", "size_year": "2025"})
    client.post("/en/organisations/novamed/edit/", {**data, "size": "medium", "size_year": "2025"})
    assert list(firm.size_declarations.values_list("year", "size")) == [(2025, "medium"), (2023, "micro")]
    response = client.get("/en/organisations/novamed/")
    assertContains(response, "declared for 2025")


@pytest.mark.parametrize("year", ["", "1900", "2999", "abc"])
def test_a_size_without_a_possible_year_is_refused(year: str, client: Client, firm: Organisation) -> None:
    sign_in(client, firm)
    data = typed(vat_number=firm.vat_number, size="small", size_year=year)
    assert client.post("/en/organisations/novamed/edit/", data).status_code == 422
    assert not firm.size_declarations.exists()


def test_who_controls_an_enterprise_is_said_in_its_profile_and_shown_to_members_alone(
    client: Client, firm: Organisation
) -> None:
    sign_in(client, firm)
    client.post(
        "/en/organisations/novamed/edit/", typed(vat_number=firm.vat_number, group=" Gruppo Canarino ", listed="on")
    )
    firm.refresh_from_db()
    assert firm.group == "Gruppo Canarino"
    assertContains(client.get("/en/organisations/novamed/"), "Gruppo Canarino")
    assertContains(client.get("/en/organisations/novamed/edit/"), 'value="Gruppo Canarino"')
    assertNotContains(Client().get(firm.get_absolute_url()), "Canarino")


def test_a_refused_form_does_not_rename_the_page(client: Client, firm: Organisation) -> None:
    sign_in(client, firm)
    response = client.post("/en/organisations/novamed/edit/", typed(name="Other", vat_number="DE1"))
    assertContains(response, "Edit the profile of Novamed", status_code=422)


def test_the_profile_is_shown_in_the_language_of_the_page_or_marked(client: Client) -> None:
    OrganisationFactory(slug="both", description_it="Facciamo tubi", description_en="We make tubes")
    OrganisationFactory(slug="italian", description_it="Facciamo tubi")
    assertContains(client.get("/en/organisations/both/"), "We make tubes")
    assertContains(client.get("/it/organisations/both/"), "Facciamo tubi")
    assertContains(client.get("/en/organisations/italian/"), 'lang="it"><p>Facciamo tubi')


def test_made_up_organisations_are_marked(client: Client) -> None:
    OrganisationFactory(slug="made", illustrative=True)
    OrganisationFactory(slug="real")
    assertContains(client.get("/en/organisations/made/"), "dn-tag--made")
    assertNotContains(client.get("/en/organisations/real/"), "dn-tag--made")


def test_own_members_see_their_links_and_levels_and_others_do_not(client: Client, firm: Organisation) -> None:
    CompetenceFactory(organisation=firm, level=Competence.Level.PUBLIC)
    public = client.get("/en/organisations/novamed/")
    assertNotContains(public, "What each level means")
    assertNotContains(public, firm.vat_number)
    sign_in(client, firm, MembershipRole.VIEWER)
    response = client.get("/en/organisations/novamed/")
    assertContains(response, "What each level means")
    assertContains(response, "(Public, with our name)")
    assertContains(response, firm.vat_number)
    assertNotContains(response, "/novamed/edit/")


def test_options_are_offered_while_one_types(client: Client) -> None:
    AtecoFactory(), MunicipalityFactory()
    client.force_login(UserFactory())
    assertContains(client.get("/en/organisations/municipalities/?municipality=mir"), "Mirandola (MO)")
    assertContains(client.get("/en/organisations/activities/?ateco=32.5"), "32.50 Fabbricazione")
    assertContains(client.get("/en/organisations/activities/?ateco=forniture"), "32.50 Fabbricazione")
    assert client.get("/en/organisations/activities/").content.strip() == b""


# --- Competences


def add(client: Client, **data: Any):
    return client.post("/en/organisations/novamed/competences/add/", data)


def test_an_offer_reaches_the_district_and_a_need_stays_anonymous_unless_chosen(
    client: Client, firm: Organisation
) -> None:
    sign_in(client, firm, MembershipRole.EDITOR)
    ConceptFactory(name_en="Extrusion")
    add(client, direction="offers", concept="Extrusion")
    add(client, direction="seeks", concept="extrusion")
    assert set(firm.competences.values_list("direction", "level")) == {("offers", 2), ("seeks", 0)}


def test_the_page_has_these_levels_chosen(client: Client, firm: Organisation) -> None:
    sign_in(client, firm)
    sections = client.get("/en/organisations/novamed/competences/").context["sections"]
    assert [section["form"]["level"].value() for section in sections] == [2, 0]


def test_adding_a_competence_again_changes_its_level(client: Client, firm: Organisation) -> None:
    sign_in(client, firm)
    ConceptFactory(name_en="Extrusion")
    add(client, direction="offers", concept="Extrusion", level="1")
    add(client, direction="offers", concept="Extrusion", level="4", note="PVC")
    assert list(firm.competences.values_list("level", "note")) == [(4, "PVC")]


def test_the_change_link_fills_the_form_of_its_own_direction(client: Client, firm: Organisation) -> None:
    sign_in(client, firm)
    competence = CompetenceFactory(organisation=firm, direction="seeks", level=3, concept__name_en="Extrusion")
    page = f"/en/organisations/novamed/competences/?change={competence.pk}"
    offers, seeks = (section["form"] for section in client.get(page).context["sections"])
    assert (seeks["concept"].value(), seeks["level"].value()) == ("Extrusion", 3)
    assert offers["concept"].value() is None


@pytest.mark.parametrize("data", [{}, {"direction": "sideways"}, {"concept": "Nothing"}, {"level": "9"}])
def test_a_refused_competence_keeps_what_was_typed(data: dict, client: Client, firm: Organisation) -> None:
    sign_in(client, firm)
    response = add(client, **{"direction": "seeks", "concept": "", "note": "my note", **data})
    assert response.status_code == 422
    assertContains(response, 'value="my note"', status_code=422)
    assert not firm.competences.exists()


def test_a_competence_is_removed(client: Client, firm: Organisation) -> None:
    sign_in(client, firm)
    competence = CompetenceFactory(organisation=firm)
    client.post(f"/en/organisations/novamed/competences/{competence.pk}/remove/")
    assert not firm.competences.exists()


def test_viewers_and_strangers_change_no_competence(firm: Organisation) -> None:
    public = CompetenceFactory(organisation=firm)
    hidden = CompetenceFactory(organisation=firm, level=Competence.Level.CONSENT)
    viewer, stranger = Client(), Client()
    sign_in(viewer, firm, MembershipRole.VIEWER)
    sign_in(stranger, OrganisationFactory())
    for client, statuses in [(viewer, [200, 403, 403, 403]), (stranger, [403, 403, 403, 404])]:
        assert [
            client.get("/en/organisations/novamed/competences/").status_code,
            add(client, direction="offers", concept="x").status_code,
            client.post(f"/en/organisations/novamed/competences/{public.pk}/remove/").status_code,
            client.post(f"/en/organisations/novamed/competences/{hidden.pk}/remove/").status_code,
        ] == statuses
    assert firm.competences.count() == 2
