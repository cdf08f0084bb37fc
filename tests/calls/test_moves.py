"""Each move of a call, legal and not; its deadline, and every place that asks what is open."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from calls.models import Approval, Call, Follow
from calls.operations import lifecycle
from calls.operations.publishing import (
    approve_call,
    ask_for_approval,
    delete_draft,
)
from calls.states import CALL_MOVES, CallState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from tests.calls.people import regional, told
from tests.factories import UserFactory
from tests.factories.calls import CallDocumentFactory, CallFactory, whole_draft

pytestmark = pytest.mark.django_db
PUBLISHED, PLANNED = CallState.PUBLISHED, CallState.PLANNED


def asked(call: Call, actor: User | None = None, target: CallState = PUBLISHED) -> Approval:
    return ask_for_approval(call, actor=actor or regional(), target=target)


# --- Moves ---------------------------------------------------------------------------------------------------------

STATES = list(CallState)
LEGAL = {(before, after) for before, targets in CALL_MOVES.items() for after in targets}


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_the_table_of_moves_is_the_whole_truth(before: CallState, after: CallState) -> None:
    call = CallFactory(state=before, opens_at=timezone.now() - timedelta(9), closes_at=timezone.now() - timedelta(1))
    with transaction.atomic():
        held = Call.objects.select_for_update().get(pk=call.pk)
        if (before, after) in LEGAL:
            assert lifecycle.move_call(held, after, actor=UserFactory()).to_state == after
        else:
            with pytest.raises(DomainError, match="not possible any more"):
                lifecycle.move_call(held, after, actor=UserFactory())
    call.refresh_from_db()
    assert call.state == (after if (before, after) in LEGAL else before)


def test_the_assessment_starts_after_the_deadline_only() -> None:
    with pytest.raises(DomainError, match="The deadline has not passed"):
        lifecycle.start_assessment(CallFactory(), actor=regional())


def test_a_call_goes_its_whole_way_and_the_journal_keeps_it() -> None:
    actor, follower = regional(), UserFactory()
    call = CallFactory(closed=True)
    Follow.objects.create(user=follower, call=call)
    call = lifecycle.start_assessment(call, actor=actor)
    call = lifecycle.publish_ranking(call, actor=actor, reason="See the document.")
    call = lifecycle.conclude_call(call, actor=actor)
    assert [(row.to_state, row.reason) for row in call.decisions.all()] == [
        ("in_assessment", ""), ("ranked", "See the document."), ("concluded", ""),
    ]  # fmt: skip
    assert told("call_ranked") == {follower}


def test_a_cancelled_call_tells_everyone_concerned_why_and_voids_what_waited() -> None:
    actor, follower, colleague = regional(), UserFactory(), regional()
    call = approve_call(asked(whole_draft(), target=PLANNED), actor=colleague)
    Follow.objects.create(user=follower, call=call)
    waiting = asked(call, colleague)
    lifecycle.cancel_call(call, actor=actor, reason="The money went elsewhere.")
    waiting.refresh_from_db()
    assert waiting.state == "void"
    assert {follower, colleague} <= told("call_cancelled")
    assert actor not in told("call_cancelled")
    with pytest.raises(DomainError, match="not possible any more"):
        lifecycle.cancel_call(call, actor=actor, reason="Again.")


def test_a_call_is_not_cancelled_without_a_reason() -> None:
    with pytest.raises(DomainError, match="Say why"):
        lifecycle.cancel_call(CallFactory(), actor=regional(), reason=" ")


def test_a_draft_is_deleted_with_its_documents_and_a_public_call_is_not(
    django_capture_on_commit_callbacks,
) -> None:
    draft, public = CallFactory(draft=True), CallFactory()
    file = CallDocumentFactory(call=draft, file=ContentFile(b"%PDF-1.7", name="a.pdf")).file
    with django_capture_on_commit_callbacks(execute=True):
        delete_draft(draft, actor=regional())
    assert not file.storage.exists(file.name)
    with pytest.raises(DomainError, match="it can be cancelled, not deleted"):
        delete_draft(public, actor=regional())
    assert list(Call.objects.all()) == [public]


# --- The deadline --------------------------------------------------------------------------------------------------


def test_an_extended_deadline_reopens_a_call_keeps_the_first_one_and_says_why() -> None:
    actor, follower = regional(), UserFactory()
    call = CallFactory(closed=True)
    Follow.objects.create(user=follower, call=call)
    was, later = call.closes_at, timezone.now() + timedelta(days=5)
    call = lifecycle.extend_deadline(call, actor=actor, closes_at=later, note="flood")
    assert call.is_open_at(timezone.now())
    assert list(call.deadlines.values_list("closes_at", "note", "set_by")) == [
        (was, "", None), (later, "flood", actor.pk),
    ]  # fmt: skip
    assert [version.note for version in call.versions.all()] == ["flood", ""]
    assert told("call_changed") == {follower}


def test_a_call_that_has_opened_does_not_close_earlier_than_promised() -> None:
    call = CallFactory()
    with pytest.raises(DomainError, match="later moment only"):
        lifecycle.extend_deadline(call, actor=regional(), closes_at=call.closes_at - timedelta(hours=1), note="x")


@pytest.mark.parametrize("trait", ["draft", "assessed", "concluded"])
def test_the_deadline_of_a_call_that_is_not_published_cannot_be_moved(trait: str) -> None:
    call = CallFactory(**{trait: True})
    with pytest.raises(DomainError, match="Only the deadline of a published call"):
        lifecycle.extend_deadline(call, actor=regional(), closes_at=timezone.now() + timedelta(days=90), note="x")


def test_questions_never_outlast_a_deadline_that_came_nearer() -> None:
    call = CallFactory(coming=True)
    Call.objects.update(questions_until=call.closes_at)
    nearer = call.closes_at - timedelta(days=1)
    assert lifecycle.extend_deadline(call, actor=regional(), closes_at=nearer, note="x").questions_until == nearer


# --- The clock -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("edge", ["opens_at", "closes_at", "soon"])
@pytest.mark.parametrize("microseconds", [-1, 0, 1])
def test_every_place_that_asks_what_is_open_agrees(state: CallState, edge: str, microseconds: int) -> None:
    call = CallFactory(state=state)
    edges = {"opens_at": call.opens_at, "closes_at": call.closes_at, "soon": call.closes_at - timedelta(days=14)}
    moment = edges[edge] + timedelta(microseconds=microseconds)
    found = {name for name in ("open", "closing_soon", "opening_soon", "in_assessment", "closed")
             if Call.objects.in_statuses([name], moment).exists()}  # fmt: skip
    expected = {
        "call:draft": set(),
        "call:planned": {"opening_soon"},
        "call:open": {"open"},
        "call:closing_soon": {"open", "closing_soon"},
        "call:in_assessment": {"in_assessment"},
    }.get(call.status_at(moment), {"closed"})
    assert found == expected
    assert call.is_open_at(moment) == ("open" in found) == Call.objects.open_at(moment).exists()
