"""The decision journal of a call's selection: one entry for each step, never changed (triggers hold it)."""

from __future__ import annotations

from typing import Any

from assessment.models import Assessment, JournalEntry
from calls.models import Call
from district_portal.accounts.models import User


def entry(
    call: Call,
    kind: str,
    *,
    actor: User | None,
    assessment: Assessment | None = None,
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    **data: Any,
) -> JournalEntry:
    """An entry that is not saved yet, for many at once. `data`: all that is needed to do the step again, as JSON."""
    return JournalEntry(
        call=call,
        assessment=assessment,
        kind=kind,
        actor=actor,
        from_state=from_state,
        to_state=to_state,
        reason=reason,
        data=data,
    )


def write(
    call: Call,
    kind: str,
    *,
    actor: User | None,
    assessment: Assessment | None = None,
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    **data: Any,
) -> JournalEntry:
    """Write down what was done, by whom (None: the portal itself), to what and why. See `entry` for `data`."""
    row = entry(
        call,
        kind,
        actor=actor,
        assessment=assessment,
        from_state=from_state,
        to_state=to_state,
        reason=reason,
        **data,
    )
    row.save()
    return row
