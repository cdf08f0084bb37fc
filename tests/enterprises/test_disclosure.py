"""Who reads a competence together with the organisation's name: the table of docs/disclosure.md, row by row."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone

from district_portal.accounts.models import Role, User
from enterprises.models import Competence, MembershipRole, Organisation
from tests.factories import (
    AppointmentFactory,
    CompetenceFactory,
    DistrictFactory,
    MembershipFactory,
    OrganisationFactory,
    RegionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm() -> Organisation:
    """An organisation with one offer at each level."""
    firm = OrganisationFactory(name="Novamed", slug="novamed")
    for level in Competence.Level.values:
        name = f"Level {level} craft"
        CompetenceFactory(organisation=firm, level=level, concept__name_it=name, concept__name_en=name)
    return firm


def _member(organisation: Organisation, role: str = MembershipRole.OWNER) -> User:
    return MembershipFactory(organisation=organisation, role=role).user


def _reader(who: str, firm: Organisation) -> User | AnonymousUser:
    elsewhere = DistrictFactory(region=RegionFactory(nuts="ITC4"))
    match who:
        case "visitor":
            return AnonymousUser()
        case "person without role":
            return UserFactory()
        case "owner" | "editor" | "viewer":
            return _member(firm, who)
        case "former member":
            yesterday = timezone.localdate() - timedelta(days=1)
            return MembershipFactory(organisation=firm, valid_to=yesterday).user
        case "neighbour" | "neighbour who only views":
            role = MembershipRole.VIEWER if "views" in who else MembershipRole.OWNER
            return _member(OrganisationFactory(district=firm.district), role)
        case "stranger of another district":
            return _member(OrganisationFactory())
        case "member of an organisation without district":
            return _member(OrganisationFactory(district=None))
        case "facilitator":
            return AppointmentFactory(district=firm.district).user
        case "facilitator of the whole region":
            return AppointmentFactory(district=None, region=firm.district.region).user
        case "facilitator of another district":
            return AppointmentFactory(district=elsewhere).user
        case "former facilitator":
            yesterday = timezone.localdate() - timedelta(days=1)
            return AppointmentFactory(district=firm.district, valid_from=yesterday, valid_to=yesterday).user
        case "regional staff":
            return AppointmentFactory(district=None, region=firm.district.region, role=Role.REGIONAL_STAFF).user
        case "regional staff of another region":
            return AppointmentFactory(district=None, region=elsewhere.region, role=Role.REGIONAL_STAFF).user
        case "evaluator":
            return AppointmentFactory(district=None, region=firm.district.region, role=Role.EVALUATOR).user
        case "organiser":
            return AppointmentFactory(district=firm.district, role=Role.ORGANISER).user
        case "administrator":
            return UserFactory(is_staff=True)
    raise ValueError(who)


WHO_READS_WHAT = [
    ("visitor", {1}),
    ("person without role", {1}),
    ("owner", {0, 1, 2, 3, 4}),
    ("editor", {0, 1, 2, 3, 4}),
    ("viewer", {0, 1, 2, 3, 4}),
    ("former member", {1}),
    ("neighbour", {1, 2}),
    ("neighbour who only views", {1, 2}),
    ("stranger of another district", {1}),
    ("member of an organisation without district", {1}),
    ("facilitator", {1, 2}),
    ("facilitator of the whole region", {1, 2}),
    ("facilitator of another district", {1}),
    ("former facilitator", {1}),
    ("regional staff", {1, 2}),
    ("regional staff of another region", {1}),
    ("evaluator", {1}),
    ("organiser", {1}),
    ("administrator", {1, 2}),
]


@pytest.mark.parametrize(("who", "levels"), WHO_READS_WHAT)
def test_each_reader_reads_the_levels_of_the_table(who: str, levels: set[int], firm: Organisation) -> None:
    readable = Competence.objects.visible_to(_reader(who, firm)).filter(organisation=firm)
    assert set(readable.values_list("level", flat=True)) == levels


@pytest.mark.parametrize(("who", "levels"), WHO_READS_WHAT)
@pytest.mark.parametrize(
    "address",
    [
        "/en/organisations/novamed/",
        "/en/organisations/",
        "/en/organisations/?format=json",
        "/en/organisations/?format=csv",
    ],
)
def test_no_page_shows_more_than_the_table(
    who: str, levels: set[int], address: str, firm: Organisation, client: Client
) -> None:
    reader = _reader(who, firm)
    if isinstance(reader, User):
        client.force_login(reader)
    response = client.get(address)
    text = (b"".join(response) if response.streaming else response.content).decode()
    assert {level for level in range(5) if f"Level {level} craft" in text} == levels


@pytest.mark.parametrize(("who", "levels"), WHO_READS_WHAT)
def test_the_search_finds_nobody_by_what_the_reader_may_not_read(
    who: str, levels: set[int], firm: Organisation, client: Client
) -> None:
    reader = _reader(who, firm)
    if isinstance(reader, User):
        client.force_login(reader)
    found = {
        level
        for level in range(5)
        if client.get("/en/organisations/", {"q": f"level {level} craft", "format": "json"}).json()["count"]
    }
    assert found == levels


def test_an_unlisted_organisation_shows_even_its_public_competences_to_few(firm: Organisation) -> None:
    Organisation.objects.filter(pk=firm.pk).update(listed=False)

    def levels(who: str) -> set[int]:
        return set(Competence.objects.visible_to(_reader(who, firm)).values_list("level", flat=True))

    assert levels("visitor") == set()
    assert levels("neighbour") == set()
    assert levels("facilitator") == {1, 2}
    assert levels("regional staff") == {1, 2}
    assert levels("administrator") == {1, 2}
    assert levels("viewer") == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("visitor", False),
        ("neighbour", False),
        ("stranger of another district", False),
        ("facilitator of another district", False),
        ("organiser", False),
        ("former member", False),
        ("viewer", True),
        ("facilitator", True),
        ("regional staff", True),
        ("administrator", True),
    ],
)
def test_an_unlisted_organisation_is_found_by_those_who_look_after_it(
    who: str, found: bool, firm: Organisation, client: Client
) -> None:
    Organisation.objects.filter(pk=firm.pk).update(listed=False)
    reader = _reader(who, firm)
    if isinstance(reader, User):
        client.force_login(reader)
    assert client.get("/en/organisations/novamed/").status_code == (200 if found else 404)
    assert client.get("/en/organisations/?q=novamed&format=json").json()["count"] == int(found)
