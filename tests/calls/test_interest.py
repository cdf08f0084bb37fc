"""An organisation says that it is interested, changes its mind, comes too late."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone, translation

from calls.models import Call, Interest
from calls.operations import interests as operations
from calls.operations.interests import InterestDetails, register_interest
from calls.operations.lifecycle import why_not_open
from district_portal.accounts.models import User
from district_portal.notifications.models import OutboxRow
from district_portal.shared.arrival import moment_of_arrival
from district_portal.shared.errors import DomainError
from enterprises.models import MembershipRole, Organisation
from tests.factories import AppointmentFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.calls import CallFactory, InterestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return UserFactory()


@pytest.fixture
def firm(owner: User) -> Organisation:
    return OrganisationFactory(name="Novamed", slug="novamed", owner=owner)


@pytest.fixture
def call() -> Call:
    return CallFactory(slug="reti", title_en="District networks", facilitator=UserFactory())


def told() -> list[tuple[str, str]]:
    """Who was told what by mail."""
    return sorted(OutboxRow.objects.filter(channel="mail").values_list("message", "user__email"))


# --- By the clock


def test_the_last_microsecond_is_in_and_the_deadline_itself_is_out(call: Call, owner: User, firm: Organisation) -> None:
    with translation.override("en"), pytest.raises(DomainError, match="This call closed on .* \\(Rome time\\)"):
        register_interest(call, actor=owner, organisation=firm, arrived=call.closes_at)
    assert Interest.objects.count() == 0
    last = call.closes_at - timedelta(microseconds=1)
    assert register_interest(call, actor=owner, organisation=firm, arrived=last).registered_at == last


def test_the_moment_of_arrival_decides_not_the_moment_of_writing(call: Call, owner: User, firm: Organisation) -> None:
    arrived = moment_of_arrival()
    Call.objects.filter(pk=call.pk).update(closes_at=arrived + timedelta(microseconds=1))
    register_interest(call, actor=owner, organisation=firm, arrived=arrived)
    assert Interest.objects.active().count() == 1


def test_the_deadline_is_read_again_from_the_row_that_is_held(call: Call, owner: User, firm: Organisation) -> None:
    Call.objects.filter(pk=call.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(DomainError):
        register_interest(call, actor=owner, organisation=firm, arrived=moment_of_arrival())


def test_the_row_of_the_call_is_held_for_share(
    call: Call, owner: User, firm: Organisation, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(30) as queries:
        register_interest(call, actor=owner, organisation=firm, arrived=moment_of_arrival())
    assert any(query["sql"].endswith("FOR SHARE") for query in queries.captured_queries)


def test_the_clock_is_the_databases_and_does_not_stand_still_within_a_transaction() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        begin = cursor.fetchone()[0]
    first = moment_of_arrival()
    assert begin < first < moment_of_arrival()


@pytest.mark.parametrize(
    ("trait", "sentence"),
    [
        ("planned", "This call is not open yet."),
        ("coming", "This call opens on "),
        ("closed", "This call closed on "),
        ("assessed", "This call closed on "),
        ("concluded", "This call is closed."),
    ],
)
def test_outside_of_its_time_the_call_says_why(
    client, owner: User, firm: Organisation, trait: str, sentence: str
) -> None:
    call = CallFactory(**{trait: True})
    client.force_login(owner)
    answer = client.post(f"/en/calls/{call.slug}/interest/")
    assert answer.status_code == 409
    assert sentence in answer.content.decode()
    page = client.get(f"/en/calls/{call.slug}/interest/")
    assert (page.status_code, sentence in page.content.decode()) == (200, True)
    assert not OutboxRow.objects.exists()


def test_a_deadline_without_hour_is_told_as_a_day() -> None:
    call = CallFactory(closed=True, deadline_has_time=False)
    words = why_not_open(call, timezone.now())
    assert ":" not in words


# --- On the page


def test_interest_with_the_csrf_token_alone(client, call: Call, owner: User, firm: Organisation) -> None:
    client.force_login(owner)
    answer = client.post("/en/calls/reti/interest/")
    assert (answer.status_code, answer["Location"]) == (302, "/en/calls/reti/")
    interest = Interest.objects.get()
    assert (interest.call, interest.organisation, interest.registered_by, interest.withdrawn_at) == (
        call,
        firm,
        owner,
        None,
    )
    assert "Novamed is registered as interested" in client.get("/en/calls/reti/").content.decode()


def test_interest_again_is_the_same_answer_and_no_second_row(
    client, call: Call, owner: User, firm: Organisation
) -> None:
    client.force_login(owner)
    first = client.post("/en/calls/reti/interest/", {"offers": "Clean room", "wants_to_lead": "on"})
    before = Interest.objects.get()
    again = client.post("/en/calls/reti/interest/")
    assert (again.status_code, again["Location"]) == (first.status_code, first["Location"])
    after = Interest.objects.get()
    assert (after.offers, after.wants_to_lead, after.registered_at) == ("Clean room", True, before.registered_at)
    assert len(told()) == 2


def test_telling_more_replaces_what_was_told(client, call: Call, owner: User, firm: Organisation) -> None:
    InterestFactory(call=call, organisation=firm, offers="Clean room", wants_to_lead=True)
    client.force_login(owner)
    page = client.get("/en/calls/reti/interest/").content.decode()
    assert "Clean room" in page
    client.post("/en/calls/reti/interest/", {"offers": "", "seeks": "Clinical tests", "note": "Call me"})
    row = Interest.objects.values("offers", "seeks", "note", "wants_to_lead").get()
    assert row == {"offers": "", "seeks": "Clinical tests", "note": "Call me", "wants_to_lead": False}


def test_what_is_too_long_comes_back_with_what_was_typed(client, call: Call, owner: User, firm: Organisation) -> None:
    client.force_login(owner)
    answer = client.post("/en/calls/reti/interest/", {"offers": "x" * 501, "seeks": "Clinical tests"})
    assert answer.status_code == 422
    assert "Clinical tests" in answer.content.decode()
    assert not Interest.objects.exists()


def test_who_acts_for_several_chooses(client, call: Call, owner: User, firm: Organisation) -> None:
    second = OrganisationFactory(slug="secchia", owner=owner)
    client.force_login(owner)
    answer = client.post("/en/calls/reti/interest/")
    assert answer.status_code == 422
    assert 'name="organisation"' in answer.content.decode()
    assert client.post("/en/calls/reti/interest/", {"organisation": "secchia"}).status_code == 302
    assert [interest.organisation for interest in Interest.objects.all()] == [second]


def test_nobody_registers_an_organisation_of_others(client, call: Call, owner: User, firm: Organisation) -> None:
    OrganisationFactory(slug="other")
    client.force_login(owner)
    assert client.post("/en/calls/reti/interest/", {"organisation": "other"}).status_code == 403
    assert client.post("/en/calls/reti/interest/withdraw/", {"organisation": "other"}).status_code == 403
    assert not Interest.objects.exists()


def test_viewers_and_strangers_may_not(client, call: Call, firm: Organisation) -> None:
    viewer = MembershipFactory(organisation=firm, role=MembershipRole.VIEWER).user
    for user in (viewer, UserFactory(), AppointmentFactory().user):
        client.force_login(user)
        assert client.post("/en/calls/reti/interest/").status_code == 403
        assert client.post("/en/calls/reti/interest/withdraw/").status_code == 403
    assert not Interest.objects.exists()


def test_editors_may(client, call: Call, firm: Organisation) -> None:
    client.force_login(MembershipFactory(organisation=firm, role=MembershipRole.EDITOR).user)
    assert client.post("/en/calls/reti/interest/").status_code == 302


def test_visitors_are_led_to_the_sign_in(client, call: Call) -> None:
    answer = client.post("/en/calls/reti/interest/")
    assert (answer.status_code, answer["Location"]) == (302, "/en/accounts/login/?next=/en/calls/reti/interest/")


def test_a_draft_does_not_exist_for_others(client, owner: User, firm: Organisation) -> None:
    CallFactory(slug="draft", draft=True)
    client.force_login(owner)
    assert client.post("/en/calls/draft/interest/").status_code == 404


def test_without_csrf_token_nothing_is_registered(call: Call, owner: User, firm: Organisation, client) -> None:
    strict = type(client)(enforce_csrf_checks=True)
    strict.force_login(owner)
    assert strict.post("/en/calls/reti/interest/").status_code == 403
    assert not Interest.objects.exists()


# --- Changing one's mind


def test_withdrawn_twice_is_withdrawn_once(client, call: Call, owner: User, firm: Organisation) -> None:
    InterestFactory(call=call, organisation=firm)
    client.force_login(owner)
    first = client.post("/en/calls/reti/interest/withdraw/")
    withdrawn = Interest.objects.get().withdrawn_at
    second = client.post("/en/calls/reti/interest/withdraw/")
    assert [(answer.status_code, answer["Location"]) for answer in (first, second)] == [(302, "/en/calls/reti/")] * 2
    assert Interest.objects.get().withdrawn_at == withdrawn
    assert told() == [("calls/interest_withdrawn", call.facilitator.email)]


def test_withdrawing_is_possible_after_the_deadline(client, owner: User, firm: Organisation) -> None:
    call = CallFactory(closed=True)
    InterestFactory(call=call, organisation=firm)
    client.force_login(owner)
    assert client.post(f"/en/calls/{call.slug}/interest/withdraw/").status_code == 302
    assert not Interest.objects.active().exists()


def test_withdrawing_asks_only_who_has_several_interests(client, call: Call, owner: User, firm: Organisation) -> None:
    second = OrganisationFactory(slug="secchia", owner=owner)
    InterestFactory(call=call, organisation=firm)
    other = InterestFactory(call=call, organisation=second)
    client.force_login(owner)
    assert client.post("/en/calls/reti/interest/withdraw/").status_code == 422
    assert client.post("/en/calls/reti/interest/withdraw/", {"organisation": "novamed"}).status_code == 302
    assert list(Interest.objects.active()) == [other]
    assert client.post("/en/calls/reti/interest/withdraw/").status_code == 302
    assert not Interest.objects.active().exists()


def test_registering_after_withdrawing_takes_up_the_one_row_and_tells_again(
    call: Call, owner: User, firm: Organisation
) -> None:
    first = register_interest(
        call, actor=owner, organisation=firm, arrived=moment_of_arrival(), details=InterestDetails(offers="Clean room")
    )
    operations.withdraw_interest(call, actor=owner, organisation=firm)
    again = register_interest(call, actor=owner, organisation=firm, arrived=moment_of_arrival())
    assert (again.pk, again.withdrawn_at, again.offers) == (first.pk, None, "Clean room")
    assert again.registered_at > first.registered_at
    assert [message for message, _email in told()].count("calls/interest_registered") == 4


# --- Who is told, who sees


def test_owners_and_the_facilitator_are_told_by_mail_and_inbox(call: Call, owner: User, firm: Organisation) -> None:
    MembershipFactory(organisation=firm, role=MembershipRole.VIEWER)
    editor = MembershipFactory(organisation=firm, role=MembershipRole.EDITOR).user
    former = MembershipFactory(
        organisation=firm, valid_from=timezone.localdate() - timedelta(9), valid_to=timezone.localdate() - timedelta(1)
    )
    register_interest(call, actor=editor, organisation=firm, arrived=moment_of_arrival())
    assert told() == sorted(("calls/interest_registered", user.email) for user in (owner, call.facilitator))
    assert OutboxRow.objects.count() == 4
    assert not OutboxRow.objects.filter(user=former.user).exists()


def test_without_a_facilitator_the_owners_are_told(owner: User, firm: Organisation) -> None:
    register_interest(CallFactory(), actor=owner, organisation=firm, arrived=moment_of_arrival())
    assert told() == [("calls/interest_registered", owner.email)]


def test_only_facilitators_of_the_call_read_who_is_interested(
    client, call: Call, owner: User, firm: Organisation
) -> None:
    InterestFactory(call=call, organisation=firm, offers="Clean room", note="Confidential words")
    of_district = AppointmentFactory().user
    for user, status in [(call.facilitator, 200), (of_district, 200), (owner, 403), (UserFactory(is_staff=True), 403)]:
        client.force_login(user)
        assert client.get("/en/calls/reti/interests/").status_code == status
    client.force_login(call.facilitator)
    page = client.get("/en/calls/reti/interests/").content.decode()
    assert all(words in page for words in ("Novamed", "Mirandola", "Clean room", "Confidential words", "Enterprise"))


def test_the_list_of_the_interested_as_csv(client, call: Call, firm: Organisation) -> None:
    InterestFactory(call=call, organisation=firm, offers="=1+1", seeks="Tests", wants_to_lead=True)
    InterestFactory(call=call, withdrawn_at=timezone.now())
    client.force_login(call.facilitator)
    lines = client.get("/en/calls/reti/interests/?format=csv").getvalue().decode().splitlines()
    assert lines[0] == (
        "organisation,kind,size,place,offered,offers,sought,seeks,wants_to_lead,url,in_network,visibility,note,registered_at"
    )
    assert lines[1].startswith("Novamed,Enterprise,,Mirandola (MO),,'=1+1,,Tests,true,")
    assert len(lines) == 2
