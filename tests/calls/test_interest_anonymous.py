"""Interests without a name: groups of at least five that could be meant, and nothing that leads to one of them."""

from collections import Counter

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from calls.models import Call, Visibility
from calls.panels.anonymous import Traits, describe, face_of, faces
from district_portal.accounts.models import District
from enterprises.models import EnterpriseSize, Municipality, Organisation, OrganisationKind
from tests.factories import (
    DistrictFactory,
    MunicipalityFactory,
    OrganisationFactory,
    SizeDeclarationFactory,
    UserFactory,
)
from tests.factories.calls import CallFactory, InterestFactory

A = Visibility.ANONYMOUS


@pytest.fixture
def call() -> Call:
    return CallFactory(slug="reti", facilitator=UserFactory())


@pytest.fixture
def district() -> District:
    return DistrictFactory()


def firms(district: District, number: int, size: str = "small", **fields: object) -> list[Organisation]:
    made = [OrganisationFactory(district=district, **fields) for _each in range(number)]
    for firm in made:
        if firm.kind == OrganisationKind.ENTERPRISE and size:
            SizeDeclarationFactory(organisation=firm, size=size)
    return made


def shown(call: Call) -> list[tuple[str, str]]:
    with translation.override("en"):
        return [tuple(face) for face in faces(call)]


@pytest.mark.django_db
def test_four_alike_are_only_counted_and_five_are_a_group(call: Call, district: District) -> None:
    four = firms(district, 4)
    InterestFactory(call=call, organisation=four[0], visibility=A)
    assert shown(call) == []
    assert face_of(four[0], call) == ""
    firms(district, 1)
    assert shown(call) == [("Small enterprise, province of MO", "fewer than 3")]
    with translation.override("en"):
        assert face_of(four[0], call) == "Small enterprise, province of MO"


@pytest.mark.django_db
def test_unlisted_ones_do_not_hide_a_listed_one(call: Call, district: District) -> None:
    InterestFactory(call=call, organisation=firms(district, 4)[0], visibility=A)
    firms(district, 3, listed=False)
    assert shown(call) == []


@pytest.mark.django_db
def test_who_shows_its_name_hides_nobody(call: Call, district: District) -> None:
    """Of five alike, one that stands in the list by name can't be the one without."""
    five = firms(district, 5)
    InterestFactory(call=call, organisation=five[0], visibility=A)
    named = InterestFactory(call=call, organisation=five[1], visibility=Visibility.PUBLIC)
    assert shown(call) == []
    named.visibility = Visibility.FACILITATOR
    named.save()
    assert shown(call) == [("Small enterprise, province of MO", "fewer than 3")]


@pytest.mark.django_db
def test_the_rare_one_takes_coarser_words_with_others_that_are_rare(call: Call, district: District) -> None:
    firms(district, 6)
    large = firms(district, 1, size="large")[0]
    InterestFactory(call=call, organisation=large, visibility=A)
    assert shown(call) == [], "one large enterprise alone: its words would be those of nobody else"
    carpi = MunicipalityFactory(istat="037006", name="Bologna", province="BO", nuts="ITH55")
    firms(district, 2, size="micro")
    firms(district, 2, size="small", municipality=carpi)
    assert shown(call) == [("Enterprise", "fewer than 3")], "one of five that share no finer words"
    InterestFactory(call=call, organisation=firms(district, 1)[0], visibility=A)
    assert shown(call) == [("Enterprise", "fewer than 3"), ("Small enterprise, province of MO", "fewer than 3")]


@pytest.mark.django_db
def test_numbers_are_exact_from_three_on_unless_most_of_the_group_is_meant(call: Call, district: District) -> None:
    six = firms(district, 6)
    for number, words in [(1, "fewer than 3"), (2, "fewer than 3"), (3, "3"), (4, "3 or more"), (6, "3 or more")]:
        for firm in six[:number]:
            if not firm.interests.filter(call=call).exists():
                InterestFactory(call=call, organisation=firm, visibility=A)
        assert shown(call) == [("Small enterprise, province of MO", words)]


@pytest.mark.django_db
def test_the_page_holds_nothing_that_leads_to_the_row(client: Client, call: Call, district: District) -> None:
    for firm in firms(district, 7)[:3]:
        interest = InterestFactory(
            call=call, organisation=firm, visibility=A, offers="Canary offer", wants_to_lead=True
        )
        interest.offered.set([])
    for path in ("/en/calls/reti/", "/en/calls/reti/interested/"):
        page = client.get(path).content.decode()
        assert "Small enterprise, province of MO: 3" in page
        for firm in firms_of(call):
            assert firm.name not in page
            assert firm.slug not in page
        assert "Canary" not in page
        assert "Would like to lead</span>" not in page
    assert client.get("/en/calls/reti/interested/?format=json").json() == {"count": 0, "next": None, "results": []}


def firms_of(call: Call) -> list[Organisation]:
    return list(Organisation.objects.filter(interests__call=call))


@pytest.mark.django_db
def test_the_order_of_groups_does_not_tell_who_came_first(call: Call, district: District) -> None:
    laboratories = firms(district, 5, kind=OrganisationKind.LABORATORY)
    small = firms(district, 5)
    InterestFactory(call=call, organisation=small[0], visibility=A)
    InterestFactory(call=call, organisation=laboratories[0], visibility=A)
    assert [words for words, _number in shown(call)] == [
        "Research laboratory, province of MO",
        "Small enterprise, province of MO",
    ]


@pytest.mark.django_db
def test_an_organisation_without_district_is_only_counted(call: Call) -> None:
    InterestFactory(call=call, organisation=OrganisationFactory(district=None), visibility=A)
    Municipality.objects.get()
    assert shown(call) == []


traits = st.builds(
    Traits,
    st.sampled_from(OrganisationKind.values[:3]),
    st.sampled_from([None, *EnterpriseSize.values[:2]]),
    st.sampled_from([None, "MO", "BO"]),
)


@given(st.dictionaries(traits, st.integers(1, 8)))
def test_every_group_stands_for_at_least_five(candidates: dict[Traits, int]) -> None:
    described = describe(candidates)
    sizes: Counter[Traits] = Counter()
    for one, words in described.items():
        assert words in one.coarser(), "no word is wrong"
        sizes[words] += candidates[one]
    assert all(size >= 5 for size in sizes.values())
    left = sum(number for one, number in candidates.items() if one not in described)
    assert left < 5, "who is in no group is one of fewer than five"
