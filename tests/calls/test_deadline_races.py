"""The deadline on real connections: who registers and who moves the deadline never pass each other unseen."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from calls.models import Call, Interest
from calls.operations.interests import register_interest
from calls.operations.lifecycle import extend_deadline
from district_portal.shared.arrival import moment_of_arrival
from district_portal.shared.errors import DomainError
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.calls import CallFactory

pytestmark = pytest.mark.django_db(transaction=True)


def in_another_connection(work: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_who_registers_while_the_deadline_is_moved_waits_and_is_judged_by_the_new_one() -> None:
    owner = UserFactory()
    firm = OrganisationFactory(owner=owner)
    call = CallFactory(closed=True)
    outcome: list[str] = []

    def register() -> None:
        try:
            register_interest(call, actor=owner, organisation=firm, arrived=moment_of_arrival())
            outcome.append("in")
        except DomainError:
            outcome.append("out")

    with transaction.atomic():
        extend_deadline(call, actor=owner, closes_at=timezone.now() + timedelta(days=1), note="flood")
        thread = in_another_connection(register)
        thread.join(0.3)
        assert outcome == []
    thread.join(5)
    assert outcome == ["in"]


def test_who_moves_the_deadline_waits_for_who_registers() -> None:
    owner = UserFactory()
    firm = OrganisationFactory(owner=owner)
    call = CallFactory()
    later = call.closes_at + timedelta(days=1)
    with transaction.atomic():
        register_interest(call, actor=owner, organisation=firm, arrived=moment_of_arrival())
        thread = in_another_connection(lambda: extend_deadline(call, actor=owner, closes_at=later, note="flood"))
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(5)
    assert Call.objects.get().closes_at == later


def test_ten_at_once_for_one_organisation_are_one_interest() -> None:
    owner = UserFactory()
    firm = OrganisationFactory(owner=owner)
    call = CallFactory()
    failed: list[BaseException] = []

    def register() -> None:
        try:
            register_interest(call, actor=owner, organisation=firm, arrived=moment_of_arrival())
        except BaseException as error:
            failed.append(error)

    threads = [in_another_connection(register) for _number in range(10)]
    for thread in threads:
        thread.join(10)
    assert failed == []
    assert Interest.objects.count() == 1
