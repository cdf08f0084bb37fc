"""Calls whose panel has decided: evaluated, ranked, published."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils import timezone

from assessment.models import Ranking
from assessment.operations.meetings import open_meeting
from assessment.operations.panel import close_agreed
from assessment.operations.publication import publish_ranking
from assessment.operations.ranking import draft_ranking
from assessment.states import AssessmentState
from district_portal.accounts.models import Role, User
from tests.factories.accounts import AppointmentFactory
from tests.factories.assessment import Selection, assessed_call, score_all

SHARES = (Decimal("0.9"), Decimal("0.8"), Decimal("0.7"))
"""Of each criterion's weight, proposal by proposal: 90, 80 and 70 points."""


def colleague(selection: Selection) -> User:
    """A second person of the Region."""
    return AppointmentFactory(role=Role.REGIONAL_STAFF, district=None, region=selection.district.region).user


def scored_call(shares: Sequence[Decimal] = SHARES, **more) -> Selection:
    """Admitted proposals, each scored alike by two evaluators."""
    selection = assessed_call(len(shares), 2, state=AssessmentState.ADMITTED, **more)
    score_all(selection, each=2, points=lambda proposal, _evaluator, weight: shares[proposal] * weight)
    return selection


def meeting_of(selection: Selection, members: Sequence[User] = ()):
    return open_meeting(
        selection.call,
        held_on=timezone.localdate(),
        members=members or selection.evaluators,
        chair=selection.evaluators[0],
        actor=selection.staff,
    )


def evaluated_call(shares: Sequence[Decimal] = SHARES, **more) -> Selection:
    """The panel has taken the means of all."""
    selection = scored_call(shares, **more)
    close_agreed(meeting_of(selection), actor=selection.staff)
    return selection


def ranked_call(shares: Sequence[Decimal] = SHARES, *, budget: int = 200_000, **more) -> tuple[Selection, Ranking]:
    """A published ranking; each grant is EUR 100,000."""
    selection = evaluated_call(shares, **more)
    draft = draft_ranking(selection.call, budget=Decimal(budget), actor=selection.staff)
    return selection, publish_ranking(draft, actor=colleague(selection))


def states(selection: Selection) -> list[str]:
    """Of the proposals in order of arrival."""
    for each in selection.assessments:
        each.refresh_from_db()
    return [each.state for each in selection.assessments]
