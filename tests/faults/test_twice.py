"""The same form sent twice at the same moment, and two people who change the same text: one of both counts.

Each case is run as it is and without its protection; a meeting point between reading and writing makes both of them
read before either writes, so that nothing here depends on luck.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client

from calls.models import Interest
from district_portal.accounts.models import User
from district_portal.notifications.models import OutboxRow
from district_portal.reports.models import ReportRun
from events.models import Registration
from projects.models import Network, Partner
from projects.operations import changes, networks
from tests.factories import AppointmentFactory, OrganisationFactory
from tests.factories.calls import CallFactory
from tests.factories.events import EventFactory
from tests.factories.projects import NetworkFactory
from tests.projects.people import editor, lead_of, owner

pytestmark = pytest.mark.django_db(transaction=True)

GUEST = {"given_name": "Giulia", "family_name": "Baraldi", "email": "giulia@novamed.example", "category": "enterprise"}


def post_at_once(path: str, *posts: tuple[User | None, dict[str, Any]]) -> list[int]:
    """Send all at the same moment, each from a browser and on a connection of its own. The statuses, sorted."""
    start = Barrier(len(posts))

    def send(person: User | None, fields: dict[str, Any]) -> int:
        browser = Client(raise_request_exception=False)
        try:
            if person:
                browser.force_login(person)
            start.wait(10)
            return browser.post(path, fields).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(posts)) as pool:
        return sorted(pool.map(lambda post: send(*post), posts))


def meeting(act: Callable[..., Any]) -> Callable[..., Any]:
    """`act`, begun when two have come so far."""
    both = Barrier(2)

    def met(*arguments: Any, **named: Any) -> Any:
        both.wait(10)
        return act(*arguments, **named)

    return met


@contextmanager
def without_constraint(model: type[models.Model], name: str) -> Iterator[None]:
    """The model's table without one of its rules; emptied and put back afterwards."""
    constraint = next(rule for rule in model._meta.constraints if rule.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'TRUNCATE "{model._meta.db_table}" CASCADE')
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)


def mails(message: str) -> int:
    return OutboxRow.objects.filter(message=message, channel="mail").count()


# --- Interest ----------------------------------------------------------------------------------------------------


def interest_twice(monkeypatch: pytest.MonkeyPatch) -> tuple[list[int], int, int]:
    """Statuses, rows, mails."""
    rows = type(Interest.objects.all())
    monkeypatch.setattr(rows, "create", meeting(rows.create))
    person, call = owner(OrganisationFactory()), CallFactory()
    statuses = post_at_once(f"/en/calls/{call.slug}/interest/", *[(person, {})] * 2)
    return statuses, Interest.objects.count(), mails("calls/interest_registered")


def test_interest_sent_twice_is_one_interest(monkeypatch: pytest.MonkeyPatch) -> None:
    assert interest_twice(monkeypatch) == ([302, 302], 1, 1)


def test_without_the_constraint_it_is_two(monkeypatch: pytest.MonkeyPatch) -> None:
    with without_constraint(Interest, "one_interest_per_organisation"):
        assert interest_twice(monkeypatch) == ([302, 302], 2, 2)


# --- Invitation --------------------------------------------------------------------------------------------------


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks are read like anything else, and both have read before either writes."""

    both = Barrier(2)

    def read_and_meet(network: Network) -> Network:
        found = Network.objects.select_related("district", "call").get(pk=network.pk)
        both.wait(10)
        return found

    monkeypatch.setattr(networks, "_lock", read_and_meet)
    monkeypatch.setattr(changes, "lock", read_and_meet)


def invitation_twice() -> tuple[list[int], int, int]:
    network, organisation = NetworkFactory(), OrganisationFactory()
    person = owner(lead_of(network))
    owner(organisation)
    fields = {"organisation": organisation.slug}
    statuses = post_at_once(f"/en/networks/{network.pk}/invite/", *[(person, fields)] * 2)
    return statuses, network.partners.filter(organisation=organisation).count(), mails("projects/network_invited")


def test_an_invitation_sent_twice_is_one_partner() -> None:
    assert invitation_twice() == ([302, 409], 1, 1)


@pytest.mark.usefixtures("without_lock")
def test_without_lock_and_constraint_it_is_two() -> None:
    with without_constraint(Partner, "partner_once_in_network"):
        statuses, partners, _ = invitation_twice()
    assert (statuses, partners) == ([302, 302], 2)


# --- Two editors -------------------------------------------------------------------------------------------------


def two_editors() -> tuple[list[int], int]:
    """Statuses, and how often the text was changed as far as its version knows."""
    network = NetworkFactory()
    lead = lead_of(network)
    texts = [{"title": title, "idea": "Sensors.", "version": 1} for title in ("Mine", "Theirs")]
    statuses = post_at_once(f"/en/networks/{network.pk}/edit/", (owner(lead), texts[0]), (editor(lead), texts[1]))
    return statuses, Network.objects.get().version


def test_of_two_editors_one_is_told_what_the_other_wrote() -> None:
    assert two_editors() == ([302, 409], 2)


@pytest.mark.usefixtures("without_lock")
def test_without_lock_the_first_text_is_lost_unseen() -> None:
    assert two_editors() == ([302, 302], 2)


# --- Registration for an event -----------------------------------------------------------------------------------


def registration_twice() -> tuple[list[int], int]:
    event = EventFactory()
    statuses = post_at_once(f"/en/events/{event.slug}/register/", *[(None, GUEST)] * 2)
    return statuses, event.registrations.count()


def test_a_registration_sent_twice_is_one_place() -> None:
    # The second one reads that the ticket comes by mail: whoever types another's address does not get to see it.
    assert registration_twice() == ([200, 302], 1)
    assert mails("events/registration_confirmed") == 1


def test_without_the_constraint_it_is_two_places() -> None:
    with without_constraint(Registration, "one_registration_per_email"):
        assert registration_twice() == ([302, 302], 2)


# --- Report ------------------------------------------------------------------------------------------------------


def report_twice(monkeypatch: pytest.MonkeyPatch) -> tuple[list[int], int]:
    rows = type(ReportRun.objects.all())
    monkeypatch.setattr(rows, "create", meeting(rows.create))
    staff = AppointmentFactory(role="regional_staff", district=None).user
    statuses = post_at_once("/en/reports/", *[(staff, {"report": "funding", "format": "csv"})] * 2)
    return statuses, ReportRun.objects.count()


def test_a_report_requested_twice_is_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert report_twice(monkeypatch) == ([302, 302], 1)


def test_without_the_constraint_it_is_built_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    with without_constraint(ReportRun, "one_waiting_run"):
        assert report_twice(monkeypatch) == ([302, 302], 2)
