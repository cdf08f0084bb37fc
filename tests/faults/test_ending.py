"""TERM: what has begun is finished, or given back; whoever was being served gets the answer."""

from __future__ import annotations

import http.client
import signal
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from calls.models import Call, Interest
from district_portal.notifications.models import OutboxRow, OutboxState
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.calls import CallFactory
from tests.faults.processes import Portal, Web
from tests.faults.test_workers_killed import Outcome, finished, outcome, tell_everyone
from tests.journeys.stack import Answer, eventually

PEOPLE = 40


@pytest.fixture
def call(transactional_db) -> Call:
    OrganisationFactory(owner=UserFactory(email="novamed@demo.example"))
    return CallFactory(slug="reti")


def somebody_waits() -> bool:
    """Whether a request stands at the row that the test holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND application_name = 'web' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def register_while(web: Web, call: Call, number: signal.Signals) -> Future[Answer]:
    """Register interest, and send the signal to the web server while the request is in its transaction."""
    novamed = web.person("novamed")
    pool = ThreadPoolExecutor(1)
    with transaction.atomic():
        Call.objects.select_for_update().get(pk=call.pk)
        answer = pool.submit(novamed.post_only, f"/calls/{call.slug}/interest/")
        eventually(somebody_waits, pause=0.02)
        if number == signal.SIGTERM:
            web.term()
            eventually(lambda: not web.is_bound, pause=0.02)
        else:
            web.kill()
    pool.shutdown(wait=False)
    return answer


def test_term_during_a_request_lets_it_be_answered(portal: Portal, call: Call, figure) -> None:
    web = portal.web()
    answer = register_while(web, call, signal.SIGTERM).result(20)
    assert (answer.status, answer.headers["Location"]) == (302, f"/en/calls/{call.slug}/")
    assert Interest.objects.count() == 1
    code = web.wait(20)
    figure("TERM to the web server during a request", f"answered {answer.status}, ended with code {code}")
    assert code == 0
    assert not web.listens()


def test_kill_instead_of_term_leaves_the_request_without_answer(portal: Portal, call: Call, figure) -> None:
    web = portal.web()
    with pytest.raises((OSError, http.client.HTTPException)):
        register_while(web, call, signal.SIGKILL).result(20)
    figure("  KILL instead of TERM", "no answer")


def test_term_during_a_task_lets_it_be_finished(portal: Portal, figure) -> None:
    tell_everyone(PEOPLE)
    worker = portal.worker("messages", MAIL_PER_SECOND="20")
    portal.beat()
    eventually(lambda: 0 < finished() < 2 * PEOPLE, pause=0.01)
    worker.term()
    code = worker.wait()
    figure("TERM to a worker during a task", f"{finished()} of {2 * PEOPLE} delivered, ended with code {code}")
    assert code == 0
    assert not OutboxRow.objects.filter(state=OutboxState.WAITING, lease_until__isnull=False).exists()
    assert finished() == 2 * PEOPLE
    assert outcome() == Outcome(0, 0, 0)


def test_kill_during_a_task_leaves_rows_that_the_next_worker_takes_over(portal: Portal, figure) -> None:
    tell_everyone(PEOPLE)
    worker = portal.worker("messages", MAIL_PER_SECOND="20")
    portal.beat()
    eventually(lambda: 0 < finished() < 2 * PEOPLE, pause=0.01)
    worker.kill()
    left = 2 * PEOPLE - finished()
    assert left > 0
    portal.worker("messages", name="next")
    eventually(lambda: finished() == 2 * PEOPLE)
    figure("  KILL instead of TERM", f"{left} of {2 * PEOPLE} left behind, and taken over")
    assert outcome() == Outcome(0, 0, 0)
