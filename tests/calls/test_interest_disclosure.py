"""Who reads that an organisation is interested, and what it told: the table of docs/disclosure.md, row by row."""

import csv
import io

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone

from calls.models import Call, Interest, Visibility
from district_portal.accounts.models import Role, User
from enterprises.models import Competence, MembershipRole, Organisation
from tests.factories import (
    AppointmentFactory,
    CompetenceFactory,
    ConceptFactory,
    DistrictFactory,
    MembershipFactory,
    OrganisationFactory,
    RegionFactory,
    UserFactory,
)
from tests.factories.calls import CallFactory, InterestFactory
from tests.factories.projects import NetworkFactory

pytestmark = pytest.mark.django_db
LEVELS = list(Competence.Level)


@pytest.fixture
def call() -> Call:
    return CallFactory(slug="reti", districts=[DistrictFactory(), DistrictFactory()], facilitator=UserFactory())


@pytest.fixture
def firm(call: Call) -> Organisation:
    """Of one of the call's districts, with one offer and one need at each level."""
    firm = OrganisationFactory(name="Novamed", slug="novamed", district=call.districts.first())
    for level in LEVELS:
        for direction in Competence.Direction:
            name = f"{direction} {level.name.lower()}"
            CompetenceFactory(
                organisation=firm, level=level, direction=direction, concept=ConceptFactory(name_it=name, name_en=name)
            )
    return firm


def _interest(call: Call, firm: Organisation, visibility: str, **fields: object) -> Interest:
    """With all that the organisation has."""
    interest = InterestFactory(
        call=call,
        organisation=firm,
        visibility=visibility,
        offers="Own words",
        note="Note to the facilitator",
        **fields,
    )
    interest.offered.set(firm.competences.offers().values_list("concept", flat=True))
    interest.sought.set(firm.competences.seeks().values_list("concept", flat=True))
    return interest


def _reader(who: str, call: Call, firm: Organisation) -> User | AnonymousUser:
    match who:
        case "visitor":
            return AnonymousUser()
        case "person without role":
            return UserFactory()
        case "owner" | "viewer":
            return MembershipFactory(organisation=firm, role=who).user
        case "former member":
            yesterday = timezone.localdate() - timezone.timedelta(days=1)
            return MembershipFactory(organisation=firm, valid_to=yesterday).user
        case "neighbour":
            neighbour = OrganisationFactory(district=firm.district)
            return MembershipFactory(organisation=neighbour, role=MembershipRole.VIEWER).user
        case "member of the call's other district":
            return MembershipFactory(organisation__district=call.districts.last()).user
        case "stranger of another district":
            return MembershipFactory().user
        case "member of an organisation without district":
            return MembershipFactory(organisation__district=None).user
        case "facilitator named in the call":
            return call.facilitator
        case "facilitator of a district of the call":
            return AppointmentFactory(district=call.districts.last()).user
        case "facilitator of another district":
            return AppointmentFactory(district=DistrictFactory(region=RegionFactory(nuts="ITC4"))).user
        case "regional staff":
            return AppointmentFactory(district=None, region=firm.district.region, role=Role.REGIONAL_STAFF).user
        case "evaluator":
            return AppointmentFactory(district=None, region=firm.district.region, role=Role.EVALUATOR).user
        case "organiser":
            return AppointmentFactory(district=firm.district, role=Role.ORGANISER).user
        case "administrator":
            return UserFactory(is_staff=True)
    raise ValueError(who)


F, A, D, P = "facilitator", "anonymous", "district", "public"
# reader, visibilities at which a listed organisation is read by name, and at which an unlisted one is.
WHO_READS_WHOM = [
    ("visitor", [P], []),
    ("person without role", [P], []),
    ("owner", [F, A, D, P], [F, A, D, P]),
    ("viewer", [F, A, D, P], [F, A, D, P]),
    ("former member", [P], []),
    ("neighbour", [D, P], []),
    ("member of the call's other district", [D, P], []),
    ("stranger of another district", [P], []),
    ("member of an organisation without district", [P], []),
    ("facilitator named in the call", [F, A, D, P], [F, A, D, P]),
    ("facilitator of a district of the call", [F, A, D, P], [F, A, D, P]),
    ("facilitator of another district", [P], []),
    ("regional staff", [P], []),
    ("evaluator", [P], []),
    ("organiser", [P], []),
    ("administrator", [P], []),
]


def test_who_reads_whom(call: Call) -> None:
    """Interests of eight organisations: listed or not, at each visibility; who belongs to one belongs to all."""
    district = call.districts.first()
    firms = {
        (listed, visibility): OrganisationFactory(district=district, listed=listed)
        for listed in (True, False)
        for visibility in Visibility
    }
    for (_listed, visibility), firm in firms.items():
        InterestFactory(call=call, organisation=firm, visibility=visibility)
    first = next(iter(firms.values()))
    found = {}
    for who, *_wanted in WHO_READS_WHOM:
        reader = _reader(who, call, first)
        for membership in list(first.memberships.filter(user=reader.pk)):
            for firm in firms.values():
                if firm != first:
                    membership.pk, membership.organisation = None, firm
                    membership.save(force_insert=True)
        rows = Interest.objects.visible_to(reader).values_list("organisation__listed", "visibility")
        found[who] = [sorted(seen for is_listed, seen in rows if is_listed is listed) for listed in (True, False)]
    assert found == {who: [sorted(listed), sorted(unlisted)] for who, listed, unlisted in WHO_READS_WHOM}


# reader, levels of competences read with a public interest, and all of them where the organisation opened them.
WHO_READS_WHAT = [
    ("visitor", [1]),
    ("person without role", [1]),
    ("owner", [0, 1, 2, 3, 4]),
    ("neighbour", [1, 2]),
    ("member of the call's other district", [1]),
    ("stranger of another district", [1]),
    ("facilitator named in the call", [0, 1, 2, 3, 4]),
    ("regional staff", [1, 2]),
    ("administrator", [1, 2]),
]


def test_an_interest_opens_no_competence_unless_the_organisation_says_so(call: Call, firm: Organisation) -> None:
    interest = _interest(call, firm, P)
    readers = {who: _reader(who, call, firm) for who, _levels in WHO_READS_WHAT}
    for who, levels in WHO_READS_WHAT:
        row = Interest.objects.as_seen_by(readers[who]).get()
        for side, shown in (("offers", row.shown_offered), ("seeks", row.shown_sought)):
            assert (who, shown) == (who, sorted(f"{side} {LEVELS[level].name.lower()}" for level in levels))
    Interest.objects.filter(pk=interest.pk).update(opens_competences=True)
    for reader in readers.values():
        row = Interest.objects.as_seen_by(reader).get()
        assert (len(row.shown_offered), len(row.shown_sought)) == (5, 5)


def test_an_offer_in_the_profile_opens_no_need_for_the_same(call: Call) -> None:
    competence = CompetenceFactory()
    interest = InterestFactory(call=call, organisation=competence.organisation, visibility=P)
    interest.sought.add(competence.concept)
    assert Interest.objects.as_seen_by(AnonymousUser()).get().shown_sought == []


def _everything(client: Client, path: str) -> str:
    """The page, its JSON, its CSV and its partial answer."""
    answers = [client.get(f"{path}{query}") for query in ("", "?format=json", "?format=csv", "?format=csv&dialect=it")]
    answers.append(client.get(path, headers={"HX-Request": "true"}))
    return " ".join((answer.getvalue() if answer.streaming else answer.content).decode() for answer in answers)


def test_what_is_not_opened_is_on_no_page_and_in_no_file(client: Client, call: Call, firm: Organisation) -> None:
    closed = _interest(call, firm, F)
    _interest(call, OrganisationFactory(name="Canary anonymous"), A)
    _interest(call, OrganisationFactory(name="Canary unlisted", listed=False), P)
    hidden = ("Novamed", "Own words", "Note to the facilitator", "Canary anonymous", "Canary unlisted")
    pages = ["/en/calls/reti/", "/en/calls/", "/calls/feed.atom"]
    for reader in (None, UserFactory(is_staff=True), MembershipFactory().user):
        if reader:
            client.force_login(reader)
        seen = _everything(client, "/en/calls/reti/interested/")
        seen += " ".join(client.get(path).content.decode() for path in pages)
        assert [words for words in hidden if words in seen] == []
        assert "Own words" not in client.get("/en/organisations/novamed/").content.decode()
    Interest.objects.filter(pk=closed.pk).update(visibility=P)
    seen = _everything(client, "/en/calls/reti/interested/")
    assert ("Novamed" in seen, "Own words" in seen, "offers public" in seen) == (True, True, True)
    assert not any(f"{side} {level}" in seen for side in ("offers", "seeks") for level in ("consent", "network"))


def test_nobody_is_found_by_what_the_reader_does_not_see(client: Client, call: Call, firm: Organisation) -> None:
    _interest(call, firm, P)
    codes = {row.level: row.concept.code for row in firm.competences.offers().select_related("concept")}
    everyone = {row["organisation"] for row in client.get("/en/calls/reti/interested/?format=json").json()["results"]}
    assert everyone == {"Novamed"}
    for level, code in codes.items():
        page = client.get(f"/en/calls/reti/interested/?offers={code}").content.decode()
        assert (f'value="{code}"' in page) is (level == 1)
    counts = {
        level: client.get(f"/en/calls/reti/interested/?offers={code}&format=json").json()["count"]
        for level, code in codes.items()
    }
    # A code that is no choice narrows nothing: the answer is the one for a word that nobody ever wrote.
    assert set(counts.values()) == {1}
    second = _interest(call, CompetenceFactory(concept__name_en="Sensors").organisation, P)
    found = client.get(f"/en/calls/reti/interested/?offers={codes[1]}&format=json").json()["results"]
    assert [row["organisation"] for row in found] == ["Novamed"]
    hidden = client.get(f"/en/calls/reti/interested/?offers={codes[4]}&format=json").json()["results"]
    assert {row["organisation"] for row in hidden} == {"Novamed", second.organisation.name}


def test_the_public_file_has_neither_numbers_nor_moments_of_rows(
    client: Client, call: Call, firm: Organisation
) -> None:
    _interest(call, firm, P)
    text = client.get("/en/calls/reti/interested/?format=csv").getvalue().decode()
    assert next(csv.reader(io.StringIO(text))) == [
        "organisation", "kind", "size", "place", "offered", "offers", "sought", "seeks", "wants_to_lead", "url",
    ]  # fmt: skip


def test_a_network_is_named_only_where_its_lead_shows_it_publicly(
    client: Client, call: Call, firm: Organisation
) -> None:
    _interest(call, firm, P)
    network = NetworkFactory(call=call, lead=firm, title="Quiet network")
    assert "Quiet network" not in _everything(client, "/en/calls/reti/interested/")
    network.looking_for_partners = True
    network.save()
    assert "Network forming: Quiet network" in _everything(client, "/en/calls/reti/interested/")
    other = InterestFactory(call=CallFactory(), organisation=firm, visibility=P)
    assert "Quiet network" not in _everything(client, f"/en/calls/{other.call.slug}/interested/")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_fewer_than_three_look_alike(client: Client, call: Call, number: int) -> None:
    for _each in range(number):
        InterestFactory(call=call)
    page = client.get("/en/calls/reti/").content.decode()
    assert "Fewer than 3 organisations so far" in page
    assert "Be among the first" in page


def test_who_sees_them_all_is_told_the_number(client: Client, call: Call) -> None:
    InterestFactory(call=call)
    client.force_login(call.facilitator)
    assert "1 organisation" in client.get("/en/calls/reti/interested/").content.decode()
    assert "Fewer than 3" not in client.get("/en/calls/reti/").content.decode()
