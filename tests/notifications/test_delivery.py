"""Delivery: everything arrives, in the reader's language, once; what fails is tried again, then shown to the staff."""

from __future__ import annotations

import json
import logging
import threading
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.utils import timezone

from district_portal.logs import JsonFormatter
from district_portal.notifications import delivery
from district_portal.notifications.models import InboxItem, OutboxRow, OutboxState, SinkMail
from district_portal.notifications.outbox import announce, announce_to_guest
from district_portal.notifications.rendering import Renderer
from district_portal.shared.errors import RequestIdFilter, set_request_id
from tests.factories.accounts import UserFactory
from tests.notifications.messages import GREETING

pytestmark = pytest.mark.django_db


class DeadServer(BaseEmailBackend):
    """A mail server that hangs up."""

    def send_messages(self, email_messages: list) -> int:
        raise SMTPServerDisconnected("Connection unexpectedly closed")


class SlowServer(BaseEmailBackend):
    """A mail server that takes its time: meanwhile another worker looks for rows whose lease has run out."""

    def send_messages(self, email_messages: list) -> int:
        assert delivery.claim() == []
        return len(email_messages)


@pytest.fixture
def dead_server(settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.DeadServer"


def test_a_message_arrives_in_the_inbox_and_by_mail() -> None:
    anna = UserFactory(given_name="Anna", family_name="Bianchi", language="en")
    announce(GREETING, about=anna.pk, key="1", users=[anna])
    assert delivery.deliver_waiting() == 2

    item = InboxItem.objects.get(user=anna)
    assert (item.title_en, item.text_en, item.path) == (
        "Greetings from Bianchi",
        "Bianchi greets you.",
        f"/greetings/{anna.pk}/",
    )
    mail = SinkMail.objects.get()
    assert (mail.to, mail.subject) == (anna.email, "Greetings from Bianchi")
    assert mail.text.startswith("Hello Anna Bianchi,\n\nBianchi greets you.")
    assert f"/en/greetings/{anna.pk}/" in mail.text
    assert "<p>Bianchi greets you.</p>" in mail.html
    assert [attachment["name"] for attachment in mail.attachments] == ["hello.txt"]
    assert set(OutboxRow.objects.values_list("state", flat=True)) == {OutboxState.DONE}


def test_what_a_worker_does_for_a_request_bears_that_requests_id(caplog: pytest.LogCaptureFixture) -> None:
    set_request_id("request-0002")
    person = UserFactory(email="giulia@novamed.example")
    announce(GREETING, about=person.pk, key="1", users=[person])
    set_request_id("")
    caplog.handler.addFilter(RequestIdFilter())
    with caplog.at_level(logging.INFO, "district_portal.notifications"):
        delivery.deliver_waiting()
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    assert {(line["message"], line["request_id"], line["name"], line["channel"]) for line in lines} == {
        ("delivered", "request-0002", "tests/greeting", "inbox"),
        ("delivered", "request-0002", "tests/greeting", "mail"),
    }
    assert "giulia" not in str(lines)


def test_the_mail_is_in_the_readers_language() -> None:
    anna = UserFactory(language="it")
    announce(GREETING, about=anna.pk, key="1", users=[anna])
    delivery.deliver_waiting()
    mail = SinkMail.objects.get()
    assert f"/it/greetings/{anna.pk}/" in mail.text
    assert 'lang="it"' in mail.html


def test_text_mails_hold_names_as_they_are_and_html_escapes_them() -> None:
    anna = UserFactory(family_name="D'Angelo & <Figli>")
    announce(GREETING, about=anna.pk, key="1", users=[anna])
    delivery.deliver_waiting()
    mail = SinkMail.objects.get()
    assert mail.subject == "Greetings from D'Angelo & <Figli>"
    assert "D'Angelo & <Figli> greets you." in mail.text
    assert "D&#x27;Angelo &amp; &lt;Figli&gt; greets you." in mail.html


def test_a_guest_is_found_through_what_the_message_is_about() -> None:
    announce_to_guest(GREETING, about=UserFactory().pk, key="1")
    delivery.deliver_waiting()
    assert SinkMail.objects.get().to == "giulia@guest.example"


def test_delivering_again_sends_nothing_again() -> None:
    anna = UserFactory()
    announce(GREETING, about=anna.pk, key="1", users=[anna])
    delivery.deliver_waiting()
    assert delivery.deliver_waiting() == 0
    assert (SinkMail.objects.count(), InboxItem.objects.count()) == (1, 1)


def test_a_dead_mail_server_delays_the_mail_and_not_the_inbox(dead_server: None) -> None:
    anna = UserFactory()
    announce(GREETING, about=anna.pk, key="1", users=[anna])
    delivery.deliver_waiting()
    assert InboxItem.objects.count() == 1
    row = OutboxRow.objects.get(channel="mail")
    assert (row.state, row.attempts, row.lease_until) == (OutboxState.WAITING, 1, None)
    assert "SMTPServerDisconnected" in row.last_error
    assert row.next_at > timezone.now()


def test_after_the_last_attempt_a_message_is_given_up_with_its_error(dead_server: None) -> None:
    announce_to_guest(GREETING, about=UserFactory().pk, key="1")
    for attempt in range(1, len(delivery.RETRY_AFTER) + 2):
        OutboxRow.objects.update(next_at=timezone.now() - timedelta(seconds=1))
        delivery.deliver_waiting()
        assert OutboxRow.objects.get().attempts == attempt
    row = OutboxRow.objects.get()
    assert row.state == OutboxState.DEAD
    assert "SMTPServerDisconnected" in row.last_error


def test_a_message_whose_subject_is_gone_is_given_up_at_once() -> None:
    announce_to_guest(GREETING, about=987654, key="1")
    delivery.deliver_waiting()
    assert OutboxRow.objects.get().state == OutboxState.DEAD


@pytest.mark.parametrize("about, active", [("over", True), (None, False)])
def test_what_nobody_waits_for_is_dropped_and_is_no_error(
    about: str | None, active: bool, caplog: pytest.LogCaptureFixture
) -> None:
    person = UserFactory()
    announce(GREETING, about=about or person.pk, key="1", users=[person])
    person.is_active = active
    person.save()
    delivery.deliver_waiting()
    assert set(OutboxRow.objects.values_list("state", flat=True)) == {OutboxState.ABANDONED}
    assert (InboxItem.objects.count(), SinkMail.objects.count()) == (0, 0)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_message_may_have_headers_of_its_own() -> None:
    announce(GREETING, about=UserFactory().pk, key="1", users=[UserFactory()])
    mail = Renderer().mail(OutboxRow.objects.get(channel="mail"))
    assert mail.extra_headers["List-Unsubscribe"] == "<https://portal.example/off/>"
    assert mail.extra_headers["Message-ID"].startswith("<outbox-")


def test_a_worker_that_died_after_sending_does_not_send_twice() -> None:
    """It had sent the mail, but not noted it: the next worker looks the message up before it sends."""
    announce_to_guest(GREETING, about=UserFactory().pk, key="1")
    delivery.deliver_waiting()
    OutboxRow.objects.update(state=OutboxState.WAITING, done_at=None, lease_until=timezone.now() - timedelta(seconds=1))
    delivery.deliver_waiting()
    assert SinkMail.objects.count() == 1
    assert OutboxRow.objects.get().state == OutboxState.DONE


def test_without_the_look_up_that_crash_would_send_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("district_portal.notifications.sink.EmailBackend.was_sent", lambda self, message_id: False)
    announce_to_guest(GREETING, about=UserFactory().pk, key="1")
    delivery.deliver_waiting()
    OutboxRow.objects.update(state=OutboxState.WAITING, done_at=None, lease_until=None)
    delivery.deliver_waiting()
    assert SinkMail.objects.count() == 2


def test_a_row_under_lease_is_left_to_its_worker() -> None:
    announce_to_guest(GREETING, about=UserFactory().pk, key="1")
    assert len(delivery.claim()) == 1
    assert delivery.claim() == []
    OutboxRow.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert len(delivery.claim()) == 1, "a lease that ran out is taken over"


def test_a_mail_in_the_hands_of_a_slow_server_is_not_taken_over(settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.SlowServer"
    announce_to_guest(GREETING, about=UserFactory().pk, key="1")
    late = delivery.claim()
    OutboxRow.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    delivery.deliver(late)
    row = OutboxRow.objects.get()
    assert (row.state, row.attempts, row.last_error) == (OutboxState.DONE, 1, "")


def test_a_worker_that_was_overtaken_writes_nothing() -> None:
    anna = UserFactory()
    announce(GREETING, about=anna.pk, key="1", users=[anna])
    slow = delivery.claim()
    OutboxRow.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    delivery.deliver(delivery.claim())
    delivery.deliver(slow)
    assert (InboxItem.objects.count(), SinkMail.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_deliver_each_message_once() -> None:
    people = UserFactory.create_batch(40)
    with transaction.atomic():
        for person in people:
            announce(GREETING, about=person.pk, key="1", users=[person])

    def work() -> None:
        try:
            delivery.deliver_waiting()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (InboxItem.objects.count(), SinkMail.objects.count()) == (40, 40)
    assert set(OutboxRow.objects.values_list("state", flat=True)) == {OutboxState.DONE}
