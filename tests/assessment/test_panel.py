"""The panel: who decides, on what, and with which points."""

from __future__ import annotations

from decimal import Decimal

import pytest

from assessment.models import ConsensusScore, JournalEntry
from assessment.operations.meetings import close_meeting, edit_meeting, written
from assessment.operations.panel import (
    Agreed,
    StaleConsensus,
    close_agreed,
    close_proposal,
    reopen_proposal,
    seen,
    set_consensus,
)
from assessment.operations.publication import publish_ranking
from assessment.operations.ranking import draft_ranking
from assessment.states import AssessmentState, Conflict
from calls.procedure import criteria_of
from district_portal.shared.errors import DomainError
from tests.assessment.decided import colleague, meeting_of, scored_call, states
from tests.factories.assessment import assessed_call, assigned, score_all
from tests.factories.calls import CallFactory
from tests.factories.proposals import HelperFactory

pytestmark = pytest.mark.django_db


def means(selection, **changed: Agreed) -> dict[str, Agreed]:
    """The evaluators' 90 % of each weight, but for what the panel changes."""
    points = {each.code: Agreed(each.weight * Decimal("0.9")) for each in criteria_of(selection.call).criteria}
    return points | {code.replace("_", "-"): agreed for code, agreed in changed.items()}


def agree(selection, meeting, agreed, *, actor=None, before=None):
    assessment = selection.first
    before = seen(assessment.consensus.all()) if before is None else before
    set_consensus(assessment, meeting=meeting, agreed=agreed, before=before, actor=actor or selection.staff)


def test_the_panels_points_close_a_proposal():
    selection = scored_call()
    meeting = meeting_of(selection)
    agree(selection, meeting, means(selection, partenariato=Agreed(Decimal(20))))
    close_proposal(selection.first, meeting=meeting, actor=selection.staff)
    selection.first.refresh_from_db()
    assert (selection.first.state, selection.first.score) == ("evaluated", Decimal("87.50"))
    entry = selection.first.journal.get(to_state="evaluated")
    assert entry.data["criteria"]["partenariato"] == "20.00"
    assert entry.data["score"] == "87.50"


def test_far_from_the_mean_needs_a_reason():
    selection = scored_call()
    meeting = meeting_of(selection)
    # Of 25 points a fifth is 5: the mean is 22.50.
    agree(selection, meeting, means(selection, partenariato=Agreed(Decimal("17.50"))))
    with pytest.raises(DomainError, match="say why"):
        agree(selection, meeting, means(selection, partenariato=Agreed(Decimal("17.49"))))
    agree(selection, meeting, means(selection, partenariato=Agreed(Decimal("17.49"), "One partner has left.")))


@pytest.mark.parametrize("points", ["-0.01", "25.01"])
def test_points_stay_within_the_weight(points):
    selection = scored_call()
    with pytest.raises(DomainError, match="between 0 and 25"):
        agree(selection, meeting_of(selection), means(selection, partenariato=Agreed(Decimal(points), "Why.")))


def test_nobody_overwrites_points_they_have_not_read():
    selection = scored_call()
    meeting = meeting_of(selection)
    before = seen([])
    agree(selection, meeting, means(selection), before=before)
    with pytest.raises(StaleConsensus):
        agree(selection, meeting, means(selection, partenariato=Agreed(Decimal(20))), before=before)
    assert ConsensusScore.objects.get(assessment=selection.first, criterion="partenariato").points == Decimal("22.50")


def test_who_declared_a_conflict_takes_no_part_and_that_is_written_down():
    selection = assessed_call(1, 3, state=AssessmentState.ADMITTED)
    score_all(selection, each=2, points=lambda *_where: 9)
    biased = selection.evaluators[2]
    assigned(selection.first, biased, number=3, declared=Conflict.CONFLICT)
    meeting = meeting_of(selection)
    same = {each.code: Agreed(Decimal(9)) for each in criteria_of(selection.call).criteria}
    with pytest.raises(DomainError, match="conflict of interest"):
        agree(selection, meeting, same, actor=biased)
    agree(selection, meeting, same)
    assert JournalEntry.objects.get(kind="consensus").data["took_no_part"] == [biased.pk]


def test_who_helped_to_write_takes_no_part_though_nothing_was_declared():
    selection = scored_call()
    HelperFactory(network=selection.first.network, user=selection.staff)
    meeting = meeting_of(selection)
    with pytest.raises(DomainError, match="conflict of interest"):
        agree(selection, meeting, means(selection))
    assert close_agreed(meeting, actor=selection.staff) == 2
    assert states(selection) == ["admitted", "evaluated", "evaluated"]


def test_all_have_to_hand_in_first():
    selection = assessed_call(1, 3, state=AssessmentState.ADMITTED)
    score_all(selection, each=1, points=lambda *_where: 9)
    meeting = meeting_of(selection)
    same = {each.code: Agreed(Decimal(9)) for each in criteria_of(selection.call).criteria}
    with pytest.raises(DomainError, match="asks for 2 evaluators"):
        agree(selection, meeting, same)
    assigned(selection.first, selection.evaluators[1], number=2)
    with pytest.raises(DomainError, match="Not handed in yet by evaluator 2"):
        agree(selection, meeting, same)


def test_a_proposal_without_all_points_stays_open():
    selection = scored_call()
    with pytest.raises(DomainError, match="No points of the panel yet"):
        close_proposal(selection.first, meeting=meeting_of(selection), actor=selection.staff)


def test_means_are_taken_where_evaluators_agree_and_left_to_the_panel_where_not():
    selection = assessed_call(2, 2, state=AssessmentState.ADMITTED)
    # The second proposal: one evaluator gives everything, the other nothing.
    score_all(selection, each=2, points=lambda proposal, evaluator, weight: weight * (evaluator if proposal else 1))
    assert close_agreed(meeting_of(selection), actor=selection.staff) == 1
    assert states(selection) == ["evaluated", "admitted"]
    assert selection.first.score == Decimal("100.00")


def test_a_proposal_is_opened_again_with_a_reason_until_a_ranking_is_published():
    selection = scored_call()
    meeting = meeting_of(selection)
    close_agreed(meeting, actor=selection.staff)
    with pytest.raises(DomainError, match="Say why"):
        reopen_proposal(selection.first, reason=" ", actor=selection.staff)
    reopen_proposal(selection.first, reason="A page was overlooked.", actor=selection.staff)
    selection.first.refresh_from_db()
    assert (selection.first.state, selection.first.score) == ("admitted", None)
    close_proposal(selection.first, meeting=meeting, actor=selection.staff)
    draft = draft_ranking(selection.call, budget=Decimal(100), actor=selection.staff)
    publish_ranking(draft, actor=colleague(selection))
    with pytest.raises(DomainError, match="ranking is published"):
        reopen_proposal(selection.first, reason="Again.", actor=selection.staff)


def test_a_closed_meeting_stays_as_it_is():
    selection = scored_call()
    meeting = meeting_of(selection)
    with pytest.raises(DomainError, match="open already"):
        meeting_of(selection)
    with pytest.raises(DomainError, match="minutes"):
        close_meeting(meeting, actor=selection.staff)
    same = {"held_on": meeting.held_on, "members": selection.evaluators, "chair": None, "actor": selection.staff}
    edit_meeting(meeting, minutes="All were present.", before=written(""), **same)
    close_meeting(meeting, actor=selection.staff)
    with pytest.raises(DomainError, match="closed"):
        edit_meeting(meeting, minutes="Other words.", before=written("All were present."), **same)
    with pytest.raises(DomainError, match="closed"):
        agree(selection, meeting, means(selection))


def test_no_panel_before_the_assessment_starts():
    selection = assessed_call(1, 2, call=CallFactory(closed=True))
    with pytest.raises(DomainError, match="not in assessment"):
        meeting_of(selection)
