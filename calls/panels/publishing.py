"""What the publishing page of a call shows: what it still needs, what can be done next, what was done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from calls.models import Approval, Call, CallDecision
from calls.readiness import checks
from calls.states import CALL_MOVES, OVER, ApprovalState, CallState
from district_portal.accounts.models import User

JOURNAL_MAX = 50


class Row(NamedTuple):
    """One line of the list of what is ready."""

    title: str
    state: str
    """`check:met`, `check:open` or, where it is only advice, `check:advice`."""
    text: str
    url: str


class Entry(NamedTuple):
    """One line of the journal."""

    at: datetime
    person: User | None
    words: str | Promise
    reason: str


def ready_rows(call: Call, now: datetime) -> list[Row]:
    """A call that is over is not edited any more: no line leads to its form."""
    over = call.state in OVER
    rows = []
    for check in checks(call, now):
        state = "met" if check.met else "open" if check.needed_for else "advice"
        url = "" if over and check.section == "edit" else _address(check.section, call)
        rows.append(Row(check.title, f"check:{state}", check.text, url))
    return rows


def _address(section: str, call: Call) -> str:
    return reverse(f"publishing:{section}", args=[call.slug])


def actions(call: Call, now: datetime) -> list[dict[str, Any]]:
    """What can be done next, the main one first: label, address, style."""
    found = []
    moves = CALL_MOVES[CallState(call.state)]
    if CallState.PUBLISHED in moves:
        found.append((_("Ask for approval"), "approval_ask", "btn-primary"))
    if CallState.IN_ASSESSMENT in moves:
        over = call.closes_at is not None and call.closes_at <= now
        if over:
            found.append((_("Start the assessment"), "assessment", "btn-primary"))
        found.append((_("Move the deadline"), "extend", "btn-outline-primary"))
    if CallState.RANKED in moves:
        found.append((_("Publish the ranking"), "ranking", "btn-primary"))
    if CallState.CONCLUDED in moves:
        found.append((_("Conclude the call"), "conclude", "btn-primary"))
    found.append((_("Copy"), "copy", "btn-outline-primary"))
    if CallState.CANCELLED in moves:
        found.append((_("Cancel the call"), "cancel", "btn-quiet"))
    if call.state == CallState.DRAFT:
        found.append((_("Delete the draft"), "delete", "btn-quiet"))
    return [{"label": label, "url": _address(name, call), "css": css} for label, name, css in found]


def journal(call: Call) -> list[Entry]:
    """Requests, their answers and the moves, the newest first."""
    decisions = call.decisions.select_related("actor").order_by("-pk")[:JOURNAL_MAX]
    approvals = call.approvals.select_related("asked_by", "answered_by")[:JOURNAL_MAX]
    entries = [_decided(decision) for decision in decisions]
    entries += [entry for approval in approvals for entry in _asked(approval)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:JOURNAL_MAX]


def _decided(decision: CallDecision) -> Entry:
    states = {"before": decision.get_from_state_display(), "after": decision.get_to_state_display()}
    return Entry(decision.at, decision.actor, _("%(before)s → %(after)s") % states, decision.reason)


def _asked(approval: Approval) -> Iterator[Entry]:
    asked = {
        CallState.PLANNED: _("Asked for approval to announce it"),
        CallState.PUBLISHED: _("Asked for approval to publish it"),
    }
    yield Entry(approval.asked_at, approval.asked_by, asked[CallState(approval.target)], approval.note)
    answers = {
        ApprovalState.APPROVED: _("Approved"),
        ApprovalState.RETURNED: _("Sent back"),
        ApprovalState.WITHDRAWN: _("Request withdrawn"),
        ApprovalState.VOID: _("Request void: the call was changed"),
    }
    if approval.answered_at is not None:
        yield Entry(approval.answered_at, approval.answered_by, answers[ApprovalState(approval.state)], approval.reason)
