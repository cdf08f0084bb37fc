"""What people are told on a call's way: those who prepare it about approvals, those concerned about its moves."""

from __future__ import annotations

from collections.abc import Iterable

from calls.concerned import people_concerned, people_who_prepare
from calls.models import Approval, Call, CallDecision
from district_portal.accounts.models import User
from district_portal.notifications.outbox import Content, Message, announce, path_of, without_language
from district_portal.shared.ui import localised


def _load_approval(about: str) -> Content:
    """`about`: id of the request, gone with the draft that was deleted."""
    approval = Approval.objects.select_related("call", "asked_by", "answered_by").get(pk=about)
    call = approval.call
    return Content(
        path=path_of("publishing:detail", call.slug),
        context={"approval": approval, "call": call, "title": localised(call, "title")},
    )


def _load_decision(about: str) -> Content:
    """`about`: id of the entry in the journal."""
    decision = CallDecision.objects.select_related("call").get(pk=about)
    call = decision.call
    return Content(
        path=without_language(call.get_absolute_url()),
        context={"decision": decision, "call": call, "title": localised(call, "title")},
    )


APPROVAL_REQUESTED = Message("calls/approval_requested", load=_load_approval)
APPROVAL_GIVEN = Message("calls/approval_given", load=_load_approval)
APPROVAL_RETURNED = Message("calls/approval_returned", load=_load_approval)
APPROVAL_VOID = Message("calls/approval_void", load=_load_approval)
CALL_PUBLISHED = Message("calls/call_published", load=_load_decision)
CALL_RANKED = Message("calls/call_ranked", load=_load_decision)
CALL_CANCELLED = Message("calls/call_cancelled", load=_load_decision)


def approval_requested(approval: Approval) -> None:
    """To all who may approve it: who prepares the call, and has neither asked nor changed it."""
    call = approval.call
    others = people_who_prepare(call).exclude(pk=approval.asked_by_id).exclude(pk__in=call.authors.values("pk"))
    announce(APPROVAL_REQUESTED, about=approval.pk, key=str(approval.pk), users=others)


def approval_given(approval: Approval, *, authors: Iterable[User]) -> None:
    """To who asked, and to all who had changed the call."""
    announce(APPROVAL_GIVEN, about=approval.pk, key=str(approval.pk), users=[approval.asked_by, *authors])


def approval_returned(approval: Approval) -> None:
    """To who asked, and to all who had changed the call, with the reason."""
    users = [approval.asked_by, *approval.call.authors.all()]
    announce(APPROVAL_RETURNED, about=approval.pk, key=str(approval.pk), users=users)


def approval_void(approval: Approval) -> None:
    """To who asked, unless they made the change themselves."""
    if approval.answered_by_id != approval.asked_by_id:
        announce(APPROVAL_VOID, about=approval.pk, key=str(approval.pk), users=[approval.asked_by])


def call_published(decision: CallDecision) -> None:
    """A planned call has its dates: to all whom it concerns."""
    _tell_concerned(CALL_PUBLISHED, decision)


def call_ranked(decision: CallDecision) -> None:
    _tell_concerned(CALL_RANKED, decision)


def call_cancelled(decision: CallDecision) -> None:
    """To all whom the call concerns, with the reason, and to those who prepare it."""
    _tell_concerned(CALL_CANCELLED, decision, people_who_prepare(decision.call))


def _tell_concerned(message: Message, decision: CallDecision, others: Iterable[User] = ()) -> None:
    call: Call = decision.call
    users = [user for user in [*people_concerned(call), *others] if user.pk != decision.actor_id]
    announce(message, about=decision.pk, key=str(decision.pk), users=users)
