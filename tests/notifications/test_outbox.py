"""Announcing: rows in the transaction of the change, once for each person and channel."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import transaction

from district_portal.notifications.models import Channel, OutboxRow
from district_portal.notifications.outbox import MESSAGES, Content, Message, announce, announce_to_guest
from district_portal.shared.errors import set_request_id
from tests.factories.accounts import UserFactory
from tests.notifications.messages import GREETING

pytestmark = pytest.mark.django_db
TEMPLATES = settings.BASE_DIR / "templates"


def test_each_person_is_told_once_by_mail_and_in_the_inbox() -> None:
    anna, bruno = UserFactory(), UserFactory()
    announce(GREETING, about=anna.pk, key="1", users=[anna, bruno, anna])
    told = set(OutboxRow.objects.values_list("user", "channel"))
    assert told == {(person.pk, channel) for person in (anna, bruno) for channel in Channel}


def test_the_same_announcement_twice_adds_nothing() -> None:
    anna = UserFactory()
    for _ in range(2):
        announce(GREETING, about=anna.pk, key="1", users=[anna])
    assert OutboxRow.objects.count() == 2


def test_another_key_is_another_announcement() -> None:
    anna = UserFactory()
    announce(GREETING, about=anna.pk, key="1", users=[anna])
    announce(GREETING, about=anna.pk, key="2", users=[anna])
    assert OutboxRow.objects.count() == 4


def test_people_who_left_are_not_told() -> None:
    announce(GREETING, about=1, key="1", users=[UserFactory(is_active=False)])
    assert not OutboxRow.objects.exists()


def test_a_guest_is_told_by_mail_only() -> None:
    announce_to_guest(GREETING, about=1, key="1")
    assert list(OutboxRow.objects.values_list("user", "channel")) == [(None, Channel.MAIL)]


def test_the_request_id_travels_with_the_message() -> None:
    set_request_id("request-0001")
    try:
        announce_to_guest(GREETING, about=1, key="1")
    finally:
        set_request_id("")
    assert OutboxRow.objects.get().request_id == "request-0001"


@pytest.mark.django_db(transaction=True)
def test_nobody_is_told_of_a_change_that_was_rolled_back() -> None:
    anna = UserFactory()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        announce(GREETING, about=anna.pk, key="1", users=[anna])
        raise ZeroDivisionError
    assert not OutboxRow.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_announcing_outside_of_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        announce_to_guest(GREETING, about=1, key="1")


def test_a_message_is_declared_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        Message(GREETING.name, load=lambda about: Content(path="/", context={}))
    assert MESSAGES[GREETING.name] is GREETING


def test_each_declared_message_has_its_three_templates_and_no_template_is_left_over() -> None:
    declared = {message.template for message in MESSAGES.values() if message is not GREETING}
    # A file whose name begins with an underscore is a part of others.
    files = {str(file.relative_to(TEMPLATES)) for file in TEMPLATES.glob("*/emails/[!_]*")}
    needed = {f"{template}{ending}" for template in declared for ending in (".subject.txt", ".txt", ".html")}
    frames = {f"notifications/emails/{name}" for name in ("frame.html", "frame.txt", "inbox.txt")}
    assert files == needed | frames
