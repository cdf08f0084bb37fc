"""The one way by which a proposal moves through the selection: locked, checked, written down."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from assessment.models import Assessment
from assessment.operations import journal
from assessment.states import ASSESSMENT_MOVES, AssessmentState
from district_portal.accounts.models import User
from district_portal.shared.states import check_move


def lock(assessment: Assessment) -> Assessment:
    """The row as it is now, held until the end of the transaction, with its network, call and submission."""
    rows = Assessment.objects.select_for_update(of=("self",))
    return rows.select_related("network__call__programme", "network__district", "submission").get(pk=assessment.pk)


@transaction.atomic
def move(
    assessment: Assessment, target: AssessmentState, *, actor: User | None, reason: str = "", **data: Any
) -> Assessment:
    """Move a proposal to `target` and write it into the journal (kind `move`, with `data`).

    Returns the locked row; `assessment` follows. Raises `DomainError` when there is no way from its state.
    """
    locked = lock(assessment)
    before = locked.state
    check_move(ASSESSMENT_MOVES, before, target)
    locked.state = assessment.state = target
    locked.save(update_fields=["state"])
    journal.write(
        locked.network.call,
        "move",
        actor=actor,
        assessment=locked,
        from_state=before,
        to_state=target,
        reason=reason,
        **data,
    )
    return locked
