"""The broker is gone, or takes everything and never answers: people notice nothing, and the mails come afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate

import pytest

from calls.models import Interest
from district_portal.notifications.models import InboxItem, SinkMail
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.calls import CallFactory
from tests.faults.processes import Broker, Portal, Web
from tests.journeys.stack import Answer, Person, eventually

PATIENCE = 15  # seconds until a page counts as not answering; the fault lasts as long as it takes
CALLS = ["before", "meanwhile"]


@pytest.fixture
def _an_enterprise_and_two_calls(transactional_db) -> None:
    OrganisationFactory(owner=UserFactory(email="novamed@demo.example"))
    for slug in CALLS:
        CallFactory(slug=slug)


def register_interest(person: Person, call: str) -> Answer:
    return person.post(f"/calls/{call}/interest/")


def answer_of(act: Callable[[], Answer | Person], seconds: float = PATIENCE) -> Answer | Person | None:
    """What somebody gets who waits for so long; None: nothing."""
    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(act).result(seconds)
    except TooLate:
        return None
    finally:
        pool.shutdown(wait=False)


def seconds_of(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def told() -> tuple[int, int]:
    return InboxItem.objects.count(), SinkMail.objects.count()


@pytest.mark.usefixtures("_an_enterprise_and_two_calls")
@pytest.mark.parametrize("fault", ["frozen", "stopped"])
def test_pages_answer_without_the_broker_and_mails_come_after(
    portal: Portal, broker: Broker, fault: str, figure
) -> None:
    web = portal.web()
    beat = portal.beat()
    portal.worker("messages")
    idle = seconds_of(lambda: register_interest(web.person("novamed"), CALLS[0]))
    eventually(lambda: told() == (1, 1))

    def sign_in_and_register() -> Answer:
        return register_interest(web.person("novamed"), CALLS[1])

    with getattr(broker, fault)():
        began = time.monotonic()
        answer = answer_of(sign_in_and_register)
        took = time.monotonic() - began
        assert answer is not None, f"no answer within {PATIENCE} seconds"
        assert (answer.status, answer.path) == (200, f"/en/calls/{CALLS[1]}/")
        assert Interest.objects.count() == 2
        eventually(lambda: "Message Error" in beat.words)  # it does not wait for an answer that never comes
    back = time.monotonic()
    eventually(lambda: told() == (2, 2), 60)
    figure(
        f"broker {fault} while somebody signs in and registers",
        f"answered in {took:.2f} s (idle {idle:.2f} s), mail {time.monotonic() - back:.1f} s after it was back",
    )


# --- Without the protections --------------------------------------------------------------------------------------


def fails(web: Web, fault: str, act: Callable[[], Answer | Person]) -> bool:
    """Whether somebody gets nothing for a while, or an error."""
    answer = answer_of(act, seconds=4)
    return answer is None if fault == "frozen" else answer is not None and answer.status == 500


@pytest.mark.usefixtures("_an_enterprise_and_two_calls")
def test_publishing_in_the_request_would_make_people_wait_or_fail(portal: Portal, broker: Broker, figure) -> None:
    web = portal.web(without="outbox")
    novamed = web.person("novamed")
    assert register_interest(novamed, CALLS[0]).status == 200
    with broker.frozen():
        waits = fails(web, "frozen", lambda: register_interest(novamed, CALLS[1]))
    eventually(lambda: Interest.objects.count() == 2)  # the one who waited is served at last
    Interest.objects.all().delete()
    with broker.stopped():
        breaks = fails(web, "stopped", lambda: register_interest(novamed, CALLS[1]))
    figure(
        "  publishing inside the request",
        f"frozen: {_words(waits, 'no answer in 4 s')}, stopped: {_words(breaks, 'error 500')}",
    )
    assert (waits, breaks) == (True, True)


@pytest.mark.usefixtures("_an_enterprise_and_two_calls")
def test_with_the_cache_in_the_broker_nobody_could_sign_in(portal: Portal, broker: Broker, figure) -> None:
    web = portal.web(without="cache in the database")
    web.person("novamed")

    def sign_in() -> Answer:
        return web.visitor().post("/accounts/login/", login="novamed@demo.example", password="mirandola-2012")

    with broker.stopped():
        breaks = fails(web, "stopped", sign_in)
    figure("  with the cache in the broker", f"stopped: sign-in {_words(breaks, 'error 500')}")
    assert breaks


def _words(failed: bool, words: str) -> str:
    return words if failed else "answered"
