"""A ranking comes out the same from its inputs and from the journal; what somebody changed by hand shows."""

from __future__ import annotations

from decimal import Decimal

import pytest

from assessment.models import Ranking
from assessment.operations import moves
from assessment.operations.funding import record_waiver
from assessment.operations.panel import close_proposal, reopen_proposal
from assessment.operations.publication import publish_ranking
from assessment.operations.ranking import draft_later_funding, draft_ranking
from assessment.operations.reproduction import compute_again
from assessment.rules.ranking import digest
from assessment.states import AssessmentState
from calls.models import Call
from tests.assessment.decided import colleague, evaluated_call, ranked_call

pytestmark = pytest.mark.django_db


def verdicts(ranking: Ranking) -> list[bool]:
    return [check.same for check in compute_again(Ranking.objects.get(pk=ranking.pk))]


def test_a_ranking_comes_out_the_same_also_after_later_funding():
    selection, first = ranked_call()
    assert verdicts(first) == [True] * 4
    record_waiver(selection.first, reason="The lead was sold.", actor=selection.staff)
    draft = draft_later_funding(selection.call, budget=Decimal(200_000), actor=selection.staff)
    second = publish_ranking(draft, actor=colleague(selection))
    assert verdicts(second) == [True] * 4
    assert verdicts(first) == [True] * 4


def test_a_changed_line_shows():
    _selection, ranking = ranked_call()
    ranking.lines.filter(position=3).update(outcome="funded")
    assert verdicts(ranking) == [True, True, False, True]


def test_a_changed_reason_or_tie_shows():
    _selection, ranking = ranked_call()
    line = ranking.lines.get(position=3)
    ranking.lines.filter(pk=line.pk).update(explanation={"reason": "Other words."})
    assert verdicts(ranking) == [True, True, False, True]


def test_the_ranking_follows_the_journal_when_a_proposal_was_opened_again_and_another_withdrew():
    selection = evaluated_call()
    meeting = selection.call.panels.get()
    second, third = selection.assessments[1:]
    reopen_proposal(second, reason="A page was overlooked.", actor=selection.staff)
    close_proposal(second, meeting=meeting, actor=selection.staff)
    moves.move(third, AssessmentState.WITHDRAWN, actor=selection.staff, reason="Sold.")
    draft = draft_ranking(selection.call, budget=Decimal(200_000), actor=selection.staff)
    ranking = publish_ranking(draft, actor=colleague(selection))
    assert ranking.lines.count() == 2
    Call.objects.filter(pk=selection.call.pk).update(slug="another-address")
    assert verdicts(ranking) == [True] * 4


def test_changed_inputs_show_also_when_their_hash_was_changed_with_them():
    _selection, ranking = ranked_call()
    ranking.inputs["candidates"][0]["score"] = "99.00"
    Ranking.objects.filter(pk=ranking.pk).update(inputs=ranking.inputs)
    assert verdicts(ranking)[0] is False
    Ranking.objects.filter(pk=ranking.pk).update(digest=digest(ranking.inputs))
    assert verdicts(ranking) == [False, False, False, False]
