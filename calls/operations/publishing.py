"""From an empty form to a call that everyone reads: draft, request, a second person's approval."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import errors
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.models import Approval, Call
from calls.notifications import publishing as notifications
from calls.operations.lifecycle import check_promise, keep_deadline, move_call, require_editable
from calls.operations.versions import begin_change, digest, record_version, snapshot
from calls.readiness import missing
from calls.states import APPROVAL_MOVES, CALL_MOVES, ApprovalState, CallState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from district_portal.shared.states import check_move

FIELDS = [
    "programme", "slug", "family", "edition", "tier", "title_it", "title_en", "summary_it", "summary_en", "plain_it",
    "plain_en", "body_it", "body_en", "opens_at", "closes_at", "deadline_has_time", "questions_until", "facilitator",
    "budget", "duration_months", "specific_objective",
]  # fmt: skip
LINKS = ["districts", "themes"]


class StaleCall(DomainError):
    """Somebody else saved the call meanwhile; `call` is as it is now."""

    def __init__(self, call: Call) -> None:
        super().__init__(_("Somebody else has saved this call while you were writing. Compare both, then save again."))
        self.call = call


# --- Texts and dates -----------------------------------------------------------------------------------------------


def fingerprint(call: Call) -> str:
    """Of what the form shows: two editors of the same call are told from each other by it, changed rules are not."""
    keys = {field.name: field.attname for field in call._meta.concrete_fields}
    shown = [str(getattr(call, keys[name])) for name in FIELDS]
    linked = [sorted(getattr(call, name).values_list("pk", flat=True)) for name in LINKS]
    return hashlib.sha256(json.dumps([shown, linked]).encode()).hexdigest()


@transaction.atomic
def create_call(*, actor: User, values: Mapping[str, Any]) -> Call:
    """A draft of what was entered: `values` by the names of `FIELDS` and `LINKS`."""
    call = Call(state=CallState.DRAFT)
    _set(call, values)
    keep_deadline(call, (None, True), actor=actor)
    record_version(call, actor=actor, note="")
    return call


@transaction.atomic
def edit_call(call: Call, *, actor: User, values: Mapping[str, Any], seen: str, note: str = "") -> Call:
    """Save what was entered. A call that everyone can read gets a new version, for which `note` says what and why.

    Raises `StaleCall` where the call is not as it was `seen` (its `fingerprint`), `DomainError` where it is over.
    """
    call = begin_change(call, actor=actor)
    require_editable(call)
    if fingerprint(call) != seen:
        raise StaleCall(call)
    if "closes_at" in values:
        check_promise(call, values["closes_at"])
    was = (call.closes_at, call.deadline_has_time)
    _set(call, values)
    keep_deadline(call, was, actor=actor, note=note)
    record_version(call, actor=actor, note=note)
    return call


def _set(call: Call, values: Mapping[str, Any]) -> None:
    for name in FIELDS:
        if name in values:
            setattr(call, name, values[name])
    save_unique(call)
    for name in LINKS:
        if name in values:
            getattr(call, name).set(values[name])


def save_unique(call: Call) -> None:
    """Save, also where somebody else took the address or the edition since the form was checked: `DomainError`."""
    try:
        with transaction.atomic():
            call.save()
    except IntegrityError as error:
        if not isinstance(error.__cause__, errors.UniqueViolation):
            raise
        words = _("Another call has got this address, or is this edition of the family, meanwhile. Choose another one.")
        raise DomainError(words) from error


@transaction.atomic
def delete_draft(call: Call, *, actor: User) -> None:
    """Raises `DomainError` for a call that everyone has read: that one is cancelled."""
    call = Call.objects.select_for_update().get(pk=call.pk)
    if call.state != CallState.DRAFT:
        raise DomainError(_("Everyone can read this call: it can be cancelled, not deleted."))
    files = [document.file for document in call.documents.all() if document.file.name]
    call.delete()
    for file in files:
        transaction.on_commit(partial(file.storage.delete, str(file.name)))


# --- Four eyes -----------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_for_approval(call: Call, *, actor: User, target: CallState, note: str = "") -> Approval:
    """Ask a second person to show the call as planned, or to publish it.

    Raises `DomainError` where something is missing for it, or a request waits already.
    """
    call = begin_change(call, actor=actor)
    check_move(CALL_MOVES, call.state, target)
    _require_ready(call, target)
    if call.approvals.filter(state=ApprovalState.WAITING).exists():
        raise DomainError(_("This call waits for approval already."))
    approval = Approval.objects.create(
        call=call, target=target, digest=digest(snapshot(call)), note=note, asked_by=actor
    )
    notifications.approval_requested(approval)
    return approval


@transaction.atomic
def approve_call(approval: Approval, *, actor: User) -> Call:
    """Show the call to everyone, as it was asked for.

    Raises `DomainError` for who asked or had a hand in it, and for a call that is not what was asked for.
    """
    call, approval = _held(approval)
    check_move(APPROVAL_MOVES, approval.state, ApprovalState.APPROVED)
    _require_second_person(call, approval, actor)
    if digest(snapshot(call)) != approval.digest:
        raise DomainError(_("The call was changed after the approval was asked for. It has to be asked for again."))
    target = CallState(approval.target)
    _require_ready(call, target)
    _answer(approval, ApprovalState.APPROVED, actor=actor)
    authors = list(call.authors.all())
    planned = call.state == CallState.PLANNED
    decision = move_call(call, target, actor=actor, reason=approval.note)
    if call.published_at is None:
        call.published_at = decision.at
        call.save(update_fields=["published_at"])
    record_version(call, actor=approval.asked_by, note=approval.note or _("Published"))
    call.authors.clear()
    notifications.approval_given(approval, authors=authors)
    if planned:
        notifications.call_published(decision)
    return call


@transaction.atomic
def return_call(approval: Approval, *, actor: User, reason: str) -> Approval:
    """Send it back to its authors. `reason` says what they have to change."""
    _call, approval = _held(approval)
    check_move(APPROVAL_MOVES, approval.state, ApprovalState.RETURNED)
    if approval.asked_by_id == actor.pk:
        raise DomainError(_("You asked for this approval: withdraw the request instead."))
    approval.reason = reason
    _answer(approval, ApprovalState.RETURNED, actor=actor)
    notifications.approval_returned(approval)
    return approval


@transaction.atomic
def withdraw_request(approval: Approval, *, actor: User) -> Approval:
    """Take one's own request back. Raises `DomainError` for others."""
    _call, approval = _held(approval)
    check_move(APPROVAL_MOVES, approval.state, ApprovalState.WITHDRAWN)
    if approval.asked_by_id != actor.pk:
        raise DomainError(_("Somebody else asked for this approval: only they can withdraw the request."))
    _answer(approval, ApprovalState.WITHDRAWN, actor=actor)
    return approval


def why_not_approver(call: Call, approval: Approval, user: User) -> str:
    """The sentence why this person cannot be the second one; empty where they can."""
    if approval.asked_by_id == user.pk:
        return _("You asked for this approval: somebody else has to give it.")
    if call.authors.filter(pk=user.pk).exists():
        return _("You have worked on this call: somebody who has not must approve it.")
    return ""


def _held(approval: Approval) -> tuple[Call, Approval]:
    """The call first, then the request: the order in which every operation locks them."""
    call = Call.objects.select_for_update().get(pk=approval.call_id)
    held = Approval.objects.select_for_update(of=["self"]).select_related("asked_by").get(pk=approval.pk)
    held.call = call
    return call, held


def _require_second_person(call: Call, approval: Approval, actor: User) -> None:
    if words := why_not_approver(call, approval, actor):
        raise DomainError(words)


def _require_ready(call: Call, target: CallState) -> None:
    if lacks := missing(call, target, timezone.now()):
        raise DomainError(" ".join(f"{check.title}: {check.text}" for check in lacks))


def _answer(approval: Approval, state: ApprovalState, *, actor: User) -> None:
    approval.state, approval.answered_by, approval.answered_at = state, actor, timezone.now()
    approval.save(update_fields=["state", "answered_by", "answered_at", "reason"])
