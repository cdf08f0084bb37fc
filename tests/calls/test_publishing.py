"""From a draft to a call that everyone reads: four eyes, in every combination; each move, legal and not."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from calls.models import Approval, Call, CallRule, Follow
from calls.operations import publishing
from calls.operations.publishing import (
    approve_call,
    ask_for_approval,
    edit_call,
    fingerprint,
    return_call,
    withdraw_request,
)
from calls.states import ApprovalState, CallState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from tests.calls.people import regional, told
from tests.factories import UserFactory
from tests.factories.calls import whole_draft

pytestmark = pytest.mark.django_db
PUBLISHED, PLANNED = CallState.PUBLISHED, CallState.PLANNED


def edited(call: Call, actor: User, **values) -> Call:
    return edit_call(call, actor=actor, values=values, seen=fingerprint(call), note="A change.")


def asked(call: Call, actor: User | None = None, target: CallState = PUBLISHED) -> Approval:
    return ask_for_approval(call, actor=actor or regional(), target=target)


# --- Four eyes -----------------------------------------------------------------------------------------------------


def test_a_second_person_publishes_what_was_asked_for() -> None:
    author, second = regional(), regional()
    call = whole_draft()
    call = edited(call, author, title_it="Reti")
    approval = asked(call, author)
    assert told("approval_requested") == {second}
    call = approve_call(approval, actor=second)
    assert (call.state, call.published_at is not None, call.title_it) == ("published", True, "Reti")
    assert [(row.from_state, row.to_state, row.actor) for row in call.decisions.all()] == [
        ("draft", "published", second)
    ]
    assert [(version.number, version.author) for version in call.versions.all()] == [(1, author)]
    assert list(call.authors.all()) == []
    assert told("approval_given") == {author}


def test_who_asked_does_not_approve() -> None:
    call, asker = whole_draft(), regional()
    approval = asked(call, asker)
    with pytest.raises(DomainError, match="You asked for this approval"):
        approve_call(approval, actor=asker)
    assert Call.objects.get().state == "draft"


def test_who_wrote_the_draft_does_not_approve_what_another_asked_for() -> None:
    author, asker = regional(), regional()
    call = edited(whole_draft(), author, title_it="Reti")
    with pytest.raises(DomainError, match="You have worked on this call"):
        approve_call(asked(call, asker), actor=author)


def test_of_several_authors_none_approves() -> None:
    first, second, asker, third = (regional() for _person in range(4))
    call = edited(edited(whole_draft(), first, title_it="Reti"), second, title_en="Networks")
    approval = asked(call, asker)
    for author in (first, second):
        with pytest.raises(DomainError, match="You have worked on this call"):
            approve_call(approval, actor=author)
    assert approve_call(approval, actor=third).state == "published"


def test_the_database_itself_refuses_an_approval_by_who_asked() -> None:
    approval = asked(whole_draft())
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=approval.pk).update(state="approved", answered_by=approval.asked_by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=approval.pk).update(state="approved", answered_by=None)


def test_only_one_request_waits_at_a_time() -> None:
    call = whole_draft()
    asked(call)
    with pytest.raises(DomainError, match="waits for approval already"):
        asked(call)


def test_a_draft_that_was_changed_after_asking_must_be_asked_for_again() -> None:
    asker, colleague, second = regional(), regional(), regional()
    call = whole_draft()
    approval = asked(call, asker)
    edited(call, colleague, title_it="Something else")
    approval.refresh_from_db()
    assert approval.state == ApprovalState.VOID
    assert told("approval_void") == {asker}
    with pytest.raises(DomainError, match="This is not possible any more"):
        approve_call(approval, actor=second)
    assert Call.objects.get().state == "draft"


def test_a_change_that_went_past_the_operations_is_seen_by_the_digest() -> None:
    call = whole_draft()
    approval = asked(call)
    CallRule.objects.create(call=call, kind="minimum_members", parameters={"fewest": 2})
    with pytest.raises(DomainError, match="changed after the approval"):
        approve_call(approval, actor=regional())


def test_who_asked_is_told_nothing_of_their_own_change() -> None:
    asker = regional()
    call = whole_draft()
    asked(call, asker)
    edited(call, asker, title_it="Something else")
    assert told("approval_void") == set()


def test_a_returned_draft_says_why_and_can_be_asked_for_again() -> None:
    author, second = regional(), regional()
    call = edited(whole_draft(), author, title_it="Reti")
    returned = return_call(asked(call, author), actor=second, reason="The budget is missing.")
    assert (returned.state, returned.reason, returned.answered_by) == ("returned", "The budget is missing.", second)
    assert told("approval_returned") == {author}
    assert Call.objects.get().state == "draft"
    assert approve_call(asked(call, author), actor=second).state == "published"


def test_a_request_is_withdrawn_by_who_asked_and_returned_by_others_only() -> None:
    asker = regional()
    approval = asked(whole_draft(), asker)
    with pytest.raises(DomainError, match="only they can withdraw"):
        withdraw_request(approval, actor=regional())
    with pytest.raises(DomainError, match="withdraw the request instead"):
        return_call(approval, actor=asker, reason="No.")
    assert withdraw_request(approval, actor=asker).state == "withdrawn"
    with pytest.raises(DomainError, match="not possible any more"):
        approve_call(approval, actor=regional())


@pytest.mark.parametrize("answer", ["approved", "returned", "withdrawn", "void"])
def test_an_answered_request_is_not_answered_again(answer: str) -> None:
    approval = asked(whole_draft())
    Approval.objects.update(state=answer, answered_by=UserFactory())
    second = regional()
    for operation in (
        lambda: approve_call(approval, actor=second),
        lambda: return_call(approval, actor=second, reason="No."),
        lambda: withdraw_request(approval, actor=approval.asked_by),
    ):
        with pytest.raises(DomainError, match="not possible any more"):
            operation()


# --- What is needed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["title_en", "summary_en", "body_it", "body_en"])
@pytest.mark.parametrize("target", [PLANNED, PUBLISHED])
def test_a_call_without_its_texts_in_both_languages_is_not_asked_for(text: str, target: CallState) -> None:
    with pytest.raises(DomainError, match="Texts in both languages: Missing"):
        asked(whole_draft(**{text: ""}), target=target)


@pytest.mark.parametrize("date", ["opens_at", "closes_at"])
def test_a_call_without_dates_is_announced_but_not_published(date: str) -> None:
    call = whole_draft(**{date: None})
    with pytest.raises(DomainError, match="Opening and deadline are not known"):
        asked(call)
    assert approve_call(asked(call, target=PLANNED), actor=regional()).state == "planned"


def test_a_deadline_that_passed_while_the_request_waited_stops_the_approval() -> None:
    call = whole_draft()
    approval = asked(call)
    moment = timezone.now()
    Call.objects.update(opens_at=moment - timedelta(days=2), closes_at=moment - timedelta(days=1))
    Approval.objects.update(digest=publishing.digest(publishing.snapshot(Call.objects.get())))
    with pytest.raises(DomainError, match="The deadline has passed"):
        approve_call(approval, actor=regional())


# --- Planned, then published ---------------------------------------------------------------------------------------


def test_a_planned_call_is_public_since_it_was_announced_and_tells_its_followers_when_it_is_published() -> None:
    call = approve_call(asked(whole_draft(opens_at=None, closes_at=None), target=PLANNED), actor=regional())
    announced, follower = call.published_at, UserFactory()
    Follow.objects.create(user=follower, call=call)
    opens = timezone.now() + timedelta(days=9)
    author, second = regional(), regional()
    call = edited(call, author, opens_at=opens, closes_at=opens + timedelta(days=30))
    with pytest.raises(DomainError, match="You have worked"):
        approve_call(asked(call, regional()), actor=author)
    call = approve_call(call.approvals.get(state="waiting"), actor=second)
    assert (call.state, call.published_at) == ("published", announced)
    assert told("call_published") == {follower}
    assert [version.number for version in call.versions.all()] == [2, 1]


def test_each_change_of_a_planned_call_needs_a_note() -> None:
    call = approve_call(asked(whole_draft(), target=PLANNED), actor=regional())
    with pytest.raises(DomainError, match="say in one sentence what changed"):
        edit_call(call, actor=regional(), values={"title_it": "Other"}, seen=fingerprint(call))
    assert Call.objects.get().title_it != "Other"
