"""Many at once, on connections of their own: the promise that matters is kept by the database."""

from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from district_portal.notifications.models import OutboxRow
from events import operations
from events.models import Event, EventQuerySet, Registration
from events.operations import Guest
from events.states import RegistrationState
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory

pytestmark = pytest.mark.django_db(transaction=True)

GUESTS, SEATS = 50, 9
WAITING, CONFIRMED = RegistrationState.WAITING, RegistrationState.CONFIRMED


def at_once(*acts):
    """Run all acts at the same moment, each on a thread and a connection of its own. Answers or errors, in order."""
    start = Barrier(len(acts))

    def run(act):
        try:
            connection.ensure_connection()
            start.wait()
            return act()
        except IntegrityError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def registering(event, number, email=None):
    person = Guest("Guest", str(number), email or f"guest{number}@example.org", "enterprise")
    return lambda: operations.register(event, person, moment=timezone.now(), language="it")


def counts(event):
    """(taken, confirmed, waiting)"""
    states = list(event.registrations.values_list("state", flat=True))
    return Event.objects.get(pk=event.pk).taken, states.count(CONFIRMED), states.count(WAITING)


def test_fifty_at_once_on_nine_seats_give_nine_places_and_a_list_in_order():
    event = EventFactory(capacity=SEATS)
    answers = at_once(*[registering(event, number) for number in range(GUESTS)])
    assert counts(event) == (SEATS, SEATS, GUESTS - SEATS)
    assert sum(registration.state == CONFIRMED for registration, _new in answers) == SEATS
    waiting = list(event.registrations.waiting_in_order())
    assert [guest.waiting_position() for guest in waiting] == list(range(1, GUESTS - SEATS + 1))
    assert len({guest.registered_at for guest in waiting}) == GUESTS - SEATS
    assert OutboxRow.objects.filter(message="events/registration_confirmed").count() == SEATS
    assert OutboxRow.objects.filter(message="events/registration_waiting").count() == GUESTS - SEATS


@pytest.fixture
def without_condition(monkeypatch):
    """Takes a place whether there is one or not: what the operation would be without its protection."""
    monkeypatch.setattr(EventQuerySet, "with_room", lambda events: events.all())


@pytest.fixture
def without_constraint():
    """The table without its second lock; put back afterwards."""
    constraint = next(rule for rule in Event._meta.constraints if rule.name == "event_not_oversold")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Event, constraint)
    yield
    Registration.objects.all().delete()
    Event.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(Event, constraint)


def test_without_the_condition_and_the_constraint_it_oversells(without_condition, without_constraint):
    event = EventFactory(capacity=SEATS)
    at_once(*[registering(event, number) for number in range(GUESTS)])
    assert counts(event) == (GUESTS, GUESTS, 0)


def test_without_the_condition_the_constraint_still_holds(without_condition):
    event = EventFactory(capacity=SEATS)
    answers = at_once(*[registering(event, number) for number in range(GUESTS)])
    assert counts(event) == (SEATS, SEATS, 0)
    assert sum(isinstance(answer, IntegrityError) for answer in answers) == GUESTS - SEATS


def test_the_same_address_twenty_times_at_once_is_one_registration():
    event = EventFactory(capacity=SEATS)
    answers = at_once(*[registering(event, number, email="ada@example.org") for number in range(20)])
    assert sum(is_new for _registration, is_new in answers) == 1
    assert len({registration.pk for registration, _new in answers}) == 1
    assert counts(event) == (1, 1, 0)


def test_no_freed_place_is_forgotten_while_others_register():
    """Cancelling and registering at once on a full event: nobody waits while a place is free."""
    event = EventFactory(capacity=SEATS)
    holders = [registering(event, number)()[0] for number in range(SEATS)]

    def cancelling(registration):
        return lambda: operations.cancel_registration(registration, moment=timezone.now())

    newcomers = [registering(event, SEATS + number) for number in range(12)]
    at_once(*newcomers, *[cancelling(holder) for holder in holders])
    assert counts(event) == (SEATS, SEATS, 12 - SEATS)


def test_a_place_that_comes_free_while_a_guest_is_put_on_the_list_goes_to_that_guest():
    """The cancellation waits for the guest's transaction: without the event's lock it would find nobody to promote."""
    event = EventFactory(capacity=1)
    first, _ = registering(event, 1)()

    def cancelling():
        try:
            return operations.cancel_registration(first, moment=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            second, _ = registering(event, 2)()
            cancelled = pool.submit(cancelling)
            wait([cancelled], timeout=0.5)
        cancelled.result()
    second.refresh_from_db()
    assert (second.state, counts(event)) == (CONFIRMED, (1, 1, 0))


def test_a_place_that_comes_free_between_two_looks_is_taken(monkeypatch):
    event = EventFactory(capacity=1)
    first, _ = registering(event, 1)()
    locked = operations._locked

    def cancelled_just_before(event_id):
        monkeypatch.setattr(operations, "_locked", locked)
        at_once(lambda: operations.cancel_registration(first, moment=timezone.now()))
        return locked(event_id)

    monkeypatch.setattr(operations, "_locked", cancelled_just_before)
    second, _ = registering(event, 2)()
    assert (second.state, counts(event)) == (CONFIRMED, (1, 1, 0))


def test_more_places_while_others_register_leave_nobody_waiting():
    event = EventFactory(capacity=1)
    staff = UserFactory()
    raising = lambda: operations.change_capacity(event, actor=staff, capacity=None)  # noqa: E731
    at_once(raising, *[registering(event, number) for number in range(20)])
    assert counts(event) == (20, 20, 0)


def test_two_doors_let_a_guest_in_once():
    event = EventFactory()
    registration, _ = registering(event, 1)()
    staff = UserFactory()
    answers = at_once(*[lambda: operations.check_in(event, registration.code, actor=staff)] * 8)
    assert sorted(answer.answer for answer in answers) == ["already"] * 7 + ["arrived"]


def test_whoever_arrives_and_cancels_at_once_does_one_of_both():
    event = EventFactory(capacity=1)
    registration, _ = registering(event, 1)()
    staff = UserFactory()

    def cancelling():
        try:
            return operations.cancel_registration(registration, moment=timezone.now())
        except operations.DomainError:
            return None

    at_once(lambda: operations.check_in(event, registration.code, actor=staff), cancelling)
    registration.refresh_from_db()
    arrived, cancelled = registration.arrived_at is not None, registration.state == RegistrationState.CANCELLED
    assert arrived != cancelled
    assert counts(event)[0] == (1 if arrived else 0)
