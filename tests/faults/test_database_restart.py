"""PostgreSQL dies at once, as with a power cut, and comes back: what was acknowledged is there, and pages answer."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import psycopg2
import pytest

from tests.faults.processes import Broker, Portal, Servers, Web
from tests.journeys.stack import ROOT, eventually

HANDS, RESTARTS = 3, 2
PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable")
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.calls import CallFactory, ProgrammeFactory
from calls.models import Call
for hand in range({hands}):
    OrganisationFactory(owner=UserFactory(email=f"hand{{hand}}@demo.example"))
programme = ProgrammeFactory()
Call.objects.bulk_create(CallFactory.build(programme=programme, slug=f"call-{{n}}") for n in range(2000))
"""


class Database(Servers):
    """A PostgreSQL of this module's own, with the portal's tables, some people and many open calls."""

    def __init__(self, folder, broker_url: str) -> None:
        super().__init__(folder, REDIS_URL=broker_url)
        self.url = self.run("print(embedded.database_url())")
        self.superuser = self.url.replace("://portal@", "://postgres@")

    def prepare(self) -> None:
        environment = self.environment | {"DJANGO_SETTINGS_MODULE": "tests.faults.settings"}
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", PREPARE.format(hands=HANDS)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr

    def ask(self, sql: str, *values: object) -> list[tuple]:
        with closing(psycopg2.connect(self.url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    def restart_at_once(self) -> None:
        """What `pg_ctl restart -m immediate` does: nothing is written that was not written yet."""
        postmaster = self.pid("postgres/postmaster.pid")
        os.kill(postmaster, signal.SIGQUIT)
        eventually(lambda: not _lives(postmaster), pause=0.02)
        self.start()

    def promise_early(self) -> None:
        settings = {"synchronous_commit": "off", "wal_writer_delay": "10s", "wal_writer_flush_after": "1GB"}
        with closing(psycopg2.connect(self.superuser)) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            for name, value in settings.items():
                cursor.execute(f"ALTER SYSTEM SET {name} = %s", [value])
            cursor.execute("SELECT pg_reload_conf()")


def _lives(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


class Hand(threading.Thread):
    """An enterprise that registers interest in one call after the other, and notes what was acknowledged."""

    def __init__(self, web: Web, number: int, first: int) -> None:
        super().__init__(name=f"hand {number}")
        self.person = web.person(f"hand{number}")
        self.number, self.next_call, self.acknowledged, self.unanswered, self.done = (
            number,
            first,
            [],
            0,
            threading.Event(),
        )

    def run(self) -> None:
        while not self.done.wait(0.02):
            slug = f"call-{self.next_call}"
            self.next_call += 1
            with suppress(OSError, http.client.HTTPException):
                answer = self.person.post_only(f"/calls/{slug}/interest/")
                if answer.status == 302 and answer.headers["Location"] == f"/en/calls/{slug}/":
                    self.acknowledged.append(slug)
                    continue
            self.unanswered += 1


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, broker: Broker) -> Iterator[Database]:
    own = Database(tmp_path_factory.mktemp("database"), broker.url)
    own.start()
    try:
        own.prepare()
        yield own
    finally:
        own.remove()


@pytest.fixture
def web(database: Database, broker: Broker, tmp_path) -> Iterator[Web]:
    running = Portal(tmp_path / "portal", database.url, broker.url)
    yield running.web()
    running.end()


@contextmanager
def load(web: Web, first: int) -> Iterator[list[Hand]]:
    """Enterprises that register while the block runs, beginning with the call of this number."""
    hands = [Hand(web, number, first) for number in range(HANDS)]
    for hand in hands:
        hand.start()
    try:
        yield hands
    finally:
        for hand in hands:
            hand.done.set()
        for hand in hands:
            hand.join()


def restart(database: Database, hands: list[Hand]) -> float:
    """Restart while all write. Returns the seconds until all write again, once it is back."""
    _all_write(hands)
    database.restart_at_once()
    began = time.monotonic()
    _all_write(hands)
    return time.monotonic() - began


def lost_writes(database: Database, hands: list[Hand]) -> tuple[int, str]:
    """How many acknowledged writes are gone, and the figures in words."""
    acknowledged = {(f"hand{hand.number}@demo.example", slug) for hand in hands for slug in hand.acknowledged}
    lost = len(acknowledged - _written(database))
    refused = sum(hand.unanswered for hand in hands)
    return lost, f"{lost} of {len(acknowledged)} acknowledged writes lost, {refused} refused"


def _all_write(hands: list[Hand]) -> None:
    """Wait until each has got five more writes acknowledged."""
    goals = [len(hand.acknowledged) + 5 for hand in hands]
    eventually(lambda: all(len(hand.acknowledged) >= goal for hand, goal in zip(hands, goals, strict=True)), pause=0.02)


def _written(database: Database) -> set[tuple[str, str]]:
    """Interests whose messages wait, too: by person and call."""
    return set(
        database.ask(
            "SELECT person.email, call.slug FROM calls_interest AS interest"
            " JOIN calls_call AS call ON call.id = interest.call_id"
            " JOIN accounts_user AS person ON person.id = interest.registered_by_id"
            " WHERE 2 = (SELECT count(*) FROM notifications_outboxrow AS row"
            "   WHERE row.user_id = person.id AND row.about = interest.id::text"
            "   AND row.message = 'calls/interest_registered')"
        )
    )


def test_no_acknowledged_write_is_lost(web: Web, database: Database, figure) -> None:
    with load(web, first=0) as hands:
        recovered = max(restart(database, hands) for _ in range(RESTARTS))
    lost, words = lost_writes(database, hands)
    figure(
        f"PostgreSQL restarted (immediate) under load, {RESTARTS} ×",
        f"{words}, all write {recovered:.1f} s after it was back",
    )
    assert lost == 0
    assert web.visitor().get("/calls/").status == 200


def test_with_answers_before_the_disk_has_it_writes_are_lost(web: Web, database: Database, figure) -> None:
    """A cluster that promises before it writes: the last seconds of promises are gone."""
    with load(web, first=1000) as hands:
        _all_write(hands)  # people are signed in by now; their sessions are on the disk
        database.promise_early()
        _all_write(hands)
        restart(database, hands)
    lost, words = lost_writes(database, hands)
    figure("  with synchronous_commit off", words)
    assert lost > 0
