"""The last microsecond before a deadline, in both nights in which the clocks change, and while it is being moved."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from calls.models import Call, Interest
from calls.operations import interests as operations
from calls.operations import lifecycle
from calls.operations.interests import register_interest
from calls.operations.lifecycle import extend_deadline
from calls.views import interests as interest_views
from district_portal.shared.arrival import moment_of_arrival
from district_portal.shared.errors import DomainError
from projects.models import Network
from projects.views import networks as network_views
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.calls import CallFactory

MICROSECOND = timedelta(microseconds=1)
NIGHTS = {
    # Moments in UTC, and how the sentence says them in Rome.
    "before the lost hour": (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "01:59"),
    "after the lost hour": (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "03:00"),
    "in the hour that comes twice, the first time": (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "02:30"),
    "in the hour that comes twice, the second time": (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "02:30"),
    "after the hour that comes twice": (datetime(2027, 10, 31, 2, 0, tzinfo=UTC), "03:00"),
}


def by_the_clock_on_the_wall(call: Call, moment: datetime) -> bool:
    """What the rule of the deadline would be if it compared hours as people read them."""
    wall = [timezone.make_naive(when) for when in (call.opens_at, moment, call.closes_at)]
    return wall[0] <= wall[1] < wall[2]


@pytest.fixture
def browser(client: Client) -> Client:
    person = UserFactory()
    OrganisationFactory(owner=person)
    client.force_login(person)
    return client


@pytest.fixture
def arrive_at(monkeypatch: pytest.MonkeyPatch):
    """Requests arrive at the moment, by the database's clock."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(interest_views, "moment_of_arrival", lambda: moment)
        monkeypatch.setattr(network_views, "moment_of_arrival", lambda: moment)

    return set_clock


@pytest.mark.django_db
@pytest.mark.parametrize("night", NIGHTS)
def test_the_last_microsecond_is_in_and_the_next_is_out(browser: Client, arrive_at, night: str) -> None:
    closes, words = NIGHTS[night]
    call = CallFactory(slug="reti", closes_at=closes)
    forms = {"/en/calls/reti/interest/": {}, "/en/calls/reti/networks/new/": {"title": "SmartDialysis Line"}}

    arrive_at(closes)
    for path, fields in forms.items():
        answer = browser.post(path, fields)
        assert answer.status_code == 409
        assert f"{words} (Rome time)" in answer.content.decode()
    assert (Interest.objects.count(), Network.objects.count()) == (0, 0)

    arrive_at(closes - MICROSECOND)
    assert [browser.post(path, fields).status_code for path, fields in forms.items()] == [302, 302]
    assert Interest.objects.get().registered_at == Network.objects.get().created_at == call.closes_at - MICROSECOND


@pytest.mark.django_db
def test_by_the_clock_on_the_wall_the_repeated_hour_would_open_a_closed_call(
    browser: Client, arrive_at, monkeypatch: pytest.MonkeyPatch
) -> None:
    closes, _ = NIGHTS["in the hour that comes twice, the first time"]
    CallFactory(slug="reti", closes_at=closes)
    arrive_at(closes + timedelta(minutes=40))  # 02:10 on the wall, once more
    assert browser.post("/en/calls/reti/interest/").status_code == 409
    monkeypatch.setattr(Call, "is_open_at", by_the_clock_on_the_wall)
    assert browser.post("/en/calls/reti/interest/").status_code == 302


# --- While it is being moved (tests/calls/test_deadline_races.py shows that both wait for each other) --------------


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_who_registers_is_judged_by_a_deadline_that_is_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def read_only(call: Call, arrived: datetime) -> Call:
        call = Call.objects.select_related("facilitator").get(pk=call.pk)
        lifecycle.require_open(call, arrived)
        return call

    monkeypatch.setattr(operations, "hold_open", read_only)
    person, call = UserFactory(), CallFactory(closed=True)
    firm = OrganisationFactory(owner=person)
    refused: list[DomainError] = []

    def register() -> None:
        try:
            register_interest(call, actor=person, organisation=firm, arrived=moment_of_arrival())
        except DomainError as error:
            refused.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        extend_deadline(call, actor=person, closes_at=timezone.now() + timedelta(days=1), note="flood")
        thread = threading.Thread(target=register)
        thread.start()
        thread.join(10)
        assert len(refused) == 1, "it did not wait for the new deadline"
