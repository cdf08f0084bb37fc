"""Two persons at once, on connections of their own: one approval, and never of something that nobody asked for."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.utils import translation

from calls.models import Approval, Call, CallDecision, CallVersion
from calls.operations.publishing import (
    approve_call,
    ask_for_approval,
    create_call,
    edit_call,
    fingerprint,
    withdraw_request,
)
from calls.states import CallState
from district_portal.shared.errors import DomainError
from tests.factories import UserFactory
from tests.factories.calls import ProgrammeFactory, whole_draft

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], object]) -> list[str]:
    """Runs each in a thread and connection of its own, all released together; "done" or the refusal, in order."""
    outcome, start = [""] * len(works), threading.Barrier(len(works))

    def run(number: int, work: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            start.wait(10)
            with translation.override("en"):  # the language is the thread's
                work()
            outcome[number] = "done"
        except DomainError as error:
            outcome[number] = str(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=entry) for entry in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcome


def test_of_ten_approvals_at_once_one_publishes() -> None:
    approval = ask_for_approval(whole_draft(), actor=UserFactory(), target=CallState.PUBLISHED)
    people = [UserFactory() for _person in range(10)]
    outcome = at_once(*(lambda person=person: approve_call(approval, actor=person) for person in people))
    assert outcome.count("done") == 1
    assert all("not possible any more" in words for words in outcome if words != "done")
    assert (CallDecision.objects.count(), CallVersion.objects.count()) == (1, 1)
    assert Approval.objects.get().answered_by == people[outcome.index("done")]


def test_of_ten_requests_at_once_one_waits() -> None:
    call = whole_draft()
    people = [UserFactory() for _person in range(10)]
    outcome = at_once(
        *(lambda person=person: ask_for_approval(call, actor=person, target=CallState.PUBLISHED) for person in people)
    )
    assert outcome.count("done") == 1
    assert Approval.objects.count() == 1


def test_an_approval_waits_for_an_edit_and_is_refused_after_it() -> None:
    call = whole_draft()
    approval = ask_for_approval(call, actor=UserFactory(), target=CallState.PUBLISHED)
    editor, second, outcome = UserFactory(), UserFactory(), []

    def approve() -> None:
        outcome.extend(at_once(lambda: approve_call(approval, actor=second)))

    with transaction.atomic():
        edit_call(call, actor=editor, values={"title_it": "Something else"}, seen=fingerprint(call))
        thread = threading.Thread(target=approve)
        thread.start()
        thread.join(0.3)
        assert outcome == []
    thread.join(10)
    assert "Void" in outcome[0]
    assert Call.objects.get().state == CallState.DRAFT


def test_an_edit_waits_for_an_approval_and_then_needs_a_note() -> None:
    call = whole_draft()
    approval = ask_for_approval(call, actor=UserFactory(), target=CallState.PUBLISHED)
    seen, outcome = fingerprint(call), []

    def edit() -> None:
        values = {"title_it": "Something else"}
        outcome.extend(at_once(lambda: edit_call(call, actor=UserFactory(), values=values, seen=seen)))

    with transaction.atomic():
        approve_call(approval, actor=UserFactory())
        thread = threading.Thread(target=edit)
        thread.start()
        thread.join(0.3)
        assert outcome == []
    thread.join(10)
    assert "say in one sentence what changed" in outcome[0]
    assert Call.objects.get().title_it == call.title_it


@pytest.mark.parametrize("_round", range(4))
def test_whoever_edits_and_whoever_approves_never_both_succeed(_round: int) -> None:
    call = whole_draft()
    approval = ask_for_approval(call, actor=UserFactory(), target=CallState.PUBLISHED)
    editor, second, seen = UserFactory(), UserFactory(), fingerprint(call)
    values = {"title_it": "Something else"}
    outcome = at_once(
        lambda: edit_call(call, actor=editor, values=values, seen=seen),
        lambda: approve_call(approval, actor=second),
    )
    assert outcome.count("done") == 1
    call.refresh_from_db()
    assert (call.state == CallState.PUBLISHED) == (call.title_it != "Something else")


def test_a_request_is_either_withdrawn_or_approved() -> None:
    asker, second = UserFactory(), UserFactory()
    approval = ask_for_approval(whole_draft(), actor=asker, target=CallState.PUBLISHED)
    outcome = at_once(lambda: withdraw_request(approval, actor=asker), lambda: approve_call(approval, actor=second))
    assert outcome.count("done") == 1


def test_of_two_editors_at_once_the_second_is_told() -> None:
    call = whole_draft()
    seen, people = fingerprint(call), [UserFactory(), UserFactory()]
    outcome = at_once(
        *(
            lambda person=person: edit_call(call, actor=person, values={"title_it": person.email}, seen=seen)
            for person in people
        )
    )
    assert outcome.count("done") == 1
    assert "Somebody else has saved this call" in outcome[1 - outcome.index("done")]
    assert Call.objects.get().title_it == people[outcome.index("done")].email


def test_of_two_new_calls_at_one_address_one_is_told_to_choose_another() -> None:
    values = {"programme": ProgrammeFactory(), "slug": "reti", "title_it": "Reti", "summary_it": "Una frase."}
    people = [UserFactory(), UserFactory()]
    outcome = at_once(*(lambda person=person: create_call(actor=person, values=values) for person in people))
    assert outcome.count("done") == 1
    assert "has got this address" in outcome[1 - outcome.index("done")]
    assert Call.objects.count() == 1
