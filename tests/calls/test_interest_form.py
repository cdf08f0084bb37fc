"""What an organisation tells with its interest, who may see it, and what it is shown before it decides."""

import re

import pytest
from django.core import mail
from django.test import Client

from calls.models import Call, Interest, Visibility
from calls.panels.interests import Row
from district_portal.accounts.models import User
from district_portal.notifications import delivery
from enterprises.models import Competence, Concept, Organisation
from tests.factories import CompetenceFactory, ConceptFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.calls import CallFactory, InterestFactory
from tests.factories.enterprises import AtecoFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/en/calls/reti/interest/"
PREVIEW = "/en/calls/reti/interest/preview/"


@pytest.fixture
def owner() -> User:
    return UserFactory(language="en")


@pytest.fixture
def firm(owner: User) -> Organisation:
    return OrganisationFactory(name="Novamed", slug="novamed", owner=owner)


@pytest.fixture
def call() -> Call:
    return CallFactory(slug="reti", title_en="District networks", facilitator=UserFactory(language="en"))


@pytest.fixture
def member(client: Client, call: Call, owner: User, firm: Organisation) -> Client:
    client.force_login(owner)
    return client


def has(firm: Organisation, name: str, direction: str = "offers", level: int = 2) -> Concept:
    concept = ConceptFactory(name_en=name, name_it=name)
    return CompetenceFactory(organisation=firm, concept=concept, direction=direction, level=level).concept


def test_competences_of_the_profile_and_of_the_list_are_told(member: Client, firm: Organisation) -> None:
    offer, need, other = has(firm, "Moulding"), has(firm, "Sensors", "seeks"), ConceptFactory()
    answer = member.post(
        ADDRESS,
        {
            "offered": [offer.key],
            "sought": [need.key, other.key, ""],
            "visibility": "district",
            "opens_competences": "on",
            "wants_to_lead": "on",
        },
    )
    assert answer.status_code == 302
    interest = Interest.objects.get()
    assert (list(interest.offered.all()), set(interest.sought.all())) == ([offer], {need, other})
    assert (interest.visibility, interest.opens_competences, interest.wants_to_lead) == ("district", True, True)


def test_nobody_offers_what_the_profile_does_not_have(member: Client, firm: Organisation) -> None:
    offer, need, foreign = has(firm, "Moulding"), has(firm, "Sensors", "seeks"), has(OrganisationFactory(), "Software")
    activity = AtecoFactory()
    refused = [
        {"offered": [offer.key, foreign.key]},
        {"offered": [need.key]},
        {"offered": ["competence:2026:nonsense"]},
        {"sought": [activity.key]},
        {"sought": ["competence:1999:" + need.code]},
        {"sought": ["\0", "x" * 4000]},
        {"visibility": "everyone"},
    ]
    for words in refused:
        answer = member.post(ADDRESS, {"visibility": "public", "seeks": "Kept words", **words})
        assert answer.status_code == 422
        assert "Kept words" in answer.content.decode()
    assert not Interest.objects.exists()


def test_words_alone_keep_competences_and_visibility(member: Client, call: Call, firm: Organisation) -> None:
    offer = has(firm, "Moulding")
    interest = InterestFactory(call=call, organisation=firm, visibility="public", opens_competences=True)
    interest.offered.add(offer)
    for words in ({}, {"note": "Call me"}):
        assert member.post(ADDRESS, words).status_code == 302
        interest.refresh_from_db()
        assert (list(interest.offered.all()), interest.visibility, interest.opens_competences) == (
            [offer],
            "public",
            True,
        )
    assert member.post(ADDRESS, {"visibility": "facilitator"}).status_code == 302
    interest.refresh_from_db()
    assert (interest.offered.count(), interest.visibility, interest.opens_competences) == (0, "facilitator", False)


def test_interest_is_the_facilitators_where_nobody_chose(member: Client) -> None:
    member.post(ADDRESS)
    assert Interest.objects.get().visibility == Visibility.FACILITATOR
    page = member.get(ADDRESS).content.decode()
    boxes = [tag for tag in re.findall(r"<input[^>]+>", page) if " checked" in tag]
    assert [re.search(r'value="(\w+)"', tag)[1] for tag in boxes] == ["facilitator"]
    assert "one in the number of interested organisations" in page


def test_the_form_begins_with_what_was_told(member: Client, call: Call, firm: Organisation) -> None:
    has(firm, "Moulding")
    offer, gone, extra = (
        has(firm, "Cleanroom", level=4),
        ConceptFactory(name_en="Gone"),
        ConceptFactory(name_en="Tests"),
    )
    interest = InterestFactory(call=call, organisation=firm, visibility="public", seeks="A partner")
    interest.offered.add(offer, gone)
    interest.sought.add(extra)
    page = member.get(ADDRESS).content.decode()
    ticked = [line for line in page.replace("<label", "\n<label").splitlines() if " checked" in line]
    assert [key in line for key, line in zip((offer.key, extra.key, "public"), ticked, strict=True)] == [True] * 3
    assert "Only members of a common network" in page
    assert "Gone" not in page
    assert "A partner" in page


def test_each_organisation_has_its_own_competences(member: Client, owner: User, firm: Organisation) -> None:
    second = OrganisationFactory(name="Secchia", slug="secchia", owner=owner)
    mine, other = has(firm, "Moulding"), has(second, "Sensors")
    chooser = member.get(ADDRESS).content.decode()
    assert "For which organisation" in chooser
    assert mine.key not in chooser
    page = member.get(f"{ADDRESS}?organisation=secchia").content.decode()
    assert (other.key in page, mine.key in page) == (True, False)
    assert member.post(ADDRESS, {"organisation": "secchia", "offered": [mine.key]}).status_code == 422
    assert member.post(ADDRESS, {"organisation": "secchia", "offered": [other.key]}).status_code == 302
    assert member.get(f"{ADDRESS}?organisation=nobody").status_code == 403


# --- The preview


@pytest.mark.parametrize("opens", [False, True])
@pytest.mark.parametrize("visibility", ["public", "district"])
def test_the_preview_is_what_others_get(
    member: Client, call: Call, firm: Organisation, visibility: str, opens: bool
) -> None:
    offers = [has(firm, f"Offer {level}", level=level) for level in Competence.Level.values]
    needs = [has(firm, f"Need {level}", "seeks", level) for level in Competence.Level.values] + [ConceptFactory()]
    words = {
        "offered": [concept.key for concept in offers],
        "sought": [concept.key for concept in needs],
        "visibility": visibility,
        "offers": "Own words",
        "note": "For the facilitator",
        "wants_to_lead": "on",
    } | ({"opens_competences": "on"} if opens else {})
    answer = member.post(PREVIEW, words)
    assert answer.status_code == 200
    assert not Interest.objects.exists()
    views = dict(answer.context["preview"].views)
    member.post(ADDRESS, words)
    neighbour = MembershipFactory(organisation__district=firm.district).user
    seen = Row.of(Interest.objects.as_seen_by(neighbour).get())
    assert views.get("People of your district's organisations, signed in", views.get("Everyone")) == seen
    public = Interest.objects.as_seen_by(UserFactory()).first()
    assert views.get("Everyone") == (Row.of(public) if public else None)
    kept = [] if opens else ["Need 0", "Need 3", "Need 4", "Offer 0", "Offer 3", "Offer 4"]
    assert [name for name in answer.context["preview"].kept if name.startswith(("Need", "Offer"))] == kept


def test_the_preview_of_an_unlisted_organisation_has_no_name(member: Client, firm: Organisation) -> None:
    Organisation.objects.update(listed=False)
    answer = member.post(PREVIEW, {"visibility": "public"}, headers={"HX-Request": "true"})
    assert "Its name stays out until you list it" in answer.content.decode()
    assert "Novamed" not in answer.content.decode()


def test_the_preview_without_a_name_is_the_group(member: Client, firm: Organisation) -> None:
    alone = member.post(PREVIEW, {"visibility": "anonymous"}).content.decode()
    assert "fewer than five organisations of your district are like you" in alone
    OrganisationFactory.create_batch(4, district=firm.district)
    group = member.post(PREVIEW, {"visibility": "anonymous"}, headers={"HX-Request": "true"}).content.decode()
    assert "Enterprise, province of MO" in group
    assert "<html" not in group


def test_a_preview_of_what_does_not_fit_says_so(member: Client) -> None:
    words = {"offers": "x" * 501, "visibility": "public"}
    assert member.post(PREVIEW, words).status_code == 422
    partial = member.post(PREVIEW, words, headers={"HX-Request": "true"})
    assert (partial.status_code, "does not fit yet" in partial.content.decode()) == (200, True)


# --- Changing one's mind, and the mail


def test_a_withdrawn_interest_can_be_taken_up_again_on_the_page(member: Client, call: Call, firm: Organisation) -> None:
    InterestFactory(call=call, organisation=firm, visibility="public", offers="Clean room")
    member.post(f"{ADDRESS}withdraw/")
    page = member.get("/en/calls/reti/").content.decode()
    assert "Register again" in page
    member.logout()
    assert "Novamed" not in member.get("/en/calls/reti/interested/").content.decode()
    member.force_login(firm.memberships.get().user)
    member.post(ADDRESS, {"organisation": "novamed"})
    interest = Interest.objects.get()
    assert (interest.withdrawn_at, interest.offers, interest.visibility) == (None, "Clean room", "public")


def test_the_mail_says_what_was_told_and_who_may_see_it(member: Client, firm: Organisation) -> None:
    offer, need = has(firm, "Moulding"), has(firm, "Sensors", "seeks")
    words = {"offered": [offer.key], "sought": [need.key], "offers": "Clean room", "note": "Call me"}
    member.post(ADDRESS, words | {"visibility": "anonymous"})
    delivery.deliver_waiting()
    assert len(mail.outbox) == 2
    for sent in mail.outbox:
        for text in (sent.body, sent.alternatives[0][0]):
            for part in ("Novamed is interested", "Moulding", "Sensors", "Clean room", "Call me"):
                assert part in text
            assert "Everyone, without our name" in text
            assert "Nobody else learns of it" not in text
