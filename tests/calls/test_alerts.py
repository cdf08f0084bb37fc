"""My alerts: searches that are saved once, calls that are followed, reminders, a calendar that only its owner knows."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone, translation
from icalendar import Calendar

from calls.filters.calls import CallFilter
from calls.finding.searches import canonical, suggested_name
from calls.forms.alerts import REMINDER_CHOICES
from calls.models import REMINDER_DAYS, AlertPreferences, CalendarFeed, Call, Follow, SavedSearch
from calls.operations import alerts
from calls.states import CallState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.accounts import DistrictFactory
from tests.factories.alerts import FollowFactory, SavedSearchFactory
from tests.factories.calls import CallFactory, CallMilestoneFactory, InterestFactory
from tests.factories.projects import NetworkFactory

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def person() -> User:
    return UserFactory(language="en")


# --- Saved searches ----------------------------------------------------------------------------------------------


def filters(query: str) -> CallFilter:
    listed = CallFilter(QueryDict(query), Call.objects.none(), timezone.now())
    listed.form.is_valid()
    return listed


@pytest.mark.parametrize(
    "written, kept",
    [
        ("", ""),
        ("status=open&status=opening_soon", ""),
        ("status=all&status=open", "status=all"),
        ("status=closed&q=+dialisi++&page=3&cursor=abc&ordering=-budget&utm_source=x", "q=dialisi&status=closed"),
        ("district=b&district=a&district=b&role=enterprise", "district=a&district=b&role=enterprise"),
        ("role=enterprise&district=a&district=b", "district=a&district=b&role=enterprise"),
        ("district=unknown&theme=unknown&status=nonsense", ""),
        ("deadline_before=2027-03-01", "deadline_before=2027-03-01"),
        ("deadline_before=yesterday", ""),
        ("q=a%26status%3Dall", "q=a%26status%3Dall"),
    ],
)
def test_the_same_search_is_written_in_one_way(written: str, kept: str) -> None:
    DistrictFactory(slug="a")
    DistrictFactory(slug="b")
    assert canonical(filters(written)) == kept
    assert canonical(filters(kept)) == kept


def test_a_search_is_named_by_its_filters_in_words() -> None:
    DistrictFactory(slug="biomedical", name_en="Biomedical", name_it="Biomedicale")
    assert suggested_name(filters("district=biomedical&q=dialysis")) == "dialysis, Biomedical"
    with translation.override("it"):
        assert "Biomedicale" in suggested_name(filters("district=biomedical"))
    assert suggested_name(filters("")) == "All calls that are open or open soon"
    assert len(suggested_name(filters("q=" + "long+" * 100))) == 120


def test_the_list_offers_to_save_its_filters_and_the_search_opens_the_list_again(person: User) -> None:
    CallFactory(districts=[DistrictFactory(slug="biomedical", name_en="Biomedical")])
    client = signed_in(person)
    page = client.get("/en/calls/?district=biomedical&cursor=x").content.decode()
    offer = re.search(r'href="(/en/alerts/searches/new/[^"]*)"', page)[1].replace("&amp;", "&")
    assert 'value="Biomedical"' in client.get(offer).content.decode()
    answer = client.post(offer, {"name": "Ours", "frequency": "weekly"})
    assert (answer.status_code, answer.url) == (302, "/en/alerts/")
    search = SavedSearch.objects.get()
    assert (search.user, search.query, search.name, search.frequency) == (
        person, "district=biomedical", "Ours", "weekly",
    )  # fmt: skip
    assert 'href="/en/calls/?district=biomedical"' in client.get("/en/alerts/").content.decode()


def test_a_visitor_signs_in_and_comes_back_to_the_search(client: Client) -> None:
    answer = client.get("/en/alerts/searches/new/?q=dialysis")
    assert answer.url == "/en/accounts/login/?next=/en/alerts/searches/new/%3Fq%3Ddialysis"


def test_the_same_search_is_saved_once_and_takes_the_new_name(person: User) -> None:
    client = signed_in(person)
    for address, name in (("?status=open&q=x", "First"), ("?q=x&status=open&ordering=-budget", "Second")):
        client.post(f"/en/alerts/searches/new/{address}", {"name": name, "frequency": "daily"})
    assert list(SavedSearch.objects.values_list("name", flat=True)) == ["Second"]


def test_saving_a_paused_search_again_switches_it_on(person: User) -> None:
    search = SavedSearchFactory(user=person, query="q=x", active=False)
    alerts.save_search(actor=person, query="q=x", name="X")
    search.refresh_from_db()
    assert search.active


def test_what_is_missing_is_said_and_what_was_typed_stays(person: User) -> None:
    answer = signed_in(person).post("/en/alerts/searches/new/?q=x", {"name": "", "frequency": "hourly"})
    assert answer.status_code == 422
    assert not SavedSearch.objects.exists()


def test_more_filters_than_can_be_kept_are_refused_with_words(person: User) -> None:
    answer = signed_in(person).post(f"/en/alerts/searches/new/?q={'x' * 1001}", {"name": "Long", "frequency": "daily"})
    assert answer.status_code == 422
    assert "too many filters" in answer.content.decode()


def test_one_person_keeps_at_most_fifty_searches(person: User) -> None:
    for number in range(alerts.MOST_SEARCHES):
        alerts.save_search(actor=person, query=f"q=x{number}", name="X")
    with pytest.raises(DomainError):
        alerts.save_search(actor=person, query="q=more", name="X")
    alerts.save_search(actor=person, query="q=x1", name="Again")


def test_a_search_can_be_changed_paused_resumed_and_deleted(person: User) -> None:
    search = SavedSearchFactory(user=person, query="q=x")
    client, address = signed_in(person), f"/en/alerts/searches/{search.pk}/"
    client.post(address, {"name": "New name", "frequency": "weekly"})
    client.post(f"{address}pause/")
    search.refresh_from_db()
    assert (search.name, search.frequency, search.active, search.query) == ("New name", "weekly", False, "q=x")
    client.post(f"{address}resume/")
    search.refresh_from_db()
    assert search.active
    assert "New name" in client.get(f"{address}delete/").content.decode()
    client.post(f"{address}delete/")
    assert not SavedSearch.objects.exists()


def test_the_page_asks_as_many_queries_for_thirty_of_everything_as_for_one(
    person: User, django_assert_num_queries
) -> None:
    def fill(number: int) -> None:
        for n in range(number):
            SavedSearchFactory(user=person, query=f"q={number}-{n}")
            FollowFactory(user=person)

    client = signed_in(person)
    fill(1)
    with django_assert_num_queries(9):
        client.get("/en/alerts/")
    fill(30)
    with django_assert_num_queries(9):
        client.get("/en/alerts/")


# --- Off by the link of the mail ---------------------------------------------------------------------------------


def test_opening_the_link_asks_and_its_button_switches_off_and_on_without_signing_in(client: Client) -> None:
    search = SavedSearchFactory(name="Biomedical calls")
    address = f"/en/alerts/off/{search.token}/"
    assert "Biomedical calls" in client.get(address).content.decode()
    search.refresh_from_db()
    assert search.active
    for _again in range(2):
        assert client.post(address).url == address
        search.refresh_from_db()
        assert not search.active
    assert f"/en/alerts/on/{search.token}/" in client.get(address).content.decode()
    client.post(f"/en/alerts/on/{search.token}/")
    search.refresh_from_db()
    assert search.active


def test_a_mail_program_switches_off_without_cookie_or_token_of_the_form() -> None:
    search = SavedSearchFactory(user__language="it")
    strict = Client(enforce_csrf_checks=True)
    address = f"/alerts/off/{search.token}/"
    for _again in range(2):
        answer = strict.post(address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
        assert (answer.status_code, dict(answer.cookies)) == (200, {})
    search.refresh_from_db()
    assert not search.active
    assert strict.get(address).url == f"/it/alerts/off/{search.token}/"
    # Only there: the page of people keeps its protection.
    assert strict.post(f"/en/alerts/off/{search.token}/").status_code == 403


def test_a_guessed_link_finds_nothing(client: Client) -> None:
    assert client.get("/en/alerts/off/guessed/").status_code == 404


# --- Followed calls, reminders -----------------------------------------------------------------------------------


def test_followed_calls_are_listed_and_can_be_left(person: User) -> None:
    follow = FollowFactory(user=person, call__title_en="Clean rooms")
    client = signed_in(person)
    assert "Clean rooms" in client.get("/en/alerts/").content.decode()
    client.post(f"/en/alerts/follows/{follow.pk}/remove/")
    assert not Follow.objects.exists()


def test_without_a_choice_all_reminders_are_on_and_none_can_be_chosen(person: User) -> None:
    client = signed_in(person)
    assert client.get("/en/alerts/").content.decode().count("checked") == 3
    client.post("/en/alerts/reminders/", {"days": ["7"]})
    assert AlertPreferences.objects.get().reminder_days == [7]
    assert client.get("/en/alerts/").content.decode().count("checked") == 1
    client.post("/en/alerts/reminders/")
    assert AlertPreferences.objects.get().reminder_days == []
    assert client.post("/en/alerts/reminders/", {"days": ["3"]}).status_code == 422
    assert [days for days, _label in REMINDER_CHOICES] == REMINDER_DAYS


# --- The secret calendar -----------------------------------------------------------------------------------------


def new_address(person: User) -> str:
    page = signed_in(person).post("/en/alerts/calendar/").content.decode()
    return re.search(r'value="http://[^/]+(/calendars/[\w-]+\.ics)"', page)[1]


def events(client: Client, address: str) -> dict[str, object]:
    """Start of each entry, by its summary."""
    found = Calendar.from_ical(client.get(address).content).walk("VEVENT")
    return {str(event["summary"]): event.decoded("dtstart") for event in found}


def test_the_calendar_has_all_dates_of_the_calls_that_concern_the_person_and_of_no_others(
    client: Client, person: User
) -> None:
    opens, closes = datetime(2027, 3, 1, 9, tzinfo=ROME), datetime(2027, 4, 1, 13, tzinfo=ROME)
    questions = closes - timedelta(days=5)
    call = CallFactory(title_en="Followed", opens_at=opens, closes_at=closes, questions_until=questions)
    CallMilestoneFactory(call=call, name_en="Info day 100 %", starts_on=date(2027, 3, 5))
    FollowFactory(user=person, call=call)
    firm = OrganisationFactory(owner=person)
    InterestFactory(organisation=firm, call__title_en="Interested")
    NetworkFactory(lead=firm, call__title_en="In a network")
    InterestFactory(organisation=firm, call__title_en="Withdrawn", withdrawn_at=timezone.now())
    CallFactory(title_en="Strange")
    FollowFactory(user=person, call__title_en="Secret", call__draft=True)
    found = events(client, new_address(person))
    assert found["Opens: Followed"] == opens
    assert found["Deadline: Followed"] == closes
    assert found["Last questions: Followed"] == questions
    assert found["Info day 100 %: Followed"] == date(2027, 3, 5)
    assert {"Deadline: Interested", "Deadline: In a network"} <= set(found)
    assert not re.search("Withdrawn|Strange|Secret", " ".join(found))


def test_the_calendar_speaks_the_persons_language_needs_no_cookie_and_may_be_asked_again_cheaply(
    client: Client,
) -> None:
    person = UserFactory(language="it")
    FollowFactory(user=person, call__title_it="Camere bianche")
    address = new_address(person)
    answer = client.get(address, headers={"Accept-Language": "en"})
    assert "Camere bianche" in answer.content.decode()
    assert (dict(answer.cookies), answer["Cache-Control"]) == ({}, "private, no-cache")
    again = client.get(address, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])
    Call.objects.update(state=CallState.CANCELLED)
    changed = client.get(address, headers={"If-None-Match": answer["ETag"]})
    assert changed.status_code == 200
    assert b"STATUS:CANCELLED" in changed.content


def test_the_address_is_shown_once_and_only_its_hash_is_kept(person: User) -> None:
    address = new_address(person)
    secret = address.removeprefix("/calendars/").removesuffix(".ics")
    feed = CalendarFeed.objects.get()
    assert secret not in str(vars(feed))
    assert len(secret) >= 43
    assert secret not in signed_in(person).get("/en/alerts/").content.decode()
    assert signed_in(person).get("/it/alerts/calendar/").url == "/it/alerts/"


def test_a_new_address_ends_the_old_one_and_revoking_ends_both(client: Client, person: User) -> None:
    old = new_address(person)
    new = new_address(person)
    assert [client.get(address).status_code for address in (old, new)] == [404, 200]
    signed_in(person).post("/en/alerts/calendar/revoke/")
    assert client.get(new).status_code == 404
    assert client.get("/calendars/guessed.ics").status_code == 404


def test_the_calendar_of_a_closed_account_is_gone(client: Client, person: User) -> None:
    address = new_address(person)
    User.objects.update(is_active=False)
    assert client.get(address).status_code == 404


def test_the_owner_sees_when_the_address_was_last_read_and_reading_writes_at_most_once_an_hour(
    client: Client, person: User
) -> None:
    address = new_address(person)
    client.get(address)
    assert "Last read on" in signed_in(person).get("/en/alerts/").content.decode()
    used = CalendarFeed.objects.get().used_at
    client.get(address)
    assert CalendarFeed.objects.get().used_at == used


def test_the_calendar_asks_as_many_queries_for_thirty_calls_as_for_one(
    client: Client, person: User, django_assert_num_queries
) -> None:
    address = new_address(person)
    FollowFactory(user=person)
    client.get(address)
    with django_assert_num_queries(4):
        client.get(address)
    for _ in range(30):
        CallMilestoneFactory(call=FollowFactory(user=person).call)
    with django_assert_num_queries(4):
        client.get(address)
