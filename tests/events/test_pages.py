"""The list, an event's page and its registration form."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from district_portal.notifications.models import OutboxRow
from events.models import Registration
from events.states import RegistrationState
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory, EventFigureFactory, RegistrationFactory, SessionFactory

pytestmark = pytest.mark.django_db

ANSWERS = {
    "given_name": "Giulia",
    "family_name": "Baraldi",
    "email": "giulia@novamed.example",
    "organisation": "Novamed Plast srl",
    "category": "enterprise",
}


def address(event, *rest):
    return "/".join(["/en/events", event.slug, *rest, ""])


def page(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def words(node):
    return " ".join(node.get_text(" ").split())


# --- The list


def test_coming_events_stand_first_and_then_past_editions():
    now = timezone.now()
    old = EventFactory(title_en="First edition", starts_at=None, held_in=2012)
    last = EventFactory(title_en="Last year", over=True)
    later = EventFactory(title_en="Later", starts_at=now + timedelta(days=40))
    soon = EventFactory(title_en="Soon")
    now_on = EventFactory(title_en="Going on", starts_at=now - timedelta(hours=1))
    unknown = EventFactory(title_en="Some day", starts_at=None)
    listed = type(soon).objects.in_list_order(now).order_by("position", "pk")
    assert list(listed) == [now_on, soon, later, unknown, last, old]


def test_the_list_shows_states_places_and_old_years(client):
    EventFactory(title_en="Full day", capacity=0)
    EventFactory(title_en="Old day", starts_at=None, held_in=2012)
    soup = page(client, "/en/events/")
    assert [words(heading) for heading in soup.select("main h2")] == ["Coming", "Past editions"]
    full, old = soup.select("article")
    assert "Full" in words(full) and "Waiting list open" in words(full)
    assert "Past" in words(old) and "Held in 2012" in words(old)


def test_unpublished_events_are_seen_by_nobody_outside(client):
    event = EventFactory(published=False)
    assert event.title_en not in client.get("/en/events/").content.decode()
    for rest in ([], ["register"], ["participants"], ["check-in"], ["statistics"]):
        assert client.get(address(event, *rest)).status_code in (302, 404)
    assert client.get(address(event)).status_code == 404


def test_the_list_answers_json_and_csv(client):
    event = EventFactory(capacity=12)
    row = client.get("/en/events/?format=json").json()["results"][0]
    assert (row["slug"], row["places"], row["places_left"]) == (event.slug, 12, 12)
    lines = b"".join(client.get("/en/events/?format=csv").streaming_content).decode().splitlines()
    assert lines[0].startswith("slug,title_it,title_en,starts_at") and len(lines) == 2


def test_the_list_asks_the_same_number_of_queries_for_1_and_30_events(client):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/en/events/").status_code == 200
        return len(asked)

    EventFactory()
    queries()
    one = queries()
    EventFactory.create_batch(30)
    assert queries() == one


def test_walking_the_pages_of_the_list_meets_each_event_once(client):
    now = timezone.now()
    for number in range(23):
        EventFactory(starts_at=now + timedelta(days=1 + number // 3))
        EventFactory(starts_at=now - timedelta(days=1 + number // 3))
    met, address = [], "/en/events/?format=json"
    while address:
        answer = client.get(address).json()
        met += [row["slug"] for row in answer["results"]]
        address = answer["next"]
    assert len(met) == len(set(met)) == answer["count"] == 46


# --- The page


def test_the_page_shows_the_day_in_rome_the_programme_and_the_places_left(client):
    event = EventFactory(
        starts_at=datetime(2031, 12, 17, 8, 0, tzinfo=UTC),
        ends_at=datetime(2031, 12, 17, 16, 30, tzinfo=UTC),
        capacity=200,
    )
    SessionFactory(event=event, title_en="Doors open")
    RegistrationFactory(event=event)
    soup = page(client, address(event))
    assert "Wednesday 17 December 2031, 09:00" in words(soup.select_one(".dn-hero__meta")).replace("–", " ")
    assert words(soup.select_one(".dn-agenda li")) == "09:00 Doors open"
    assert words(soup.select_one("[aria-labelledby=places]")).startswith("Places 1 of 200 taken 199 left")


def test_who_comes_is_only_a_count_of_distinct_organisations(client):
    event = EventFactory()
    for name in ("Novamed Plast srl", "NOVAMED PLAST S.p.A.", "Estense"):
        RegistrationFactory(event=event, organisation=name, listed=True)
    RegistrationFactory(event=event, organisation="", listed=True)
    RegistrationFactory(event=event, organisation="Only waiting", state=RegistrationState.WAITING)
    soup = page(client, address(event))
    assert words(soup.select_one("[aria-labelledby=who] p")) == "2 organisations"
    assert "Novamed" not in str(soup) and "Bianchi" not in str(soup)


def test_published_figures_of_the_last_edition_stand_apart_with_scope_source_and_year(client):
    first = EventFactory(starts_at=None, held_in=2012)
    EventFigureFactory(event=first)
    coming = EventFactory(previous=first)
    panel = words(page(client, address(coming)).select_one(".dn-published"))
    for part in (
        "Last edition: published figures",
        "people",
        "Distretti Day, first edition, 2012",
        "Source: programme",
        "180",
    ):
        assert part in panel
    own = words(page(client, address(first)).select_one(".dn-published"))
    assert "Published figures of this edition" in own and "180" in own


def test_no_box_is_ticked_and_no_category_chosen_beforehand(client):
    form = page(client, address(EventFactory())).select_one("#register form")
    assert [field["name"] for field in form.select("input:not([type=hidden]), select, textarea")] == [
        "given_name", "family_name", "email", "organisation", "category", "needs", "listed",
    ]  # fmt: skip
    assert not form.select("[checked]")
    assert form.select_one("option[selected]")["value"] == ""


def test_a_past_event_has_no_form(client):
    soup = page(client, address(EventFactory(over=True)))
    assert not soup.select("main form") and "This event is over" in words(soup)


def test_who_is_signed_in_finds_name_and_address_in_the_form(client):
    user = UserFactory(given_name="Giulia")
    client.force_login(user)
    form = page(client, address(EventFactory(), "register")).select_one("main form")
    assert (form.select_one("[name=given_name]")["value"], form.select_one("[name=email]")["value"]) == (
        "Giulia",
        user.email,
    )


def test_the_event_can_be_put_into_a_calendar_in_rome_time(client):
    event = EventFactory(starts_at=datetime(2031, 7, 17, 7, 0, tzinfo=UTC), title_en="Summer, day")
    answer = client.get(f"/en/events/{event.slug}/event.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(answer.content)
    (entry,) = calendar.walk("VEVENT")
    assert entry["UID"] == f"event-{event.pk}@127.0.0.1"
    assert entry["DTSTART"].params["TZID"] == "Europe/Rome" and entry.decoded("DTSTART") == event.starts_at
    assert (str(entry["SUMMARY"]), entry.decoded("DTSTART").hour) == ("Summer, day", 9)
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Rome"]
    again = icalendar.Calendar.from_ical(client.get(f"/en/events/{event.slug}/event.ics").content)
    assert again.walk("VEVENT")[0]["UID"] == entry["UID"]


def test_an_event_without_a_day_has_no_calendar_file(client):
    assert client.get(f"/en/events/{EventFactory(starts_at=None).slug}/event.ics").status_code == 404


# --- Registering


def test_a_new_guest_is_led_to_the_ticket(client):
    event = EventFactory()
    answer = client.post(address(event, "register"), ANSWERS)
    registration = Registration.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/en/tickets/{registration.token}/")
    assert (registration.email, registration.listed, registration.language) == ("giulia@novamed.example", False, "en")


def test_the_language_of_the_page_is_the_language_of_the_mails(client):
    client.post(address(EventFactory(), "register").replace("/en/", "/it/"), ANSWERS)
    assert Registration.objects.get().language == "it"


def test_an_empty_form_says_what_is_missing(client):
    answer = client.post(address(EventFactory(), "register"))
    soup = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 422
    assert soup.title.string.strip().startswith("Error:")
    assert [words(line).split(": ")[-1] for line in soup.select(".dn-errsum li")] == [
        "Enter your first name",
        "Enter your last name",
        "Enter your email address, like name@company.it",
        "Choose what you come as",
    ]
    assert not Registration.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "giulia@novamed"),
        ("category", "minister"),
        ("given_name", "x" * 101),
        ("needs", "x" * 1001),
        ("organisation", "a\0b"),
    ],
)
def test_a_wrong_answer_keeps_what_was_typed(client, field, value):
    answer = client.post(
        address(EventFactory(), "register"), ANSWERS | {"needs": "ramp", "listed": "on"} | {field: value}
    )
    soup = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 422
    assert len(soup.select(".dn-errsum li")) == 1
    assert soup.select_one("[name=family_name]")["value"] == "Baraldi"
    assert soup.select_one("[name=listed]").has_attr("checked")


def test_an_address_is_the_same_in_any_case_and_with_spaces(client):
    event = EventFactory()
    client.post(address(event, "register"), ANSWERS)
    client.post(address(event, "register"), ANSWERS | {"email": " GIULIA@novamed.example "})
    assert Registration.objects.count() == 1


def test_typing_the_address_of_another_never_shows_their_ticket(client):
    event = EventFactory()
    client.post(address(event, "register"), ANSWERS)
    Registration.objects.update(registered_at=timezone.now() - timedelta(minutes=2))
    registration = Registration.objects.get()
    answer = client.post(address(event, "register"), ANSWERS | {"given_name": "Mallory"})
    body = answer.content.decode()
    assert answer.status_code == 200
    assert "We sent the ticket again to <b>giulia@novamed.example</b>" in body
    for secret in (registration.token, registration.code, "Giulia"):
        assert secret not in body
    assert OutboxRow.objects.filter(about=registration.pk).count() == 2


def test_a_full_event_takes_guests_on_the_waiting_list(client):
    event = EventFactory(capacity=0)
    form = page(client, address(event, "register")).select_one("main form")
    assert words(form.select_one("button")) == "Join the waiting list"
    ticket = client.post(address(event, "register"), ANSWERS, follow=True)
    assert "Your position is 1." in ticket.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("fields", [{"over": True}, {"starts_at": None}])
def test_an_event_that_is_over_or_not_open_answers_409(client, method, fields):
    event = EventFactory(**fields)
    answer = getattr(client, method)(address(event, "register"), ANSWERS)
    assert answer.status_code == 409
    assert not Registration.objects.exists()


def test_an_unknown_event_is_not_found(client):
    assert client.get("/en/events/nothing/").status_code == 404
    assert client.post("/en/events/nothing/register/", ANSWERS).status_code == 404
