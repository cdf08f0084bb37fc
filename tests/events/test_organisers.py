"""Pages of organisers, counts for the Region, the desk, the administration."""

import csv
import io
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from district_portal.accounts.models import Role
from district_portal.shared.desk import tasks_for
from events.models import Category, Registration
from events.permissions import can_organise, can_see_statistics
from events.reports import attendance
from events.states import RegistrationState
from tests.factories.accounts import AppointmentFactory, RegionFactory, UserFactory
from tests.factories.events import EventFactory, RegistrationFactory

pytestmark = pytest.mark.django_db

WAITING, CANCELLED = RegistrationState.WAITING, RegistrationState.CANCELLED


@pytest.fixture
def event():
    return EventFactory(capacity=100)


@pytest.fixture
def organiser(event, client):
    person = AppointmentFactory(role=Role.ORGANISER, district=event.district).user
    client.force_login(person)
    return person


def address(event, *rest):
    return "/".join(["/en/events", event.slug, *rest, ""])


def rows(answer):
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


# --- Who may


def test_organisers_of_the_district_and_of_its_region_may_others_not(event):
    region_wide = AppointmentFactory(role=Role.ORGANISER, district=None, region=event.region).user
    own = AppointmentFactory(role=Role.ORGANISER, district=event.district).user
    elsewhere = AppointmentFactory(role=Role.ORGANISER).user
    yesterday = timezone.localdate() - timedelta(days=1)
    former = AppointmentFactory(
        role=Role.ORGANISER, district=event.district, valid_from=yesterday, valid_to=yesterday
    ).user
    facilitator = AppointmentFactory(role=Role.FACILITATOR, district=event.district).user
    people = [region_wide, own, elsewhere, former, facilitator, UserFactory(is_staff=True)]
    assert [can_organise(person, event) for person in people] == [True, True, False, False, False, False]


def test_the_regions_staff_sees_counts_and_no_names(event, client):
    staff = AppointmentFactory(role=Role.REGIONAL_STAFF, district=None, region=event.region).user
    abroad = AppointmentFactory(
        role=Role.REGIONAL_STAFF, district=None, region=RegionFactory(nuts="ITC4", slug="lombardy", name_it="Lombardia")
    ).user
    assert (can_see_statistics(staff, event), can_organise(staff, event)) == (True, False)
    assert not can_see_statistics(abroad, event)
    client.force_login(staff)
    assert client.get(address(event, "statistics")).status_code == 200
    assert client.get(address(event, "participants")).status_code == 403
    assert client.post(address(event, "check-in"), {"code": "x"}).status_code == 403


def test_an_event_of_the_whole_region_is_organised_by_the_regions_organisers_only():
    event = EventFactory()
    event.district = None
    event.save()
    of_a_district = AppointmentFactory(role=Role.ORGANISER).user
    region_wide = AppointmentFactory(role=Role.ORGANISER, district=None, region=event.region).user
    assert [can_organise(person, event) for person in (of_a_district, region_wide)] == [False, True]


def test_organisers_see_their_event_before_it_is_published(client):
    event = EventFactory(published=False)
    client.force_login(AppointmentFactory(role=Role.ORGANISER, district=event.district).user)
    assert client.get(address(event)).status_code == 200


# --- Participants


def test_guests_are_found_by_words_states_and_categories(client, event, organiser):
    RegistrationFactory(event=event, family_name="Baraldi", given_name="Giulia", category=Category.PRESS)
    RegistrationFactory(event=event, family_name="Rossi", organisation="Novamed", arrived_at=timezone.now())
    RegistrationFactory(event=event, family_name="Verdi", state=WAITING)
    RegistrationFactory(family_name="Stranger")

    def names(query):
        return [
            row["family_name"]
            for row in client.get(address(event, "participants") + f"?format=json&{query}").json()["results"]
        ]

    assert names("") == ["Baraldi", "Rossi", "Verdi"]
    assert names("q=giulia+bar") == ["Baraldi"]
    assert names("q=novamed") == ["Rossi"]
    assert names("state=waiting&state=arrived") == ["Rossi", "Verdi"]
    assert names("category=press") == ["Baraldi"]
    assert names("category=press&state=waiting") == []


def test_nonsense_in_the_address_is_no_error(client, event, organiser):
    RegistrationFactory(event=event)
    for query in (
        "q=%00",
        "state=nothing",
        "category=minister",
        "cursor=zzz",
        "q=" + "x" * 500,
        "q=%25_",
        "format=pdf",
    ):
        assert client.get(address(event, "participants") + f"?{query}").status_code == 200


def test_the_list_is_a_whole_page_and_a_part_for_htmx(client, event, organiser):
    RegistrationFactory(event=event, needs="step-free")
    whole = client.get(address(event, "participants"))
    part = client.get(address(event, "participants"), headers={"HX-Request": "true"})
    assert b"<html" in whole.content and b"<html" not in part.content
    assert b"step-free" in part.content and b"Mark as arrived" in part.content


def test_the_list_asks_the_same_number_of_queries_for_1_and_30_guests(client, event, organiser):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address(event, "participants")).status_code == 200
        return len(asked)

    RegistrationFactory(event=event)
    queries()
    one = queries()
    RegistrationFactory.create_batch(30, event=event)
    assert queries() == one


@pytest.mark.parametrize("dialect", ["", "&dialect=it"])
def test_no_cell_of_the_csv_can_be_a_formula(client, event, organiser, dialect):
    RegistrationFactory(event=event, given_name="=1+1", family_name="+39", organisation="@SUM(A1)", needs="-2")
    text = b"".join(client.get(address(event, "participants") + f"?format=csv{dialect}").streaming_content).decode()
    for cell in ("'=1+1", "'+39", "'@SUM(A1)", "'-2"):
        assert cell in text
    delimiter = ";" if dialect else ","
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter)
    assert not [value for value in row.values() if value[:1] in "=+-@" and value]


def test_the_csv_has_one_row_for_each_guest_with_what_organisers_need(client, event, organiser):
    guest = RegistrationFactory(event=event, needs="vegan")
    (row,) = rows(client.get(address(event, "participants") + "?format=csv"))
    assert (row["code"], row["email"], row["needs"], row["state"], row["arrived_at"]) == (
        guest.code, guest.email, "vegan", "confirmed", "",
    )  # fmt: skip


def test_a_guest_is_marked_as_arrived_and_back(client, event, organiser):
    guest = RegistrationFactory(event=event)
    client.post(address(event, "participants", str(guest.pk), "arrive"))
    guest.refresh_from_db()
    assert guest.arrived_at and guest.arrived_by == organiser
    answer = client.post(address(event, "participants", str(guest.pk), "undo"), {"from": "check-in"})
    guest.refresh_from_db()
    assert guest.arrived_at is None
    assert answer["Location"] == address(event, "check-in")


def test_a_guest_without_a_place_cannot_arrive(client, event, organiser):
    guest = RegistrationFactory(event=event, state=WAITING)
    assert client.post(address(event, "participants", str(guest.pk), "arrive")).status_code == 409


def test_guests_of_another_event_are_not_found_below_this_one(client, event, organiser):
    guest = RegistrationFactory()
    assert client.post(address(event, "participants", str(guest.pk), "arrive")).status_code == 404
    assert client.post(address(guest.event, "participants", str(guest.pk), "arrive")).status_code == 403


# --- Check-in


def scan(client, event, code, **headers):
    answer = client.post(address(event, "check-in"), {"code": code}, headers=headers)
    result = BeautifulSoup(answer.content, "html.parser").select_one(".dn-result")
    return answer.status_code, result and result["data-answer"], result.get_text(" ", strip=True) if result else ""


def test_the_entrance_answers_with_name_category_and_needs(client, event, organiser):
    guest = RegistrationFactory(event=event, category=Category.PRESS, needs="induction loop")
    status, answer, words = scan(client, event, guest.code.lower().replace("-", " "))
    assert (status, answer) == (200, "arrived")
    assert str(guest) in words and "Press" in words and "induction loop" in words


def test_the_entrance_says_what_is_wrong(client, event, organiser):
    arrived = RegistrationFactory(event=event, arrived_at=timezone.now())
    waiting = RegistrationFactory(event=event, state=WAITING)
    cancelled = RegistrationFactory(event=event, state=CANCELLED)
    codes = [arrived.code, waiting.code, cancelled.code, RegistrationFactory().code, "9F3K-2QXM-74", ""]
    assert [scan(client, event, code)[:2] for code in codes] == [
        (409, "already"), (409, "waiting"), (409, "cancelled"), (422, "unknown"), (422, "mistyped"), (422, None),
    ]  # fmt: skip
    moment = timezone.localtime(arrived.arrived_at)
    assert f"Already arrived at {moment:%H:%M}" in scan(client, event, arrived.code)[2]


def test_htmx_replaces_the_answer_alone_whatever_its_status(client, event, organiser):
    answer = client.post(address(event, "check-in"), {"code": "nonsense"}, headers={"HX-Request": "true"})
    assert (answer["HX-Retarget"], answer["HX-Reselect"]) == ("#checkin-result", "#checkin-result")
    assert answer.content.strip().startswith(b'<div id="checkin-result"') or b"<html" not in answer.content


def test_only_the_entrance_may_use_the_camera(client, event, organiser):
    assert client.get(address(event, "check-in"))["Permissions-Policy"].startswith("camera=(self)")
    assert client.get(address(event, "participants"))["Permissions-Policy"].startswith("camera=()")
    assert "scanner.js" not in client.get(address(event, "participants")).content.decode()


# --- Statistics


def test_persons_and_distinct_organisations_are_counted_apart(event):
    arrived = timezone.now()
    RegistrationFactory(event=event, organisation="Novamed Plast srl", arrived_at=arrived)
    RegistrationFactory(event=event, organisation="NOVAMED PLAST S.r.l.")
    RegistrationFactory(event=event, organisation="Novamed Plast", category=Category.RESEARCH, arrived_at=arrived)
    RegistrationFactory(event=event, organisation="Estense")
    RegistrationFactory(event=event, organisation="", category=Category.STUDENT, arrived_at=arrived)
    RegistrationFactory(event=event, organisation="Waiting spa", state=WAITING)
    RegistrationFactory(event=event, organisation="Gone spa", state=CANCELLED)
    found, everybody = attendance(event)
    counts = {
        row.category: (
            row.persons_registered,
            row.persons_attended,
            row.organisations_registered,
            row.organisations_attended,
        )
        for row in [*found, everybody]
    }
    assert counts["enterprise"] == (3, 1, 2, 1)
    assert counts["research"] == (1, 1, 1, 1)
    assert counts["student"] == (1, 1, 0, 0)
    assert counts["press"] == (0, 0, 0, 0)
    # Novamed came as enterprise and as research: once among all.
    assert counts[""] == (5, 3, 2, 1)


def test_statistics_have_a_row_for_each_category_as_page_csv_and_json(client, event, organiser):
    RegistrationFactory(event=event, category=Category.PRESS)
    url = address(event, "statistics")
    assert len(BeautifulSoup(client.get(url).content, "html.parser").select("tbody tr")) == len(Category)
    lines = client.get(url + "?format=csv").content.decode().splitlines()
    assert lines[0] == "category,persons_registered,persons_attended,organisations_registered,organisations_attended"
    assert [line.split(",")[0] for line in lines[1:]] == [*Category.values, "all"]
    assert "press,1,0,1,0" in lines and lines[-1] == "all,1,0,1,0"
    assert client.get(url + "?format=csv&dialect=it").content.decode().splitlines()[-1] == "all;1;0;1;0"
    assert client.get(url + "?format=json").json()["all"]["persons_registered"] == 1


# --- Desk and administration


def test_the_desk_names_events_of_the_next_14_days(event, organiser):
    RegistrationFactory(event=event)
    RegistrationFactory(event=event, state=WAITING)
    EventFactory(district=event.district, starts_at=timezone.now() + timedelta(days=15))
    EventFactory()
    now = timezone.now()
    (task,) = [task for task in tasks_for(organiser, now) if "participants" in task.url]
    assert "1 of 100 places taken" in task.title and "1 on the waiting list" in task.context
    assert task.due == event.starts_at
    assert not [task for task in tasks_for(UserFactory(), now) if "participants" in task.url]


def admin_form(client, event, **changes):
    soup = BeautifulSoup(client.get(reverse("admin:events_event_change", args=[event.pk])).content, "html.parser")
    data = {}
    for field in soup.select("#event_form input[name], #event_form textarea[name]"):
        if field.get("type") in ("checkbox", "submit") and not field.has_attr("checked"):
            continue
        data[field["name"]] = field.get("value", "") if field.name == "input" else field.text
    for field in soup.select("#event_form select[name]"):
        chosen = field.select_one("option[selected]")
        data[field["name"]] = chosen["value"] if chosen else ""
    return client.post(reverse("admin:events_event_change", args=[event.pk]), data | changes)


def test_more_places_entered_in_the_administration_promote_who_waits(client):
    event = EventFactory(capacity=1)
    RegistrationFactory(event=event)
    guest = RegistrationFactory(event=event, state=WAITING)
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert admin_form(client, event, capacity="2", title_en="Changed").status_code == 302
    guest.refresh_from_db()
    event.refresh_from_db()
    assert (guest.state, event.taken, event.capacity, event.title_en) == ("confirmed", 2, 2, "Changed")


def test_fewer_places_than_are_taken_are_refused_in_the_administration(client):
    event = EventFactory(capacity=3)
    RegistrationFactory.create_batch(2, event=event)
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    answer = admin_form(client, event, capacity="1")
    assert answer.status_code == 200 and b"2 places are taken already" in answer.content
    event.refresh_from_db()
    assert event.capacity == 3
    assert Registration.objects.count() == 2


def test_an_event_is_entered_in_the_administration(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert client.get(reverse("admin:events_event_add")).status_code == 200
