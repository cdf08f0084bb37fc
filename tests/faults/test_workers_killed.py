"""Workers that die while they deliver: nobody misses a message, nobody reads one twice."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from datetime import timedelta
from typing import NamedTuple

import pytest
from django.db import connection, transaction
from django.utils import timezone

from calls.notifications.interests import INTEREST_REGISTERED
from district_portal.notifications import delivery
from district_portal.notifications.models import InboxItem, OutboxRow, OutboxState, SinkMail
from district_portal.notifications.outbox import announce
from tests.factories import UserFactory
from tests.factories.calls import InterestFactory
from tests.faults.processes import Portal, Process
from tests.journeys.stack import eventually

PEOPLE, KILLS, SIDE_BY_SIDE = 300, 6, 3


class Outcome(NamedTuple):
    lost: int
    twice_in_an_inbox: int
    twice_by_mail: int


def tell_everyone(people: int) -> None:
    """One message to many people: a row for each inbox and one for each mail."""
    interest = InterestFactory()
    with transaction.atomic():
        announce(INTEREST_REGISTERED, about=interest.pk, key="1", users=UserFactory.create_batch(people))


def outcome() -> Outcome:
    rows = OutboxRow.objects.values_list("channel", "user_id", "user__email")
    inboxes = Counter(InboxItem.objects.values_list("user_id", flat=True))
    mails = Counter(SinkMail.objects.values_list("to", flat=True))
    copies = {"inbox": [inboxes[user] for channel, user, _ in rows if channel == "inbox"]}
    copies["mail"] = [mails[address] for channel, _, address in rows if channel == "mail"]
    return Outcome(
        lost=sum(count == 0 for counts in copies.values() for count in counts),
        twice_in_an_inbox=sum(count - 1 for count in copies["inbox"] if count),
        twice_by_mail=sum(count - 1 for count in copies["mail"] if count),
    )


def busiest() -> str | None:
    """The name of the worker that used the database last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'messages-%'"
            " AND datname = current_database() ORDER BY state_change DESC LIMIT 1"
        )
        found = cursor.fetchone()
    return found[0] if found else None


def deliver_with_kills(
    portal: Portal, dice: random.Random, *, people: int, kills: int, without: str = "", mails_per_second: int = 100
) -> Outcome:
    """Tell `people`, kill a worker at work `kills` times at random moments, and wait until nothing waits."""
    tell_everyone(people)
    numbers = iter(range(1000))
    workers: dict[str, Process] = {}

    def start() -> None:
        name = f"messages-{next(numbers)}"
        workers[name] = portal.worker("messages", name=name, without=without, MAIL_PER_SECOND=str(mails_per_second))

    for _ in range(SIDE_BY_SIDE):
        start()
    portal.beat()
    rows = 2 * people
    for kill in range(kills):
        # Anywhere in its part of the work, so that the kills do not all meet the same step.
        reached = dice.randrange(kill * rows // (kills + 1), (kill + 1) * rows // (kills + 1)) + 1
        _wait_for(reached, pause=0.002)
        time.sleep(dice.random() / 50)
        _kill_one(workers, dice)
        if len(workers) < SIDE_BY_SIDE:
            start()
    _wait_for(rows, pause=0.1)
    return outcome()


def finished() -> int:
    return OutboxRow.objects.exclude(state=OutboxState.WAITING).count()


def _wait_for(count: int, pause: float) -> None:
    try:
        eventually(lambda: finished() >= count, 90, pause=pause)
    except AssertionError as error:
        waiting = OutboxRow.objects.filter(state=OutboxState.WAITING)
        shown = list(waiting.values_list("pk", "attempts", "next_at", "lease_until", "last_error")[:5])
        words = f"{finished()} finished instead of {count}; {waiting.count()} wait at {timezone.now()}, such as {shown}"
        raise AssertionError(words) from error


def _kill_one(workers: dict[str, Process], dice: random.Random) -> None:
    """The whole worker, or only the child that does its tasks."""
    name = busiest()
    if name not in workers:  # at the end of the work its connection may be gone
        name = dice.choice(list(workers))
    children = workers[name].children
    if children and dice.random() < 0.4:
        os.kill(children[0], signal.SIGKILL)
    else:
        workers.pop(name).kill()


def test_nothing_is_lost_or_told_twice_while_workers_are_killed(portal: Portal, dice: random.Random, figure) -> None:
    began = time.monotonic()
    seen = deliver_with_kills(portal, dice, people=PEOPLE, kills=KILLS)
    again = OutboxRow.objects.filter(attempts__gt=1).count()
    figure(
        f"{PEOPLE} people told twice (inbox, mail), {KILLS} × kill -9",
        f"{seen.lost} lost, {seen.twice_in_an_inbox} and {seen.twice_by_mail} twice, {again} taken over,"
        f" {time.monotonic() - began:.0f} s",
    )
    assert seen == Outcome(0, 0, 0)
    assert again > 0, "no kill met a worker at work: nothing was shown"


def test_without_the_lease_people_read_a_message_twice(portal: Portal, dice: random.Random, figure) -> None:
    seen = deliver_with_kills(portal, dice, people=60, kills=0, without="lease", mails_per_second=20)
    figure("  without the lease", f"{seen.twice_in_an_inbox} and {seen.twice_by_mail} twice")
    assert seen.lost == 0
    assert seen.twice_in_an_inbox > 0
    assert seen.twice_by_mail > 0


def test_with_the_state_before_the_effect_messages_are_lost(portal: Portal, dice: random.Random, figure) -> None:
    seen = deliver_with_kills(portal, dice, people=150, kills=3, without="state after effect")
    figure("  with the state before the effect, 3 × kill -9", f"{seen.lost} lost")
    assert seen.lost > 0


# --- Dying at the worst moment ---------------------------------------------------------------------------------------


def die(portal: Portal, moment: str, without: str = "") -> None:
    """A process that delivers what waits and is killed (-9) at the moment."""
    dying = portal.python("-m", "tests.faults.dying", moment, name=f"dying-{moment}", without=without)
    assert dying.wait() == -signal.SIGKILL, dying.words


def deliver_the_rest() -> None:
    OutboxRow.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    delivery.deliver_waiting()
    assert finished() == OutboxRow.objects.count()


@pytest.fixture
def _kept_mails(settings) -> None:
    """Django's test runner replaces the backend; the dying process has the portal's own."""
    settings.EMAIL_BACKEND = "district_portal.notifications.sink.EmailBackend"


@pytest.mark.usefixtures("_kept_mails")
@pytest.mark.parametrize("moment", ["claimed", "written", "handed"])
def test_a_death_at_the_worst_moment_repeats_and_loses_nothing(portal: Portal, moment: str) -> None:
    tell_everyone(1)
    die(portal, moment)
    assert finished() < 2
    deliver_the_rest()
    assert outcome() == Outcome(0, 0, 0)


@pytest.mark.usefixtures("_kept_mails")
def test_without_one_transaction_the_inbox_shows_the_message_twice(portal: Portal) -> None:
    tell_everyone(1)
    die(portal, "written", without="one transaction")
    deliver_the_rest()
    assert outcome() == Outcome(0, 1, 0)


@pytest.mark.usefixtures("_kept_mails")
def test_without_the_look_up_the_mail_is_sent_twice_with_one_message_id(portal: Portal, monkeypatch) -> None:
    monkeypatch.setattr("district_portal.notifications.sink.EmailBackend.was_sent", lambda self, message_id: False)
    tell_everyone(1)
    die(portal, "handed")
    deliver_the_rest()
    assert outcome() == Outcome(0, 0, 1)
    assert SinkMail.objects.values("message_id").distinct().count() == 1
