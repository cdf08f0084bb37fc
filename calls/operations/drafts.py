"""What follows when a call that waits for a second person's eyes is changed."""

from __future__ import annotations

from django.utils import timezone

from calls.models import Approval, Call
from calls.notifications import publishing as notifications
from calls.states import UNAPPROVED, ApprovalState
from district_portal.accounts.models import User


def call_touched(call: Call, *, actor: User, digest: str) -> None:
    """Remember who changed a call that is still to be approved: they can't approve it. `digest` is of what it says now.

    A request for something else is void, and who asked is told. To be called with the call's row locked.
    """
    if call.state not in UNAPPROVED:
        return
    call.authors.add(actor)
    void_requests(call, actor=actor, keep=digest)


def void_requests(call: Call, *, actor: User, keep: str = "") -> None:
    """End what waits for approval, but for a request of the digest to `keep`, and tell who asked."""
    waiting = Approval.objects.filter(call=call, state=ApprovalState.WAITING).exclude(digest=keep)
    for approval in waiting.select_for_update(of=["self"]).select_related("asked_by"):
        approval.state, approval.answered_by, approval.answered_at = ApprovalState.VOID, actor, timezone.now()
        approval.save(update_fields=["state", "answered_by", "answered_at"])
        notifications.approval_void(approval)
