"""Places, the waiting list, and the entrance."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from district_portal.notifications.models import OutboxRow
from district_portal.shared.errors import DomainError
from events import operations
from events.models import Category, Event, Registration
from events.operations import Answer, Guest
from events.states import RegistrationState
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory, RegistrationFactory

pytestmark = pytest.mark.django_db

WAITING, CONFIRMED, CANCELLED = RegistrationState.WAITING, RegistrationState.CONFIRMED, RegistrationState.CANCELLED


def guest(name="ada", **fields):
    return Guest(
        **{"given_name": name, "family_name": "Rossi", "email": f"{name}@example.org", "category": "enterprise"}
        | fields
    )


def register(event, name="ada", moment=None, **fields):
    return operations.register(event, guest(name, **fields), moment=moment or timezone.now(), language="it")


def later():
    """Not the same form sent twice any more."""
    return timezone.now() + timedelta(minutes=2)


def full_event(places=1, waiting=()):
    """An event without free places, and its waiting guests by name."""
    event = EventFactory(capacity=places)
    for number in range(places):
        register(event, f"first{number}")
    return event, [register(event, name)[0] for name in waiting]


def taken(event):
    return Event.objects.values_list("taken", flat=True).get(pk=event.pk)


def messages():
    """What is told to whom, in order."""
    rows = OutboxRow.objects.order_by("pk").values_list("message", "about")
    names = dict(Registration.objects.values_list("pk", "given_name"))
    return [(message.removeprefix("events/registration_"), names[int(about)]) for message, about in rows]


# --- Registering


def test_a_guest_gets_a_place_and_is_told():
    event = EventFactory(capacity=2)
    registration, is_new = register(event, organisation="Novamed Plast S.r.l.", needs="step-free", listed=True)
    assert is_new
    registration.refresh_from_db()
    assert (registration.state, registration.organisation_key, registration.language) == (
        CONFIRMED,
        "novamed plast",
        "it",
    )
    assert (registration.needs, registration.listed, registration.category) == ("step-free", True, Category.ENTERPRISE)
    assert len(registration.token) == 43
    assert taken(event) == 1
    assert messages() == [("confirmed", "ada")]


def test_without_a_free_place_guests_wait_in_the_order_of_their_registration():
    _event, (bea, carla) = full_event(waiting=["bea", "carla"])
    assert [bea.state, carla.state] == [WAITING, WAITING]
    assert [bea.waiting_position(), carla.waiting_position()] == [1, 2]
    assert messages() == [("confirmed", "first0"), ("waiting", "bea"), ("waiting", "carla")]


def test_an_event_without_a_limit_always_has_room():
    event = EventFactory(capacity=None)
    assert [register(event, f"guest{number}")[0].state for number in range(3)] == [CONFIRMED] * 3
    assert taken(event) == 3


def test_the_same_address_again_changes_nothing_and_sends_the_ticket_again():
    event = EventFactory(capacity=2)
    first, _ = register(event, "ada")
    again, is_new = register(event, "other", email="ADA@example.org", moment=later())
    assert (again.pk, again.given_name, is_new) == (first.pk, "ada", False)
    assert taken(event) == 1
    assert messages() == [("confirmed", "ada"), ("confirmed", "ada")]


def test_the_same_form_sent_twice_sends_one_ticket():
    event = EventFactory()
    register(event)
    assert not register(event)[1]
    assert messages() == [("confirmed", "ada")]


def test_the_ticket_is_sent_again_at_most_once_an_hour():
    event = EventFactory(capacity=2)
    register(event)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    for minutes in (2, 20, 59):
        register(event, moment=hour + timedelta(minutes=minutes))
    assert OutboxRow.objects.count() == 2
    register(event, moment=hour + timedelta(minutes=61))
    assert OutboxRow.objects.count() == 3


def test_who_waits_and_registers_again_keeps_the_position():
    event, (bea, _carla) = full_event(waiting=["bea", "carla"])
    again, _ = register(event, "bea", moment=later())
    assert again.waiting_position() == bea.waiting_position() == 1
    assert messages()[-1] == ("waiting", "bea")


def test_the_same_address_may_come_to_another_event():
    register(EventFactory())
    assert register(EventFactory())[1]


def test_after_cancelling_one_can_register_again_with_a_new_ticket():
    event = EventFactory()
    first, _ = register(event)
    operations.cancel_registration(first, moment=timezone.now())
    second, is_new = register(event)
    assert is_new and second.token != first.token and second.code != first.code
    assert taken(event) == 1


def test_a_code_in_use_is_not_given_twice(monkeypatch):
    event = EventFactory()
    codes = iter(["2222-2222-22", "2222-2222-22", "3333-3333-33"])
    monkeypatch.setattr(operations, "new_code", lambda: next(codes))
    assert [register(event, name)[0].code for name in ("ada", "bea")] == ["2222-2222-22", "3333-3333-33"]


@pytest.mark.parametrize(
    "fields", [{"over": True}, {"starts_at": None, "held_in": 2012}, {"starts_at": None}, {"published": False}]
)
def test_nobody_registers_for_an_event_that_is_over_or_not_open(fields):
    event = EventFactory(**fields)
    with pytest.raises(DomainError):
        register(event)
    assert not Registration.objects.exists() and not OutboxRow.objects.exists()


def test_one_can_register_until_the_event_ends():
    event = EventFactory()
    assert register(event, "ada", moment=event.ends_at - timedelta(microseconds=1))[1]
    with pytest.raises(DomainError):
        register(event, "bea", moment=event.ends_at)


def test_registration_and_its_message_are_written_together(monkeypatch):
    def fails(registration):
        raise RuntimeError

    event = EventFactory()
    monkeypatch.setattr(operations.notifications, "registration_confirmed", fails)
    with pytest.raises(RuntimeError):
        register(event)
    assert (taken(event), Registration.objects.count()) == (0, 0)


def test_the_database_itself_refuses_more_guests_than_places():
    event, _ = full_event()
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(taken=2)


def test_saving_an_event_never_writes_the_count_of_places():
    event = EventFactory()
    stale = Event.objects.get(pk=event.pk)
    register(event)
    stale.title_en = "Changed"
    stale.save()
    event.refresh_from_db()
    assert (event.title_en, event.taken) == ("Changed", 1)


# --- Cancelling


def test_a_cancelled_place_goes_to_the_first_who_waits_and_both_are_told():
    event, (bea, carla) = full_event(waiting=["bea", "carla"])
    first = event.registrations.get(given_name="first0")
    operations.cancel_registration(first, moment=timezone.now())
    for registration in (first, bea, carla):
        registration.refresh_from_db()
    assert [first.state, bea.state, carla.state] == [CANCELLED, CONFIRMED, WAITING]
    assert carla.waiting_position() == 1
    assert taken(event) == 1
    assert messages()[3:] == [("promoted", "bea"), ("cancelled", "first0")]


def test_cancelling_twice_changes_nothing():
    event, (bea, carla) = full_event(waiting=["bea", "carla"])
    first = event.registrations.get(given_name="first0")
    for _ in range(2):
        operations.cancel_registration(first, moment=timezone.now())
    carla.refresh_from_db()
    assert (taken(event), carla.state) == (1, WAITING)
    assert messages()[3:] == [("promoted", "bea"), ("cancelled", "first0")]


def test_who_waits_can_leave_the_list_and_frees_no_place():
    event, (bea, carla) = full_event(waiting=["bea", "carla"])
    operations.cancel_registration(bea, moment=timezone.now())
    carla.refresh_from_db()
    assert (taken(event), carla.state, carla.waiting_position()) == (1, WAITING, 1)
    assert messages()[3:] == [("cancelled", "bea")]


def test_promotion_follows_the_order_of_the_list_to_its_end():
    event, waiting = full_event(waiting=["bea", "carla", "dora"])
    leaving = event.registrations.get(given_name="first0")
    promoted = []
    for expected in waiting:
        operations.cancel_registration(leaving, moment=timezone.now())
        leaving = event.registrations.get(state=CONFIRMED)
        promoted.append(leaving.pk == expected.pk)
    operations.cancel_registration(leaving, moment=timezone.now())
    assert promoted == [True, True, True]
    assert taken(event) == 0


def test_after_arrival_one_cannot_cancel():
    registration = RegistrationFactory(arrived_at=timezone.now())
    with pytest.raises(DomainError):
        operations.cancel_registration(registration, moment=timezone.now())
    assert taken(registration.event) == 1


def test_after_the_event_one_cannot_cancel():
    registration = RegistrationFactory(event=EventFactory(over=True))
    with pytest.raises(DomainError):
        operations.cancel_registration(registration, moment=timezone.now())


# --- Places


def test_more_places_go_to_those_who_wait_in_order():
    event, waiting = full_event(waiting=["bea", "carla", "dora"])
    operations.change_capacity(event, actor=UserFactory(), capacity=3)
    for registration in waiting:
        registration.refresh_from_db()
    assert [registration.state for registration in waiting] == [CONFIRMED, CONFIRMED, WAITING]
    assert messages()[4:] == [("promoted", "bea"), ("promoted", "carla")]
    event.refresh_from_db()
    assert (event.capacity, event.taken) == (3, 3)


def test_without_a_limit_nobody_waits_any_more():
    event, _waiting = full_event(waiting=["bea", "carla"])
    operations.change_capacity(event, actor=UserFactory(), capacity=None)
    assert (taken(event), Registration.objects.filter(state=WAITING).count()) == (3, 0)


def test_an_event_cannot_have_fewer_places_than_are_taken():
    event, _ = full_event(places=2)
    with pytest.raises(DomainError):
        operations.change_capacity(event, actor=UserFactory(), capacity=1)
    event.refresh_from_db()
    assert event.capacity == 2


# --- At the entrance


@pytest.fixture
def organiser():
    return UserFactory()


def test_a_code_lets_its_guest_in_in_any_spelling_and_by_the_scanned_address(organiser):
    event = EventFactory()
    spellings = [
        lambda guest: guest.code,
        lambda guest: guest.code.replace("-", "").lower(),
        lambda guest: f" {guest.code.replace('-', ' ')} ",
        lambda guest: f"https://portal.example/it/tickets/{guest.token}/",
    ]
    for spelling in spellings:
        registration = RegistrationFactory(event=event)
        found = operations.check_in(event, spelling(registration), actor=organiser)
        assert (found.answer, found.registration) == (Answer.ARRIVED, registration)
        registration.refresh_from_db()
        assert registration.arrived_by == organiser


def test_a_second_scan_says_when_the_guest_arrived_and_keeps_that_moment(organiser):
    registration = RegistrationFactory()
    first = operations.check_in(registration.event, registration.code, actor=organiser)
    second = operations.check_in(registration.event, registration.code, actor=organiser)
    assert second.answer == Answer.ALREADY
    assert second.registration.arrived_at == first.registration.arrived_at


@pytest.mark.parametrize(("state", "answer"), [(WAITING, Answer.WAITING), (CANCELLED, Answer.CANCELLED)])
def test_who_has_no_place_is_not_let_in(organiser, state, answer):
    registration = RegistrationFactory(state=state)
    assert operations.check_in(registration.event, registration.code, actor=organiser).answer == answer
    registration.refresh_from_db()
    assert registration.arrived_at is None
    with pytest.raises(DomainError):
        operations.mark_arrived(registration, actor=organiser)


def test_a_slip_of_the_fingers_is_told_from_an_unknown_code(organiser):
    registration, elsewhere = RegistrationFactory(), RegistrationFactory()
    event = registration.event
    last = "2" if registration.code[-1] != "2" else "3"
    assert operations.check_in(event, registration.code[:-1] + last, actor=organiser).answer == Answer.MISTYPED
    assert operations.check_in(event, elsewhere.code, actor=organiser).answer == Answer.UNKNOWN
    assert operations.check_in(event, f"/it/tickets/{elsewhere.token}/", actor=organiser).answer == Answer.UNKNOWN


def test_an_arrival_can_be_taken_back_and_noted_again(organiser):
    registration = operations.mark_arrived(RegistrationFactory(), actor=organiser)
    moment = registration.arrived_at
    assert operations.mark_arrived(registration, actor=organiser).arrived_at == moment
    for _ in range(2):
        operations.undo_arrival(registration, actor=organiser)
    registration.refresh_from_db()
    assert (registration.arrived_at, registration.arrived_by) == (None, None)
    assert operations.check_in(registration.event, registration.code, actor=organiser).answer == Answer.ARRIVED
