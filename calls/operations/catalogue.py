"""Writing a checked catalogue of calls: all rows of a file, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from calls.models import Call, CallDecision, CallRule, Programme, rules_of
from calls.notifications import publishing as notifications
from calls.operations.lifecycle import (
    cancel_call,
    conclude_call,
    keep_deadline,
    move_call,
    publish_ranking,
    start_assessment,
)
from calls.operations.rules import derive_columns
from calls.operations.slugs import free_slug
from calls.operations.versions import begin_change, record_version
from calls.states import CallState
from district_portal.accounts.models import User


@dataclass
class PlannedRow:
    """What one row of the file does, once its values are known to be right."""

    line: int
    external_id: str
    title: str
    call: Call | None
    """As it is now; None: the row creates it."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Values of columns of `Call`; of a call that is there, only those that change."""
    links: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Ids by `districts` and `themes`."""
    rules: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    """Parameters by kind, as they are stored; None: the call has no such rule."""
    status: CallState | None = None
    """The state that the call gets; None: it keeps its own."""
    changed: list[str] = field(default_factory=list)
    """Names of the columns that change."""

    @property
    def outcome(self) -> str:
        return "created" if self.call is None else "changed" if self.changed else "unchanged"


@transaction.atomic
def apply_rows(programme: Programme, rows: Sequence[PlannedRow], *, actor: User, note: str) -> None:
    """Create and change calls; `note` is that of their versions. Raises `DomainError` for what a life cycle refuses."""
    for row in rows:
        if row.outcome == "created":
            _create(programme, row, actor=actor, note=note)
        elif row.outcome == "changed":
            _change(row, actor=actor, note=note)


def _create(programme: Programme, row: PlannedRow, *, actor: User, note: str) -> None:
    state = row.status or CallState.PUBLISHED
    call = Call(programme=programme, external_id=row.external_id, state=state, published_at=timezone.now())
    _set(call, row.fields)
    call.slug = call.slug or free_slug(call.title_it)
    call.save()
    CallDecision.objects.create(call=call, actor=actor, from_state=CallState.DRAFT, to_state=state, reason=note)
    _finish(call, row, was=(None, True), actor=actor, note=note)


def _change(row: PlannedRow, *, actor: User, note: str) -> None:
    assert row.call is not None
    call = begin_change(row.call, actor=actor)
    was = (call.closes_at, call.deadline_has_time)
    _set(call, row.fields)
    call.save()
    _finish(call, row, was=was, actor=actor, note=note)
    if row.status is not None:
        _move(call, row.status, actor=actor, note=note)


def _set(call: Call, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(call, name, value)


def _finish(call: Call, row: PlannedRow, *, was: tuple[Any, bool], actor: User, note: str) -> None:
    for name, keys in row.links.items():
        getattr(call, name).set(keys)
    for kind, parameters in row.rules.items():
        if parameters is None:
            CallRule.objects.filter(call=call, kind=kind).delete()
        else:
            CallRule.objects.update_or_create(call=call, kind=kind, defaults={"parameters": parameters})
    if row.rules:
        derive_columns(call, rules_of(call))
    keep_deadline(call, was, actor=actor, note=note[:300])
    record_version(call, actor=actor, note=note)


def _move(call: Call, target: CallState, *, actor: User, note: str) -> None:
    """By the operation that knows what else the move needs; a first publication by the import's own four eyes."""
    operations = {
        CallState.IN_ASSESSMENT: start_assessment,
        CallState.RANKED: publish_ranking,
        CallState.CONCLUDED: conclude_call,
        CallState.CANCELLED: cancel_call,
    }
    if target in operations:
        operations[target](call, actor=actor, reason=note)
        return
    decision = move_call(Call.objects.select_for_update().get(pk=call.pk), target, actor=actor, reason=note)
    if decision.from_state == CallState.PLANNED:
        notifications.call_published(decision)
