"""The facilitator's list of the interested: narrowed, put in order, taken as a file, and what they lack."""

import pytest
from django.test import Client
from django.utils import timezone

from calls.models import Call, Visibility
from calls.panels.interests import missing, told
from enterprises.models import OrganisationKind
from tests.factories import (
    AppointmentFactory,
    CompetenceFactory,
    ConceptFactory,
    OrganisationFactory,
    SizeDeclarationFactory,
    UserFactory,
)
from tests.factories.calls import CallFactory, InterestFactory
from tests.factories.projects import NetworkFactory, PartnerFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/en/calls/reti/interests/"


@pytest.fixture
def call() -> Call:
    return CallFactory(slug="reti", facilitator=UserFactory())


@pytest.fixture
def facilitator(client: Client, call: Call) -> Client:
    client.force_login(call.facilitator)
    return client


def names(client: Client, query: str, address: str = ADDRESS) -> list[str]:
    return [row["organisation"] for row in client.get(f"{address}?{query}&format=json").json()["results"]]


@pytest.fixture
def world(call: Call) -> None:
    """A small firm that leads a network, a laboratory that offers tests and is in it, a firm that seeks them."""
    small, lab, seeker = (
        OrganisationFactory(name="Alfa"),
        OrganisationFactory(name="Beta", kind=OrganisationKind.LABORATORY),
        OrganisationFactory(name="Gamma"),
    )
    SizeDeclarationFactory(organisation=small, year=2023, size="large")
    SizeDeclarationFactory(organisation=small, year=2025, size="small")
    SizeDeclarationFactory(organisation=seeker, year=2025, size="large")
    tests = ConceptFactory(code="tests", name_en="Biocompatibility", name_it="Biocompatibilità")
    days = {"Alfa": 3, "Beta": 2, "Gamma": 1}
    for firm in (small, lab, seeker):
        interest = InterestFactory(
            call=call, organisation=firm, registered_at=timezone.now() - timezone.timedelta(days[firm.name])
        )
        if firm == lab:
            interest.offered.add(tests)
        if firm == seeker:
            interest.sought.add(tests)
            interest.wants_to_lead, interest.note, interest.visibility = True, "Seen at the fair", Visibility.PUBLIC
            interest.save()
    network = NetworkFactory(call=call, lead=small)
    PartnerFactory(network=network, organisation=lab)
    PartnerFactory(network=network, organisation=seeker, invited=True)
    PartnerFactory(network=NetworkFactory(), organisation=seeker)


NARROWED = {
    "": ["Gamma", "Beta", "Alfa"],
    "ordering=name": ["Alfa", "Beta", "Gamma"],
    "ordering=kind": ["Alfa", "Gamma", "Beta"],
    "ordering=nonsense": ["Gamma", "Beta", "Alfa"],
    "kind=laboratory": ["Beta"],
    "kind=laboratory&kind=enterprise": ["Gamma", "Beta", "Alfa"],
    "size=small": ["Alfa"],
    "size=large": ["Gamma"],
    "offers=tests": ["Beta"],
    "seeks=tests": ["Gamma"],
    "lead=on": ["Gamma"],
    "free=on": ["Gamma"],
    "visibility=public": ["Gamma"],
    "q=fair": ["Gamma"],
    "q=biocompat": ["Gamma", "Beta"],
    "q=Alf": ["Alfa"],
    "q=nothing": [],
    "kind=nonsense&size=x&offers=%00": ["Gamma", "Beta", "Alfa"],
}


def test_the_list_is_narrowed_and_put_in_order(facilitator: Client, world: None) -> None:
    assert {query: names(facilitator, query) for query in NARROWED} == NARROWED


def test_the_page_shows_the_same_rows_as_the_file(facilitator: Client, world: None) -> None:
    for query in ("q=biocompat", "size=small&kind=enterprise", "q=nothing"):
        page = facilitator.get(f"{ADDRESS}?{query}")
        assert [row[0].name for row in page.context["rows"]] == NARROWED.get(query, names(facilitator, query))


def test_each_filter_in_use_can_be_taken_away(facilitator: Client, world: None) -> None:
    pills = facilitator.get(f"{ADDRESS}?q=x&kind=enterprise&offers=tests&free=on").context["pills"]
    assert [(pill.label, pill.url) for pill in pills] == [
        ("“x”", "?kind=enterprise&offers=tests&free=on"),
        ("Kind: Enterprise", "?q=x&offers=tests&free=on"),
        ("Offers: Biocompatibility", "?q=x&kind=enterprise&free=on"),
        ("Not in a network yet", "?q=x&kind=enterprise&offers=tests"),
    ]


def test_the_file_holds_what_the_facilitator_sees(facilitator: Client, world: None) -> None:
    header, *lines = facilitator.get(f"{ADDRESS}?ordering=name&format=csv").getvalue().decode().splitlines()
    assert header.split(",")[-4:] == ["in_network", "visibility", "note", "registered_at"]
    assert [line.split(",")[:5] for line in lines] == [
        ["Alfa", "Enterprise", "Small", "Mirandola (MO)", ""],
        ["Beta", "Research laboratory", "", "Mirandola (MO)", "Biocompatibility"],
        ["Gamma", "Enterprise", "Large", "Mirandola (MO)", ""],
    ]
    assert [line.split(",")[10:13] for line in lines] == [
        ["true", "facilitator", ""],
        ["true", "facilitator", ""],
        ["false", "public", "Seen at the fair"],
    ]


def test_facilitators_of_other_districts_see_nobody(client: Client, world: None) -> None:
    client.force_login(AppointmentFactory(district__region__nuts="ITC4", district__region__slug="other").user)
    assert client.get(ADDRESS).status_code == 403


def test_what_one_side_alone_tells_is_missing(call: Call) -> None:
    sought, offered, both = (ConceptFactory(name_en=name) for name in ("Sterilisation", "Moulding", "Sensors"))
    first, second = InterestFactory(call=call), InterestFactory(call=call)
    gone = InterestFactory(call=call, withdrawn_at=timezone.now())
    InterestFactory().offered.add(sought)
    gone.offered.add(sought)
    first.sought.add(sought, both)
    second.sought.add(sought)
    second.offered.add(both, offered)
    CompetenceFactory(concept=sought)
    CompetenceFactory(concept=sought, level=0)
    CompetenceFactory(concept=sought, organisation__listed=False)
    CompetenceFactory(concept=sought, direction="seeks")
    found = missing(told(call, call.facilitator), call.facilitator)
    assert [(row.concept.pk, row.concept.number, row.directory) for row in found["sought"]] == [(sought.pk, 2, 1)]
    assert [(row.concept.pk, row.concept.number) for row in found["offered"]] == [(offered.pk, 1)]


def test_what_is_missing_stands_on_the_page_with_a_way_to_who_has_it(facilitator: Client, call: Call) -> None:
    concept = ConceptFactory(name_en="Sterilisation")
    InterestFactory(call=call).sought.add(concept)
    CompetenceFactory(concept=concept)
    page = facilitator.get(ADDRESS).content.decode()
    assert "1 organisation of the directory offers it" in page
    assert 'href="/en/organisations/?q=Sterilisation"' in page
    assert len(facilitator.get("/en/organisations/?q=Sterilisation&format=json").json()["results"]) == 1


@pytest.mark.parametrize("address", [ADDRESS, "/en/calls/reti/interested/"])
def test_lists_take_the_same_number_of_queries_for_1_and_30_rows(
    facilitator: Client, call: Call, address: str, django_assert_max_num_queries
) -> None:
    counted = []
    for number in (1, 29):
        for interest in InterestFactory.create_batch(number, call=call, visibility=Visibility.PUBLIC):
            interest.offered.add(CompetenceFactory(organisation=interest.organisation).concept)
            interest.sought.add(ConceptFactory())
        with django_assert_max_num_queries(13) as queries:
            page = facilitator.get(address)
        assert len(page.context["rows"]) == min(number, 20)
        counted.append(len(queries))
    # What is missing names its concepts as soon as there are some: the first page has them too.
    assert counted[0] == counted[1]


def test_pages_follow_each_other(facilitator: Client, call: Call) -> None:
    InterestFactory.create_batch(25, call=call, visibility=Visibility.PUBLIC)
    for address in (ADDRESS, "/en/calls/reti/interested/"):
        first = facilitator.get(address).context["page"]
        second = facilitator.get(f"{address}?cursor={first.next_cursor}").context["page"]
        assert (len(first), len(second), second.next_cursor) == (20, 5, None)
        assert not {row.pk for row in first} & {row.pk for row in second}


def test_an_empty_list_shows_a_way_on(facilitator: Client, call: Call) -> None:
    page = facilitator.get(ADDRESS).content.decode()
    assert "Nobody has registered interest yet" in page
    assert "No organisation matches these filters" in facilitator.get(f"{ADDRESS}?q=x").content.decode()
    assert "Nobody shows their name to you here" in facilitator.get("/en/calls/reti/interested/").content.decode()


def test_the_public_list_is_narrowed_by_what_it_shows(client: Client, call: Call, world: None) -> None:
    address = "/en/calls/reti/interested/"
    assert names(client, "", address) == ["Gamma"]
    assert names(client, "kind=laboratory", address) == []
    assert names(client, "lead=on", address) == ["Gamma"]
    # Filters of the facilitator narrow nothing here.
    assert names(client, "q=nothing&size=small&free=on", address) == ["Gamma"]
