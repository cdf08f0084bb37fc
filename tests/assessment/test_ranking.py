"""Drafts of rankings and their publication by a second person."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from assessment.models import Assessment, JournalEntry, Ranking
from assessment.operations import moves
from assessment.operations.panel import close_agreed, reopen_proposal
from assessment.operations.publication import StaleRanking, publish_ranking
from assessment.operations.ranking import discard_ranking, draft_ranking
from assessment.states import AssessmentState
from district_portal.notifications.models import OutboxRow
from district_portal.shared.errors import DomainError
from projects.models import Paper
from tests.assessment.decided import colleague, evaluated_call, meeting_of, ranked_call, scored_call, states
from tests.factories.accounts import UserFactory
from tests.factories.assessment import assessed_call, score_all
from tests.factories.enterprises import MembershipFactory

pytestmark = pytest.mark.django_db


def draft(selection, budget: int = 200_000) -> Ranking:
    return draft_ranking(selection.call, budget=Decimal(budget), actor=selection.staff)


def shown(ranking: Ranking) -> list[tuple[int | None, str, Decimal | None]]:
    return list(ranking.lines.values_list("position", "outcome", "score"))


def test_a_draft_ranks_what_the_panel_evaluated_and_lists_what_was_excluded():
    selection = scored_call([Decimal(each) for each in ("0.9", "0.8", "0.7", "0.5", "0.9")])
    excluded = selection.assessments[4]
    Assessment.objects.filter(pk=excluded.pk).update(state="received")
    moves.move(excluded, AssessmentState.EXCLUDED, actor=selection.staff, reason="Sent by fax.")
    close_agreed(meeting_of(selection), actor=selection.staff)
    ranking = draft(selection)
    assert shown(ranking) == [
        (1, "funded", Decimal("90.00")),
        (2, "funded", Decimal("80.00")),
        (3, "not_funded", Decimal("70.00")),
        (None, "not_admissible", Decimal("50.00")),
        (None, "excluded", None),
    ]
    assert ranking.lines.get(outcome="excluded").explanation == {"reason": "Sent by fax."}
    assert states(selection)[:2] == ["evaluated", "evaluated"]  # a draft changes nothing


def test_equal_points_are_broken_by_the_calls_priorities():
    rules = {"selection": {"evaluators": 2, "priorities": [{"priority": "criterion_2"}], "integration_days": 10}}
    selection = assessed_call(2, 2, state=AssessmentState.ADMITTED, rules=rules)
    # 30, 25, 20, 15, 10: the second proposal has a point more for criterion 2, and one less for criterion 3.
    shift = {25: 1, 20: -1}
    score_all(selection, each=2, points=lambda at, _who, weight: weight - 5 + (shift.get(weight, 0) if at else 0))
    close_agreed(meeting_of(selection), actor=selection.staff)
    lines = list(draft(selection).lines.all())
    assert [line.assessment for line in lines] == selection.assessments[::-1]
    assert lines[0].explanation["tie"] | {"network": ""} == {
        "by": "partenariato", "own": "21.00", "other": "20.00", "network": "", "above": False
    }  # fmt: skip


def test_no_draft_while_a_proposal_waits_or_another_draft_stands():
    selection = evaluated_call()
    reopen_proposal(selection.first, reason="A page was overlooked.", actor=selection.staff)
    with pytest.raises(DomainError, match=f"1 proposal is not decided yet: “{selection.first.network.title}”"):
        draft(selection)
    other = evaluated_call()
    draft(other)
    with pytest.raises(DomainError, match="There is a draft already"):
        draft(other)


def test_no_draft_where_a_grant_is_not_known():
    selection = evaluated_call()
    Assessment.objects.filter(pk=selection.first.pk).update(grant=None)
    with pytest.raises(DomainError, match="grant asked is not known"):
        draft(selection)


def test_publishing_sets_outcomes_tells_members_and_orders_letters():
    selection = evaluated_call()
    member = MembershipFactory(organisation=selection.first.network.partners.get().organisation).user
    second = colleague(selection)
    published = publish_ranking(draft(selection), actor=second)
    assert states(selection) == ["funded", "funded", "not_funded"]
    selection.call.refresh_from_db()
    assert (published.state, published.published_by, selection.call.state) == ("published", second, "ranked")
    assert Paper.objects.filter(kind="letter_outcome", language="it").count() == 3
    assert OutboxRow.objects.filter(message="assessment/outcome", user=member, channel="mail").count() == 1
    assert JournalEntry.objects.filter(kind="move", data__ranking=1).count() == 3


def test_whoever_made_it_cannot_publish_it():
    selection = evaluated_call()
    ranking = draft(selection)
    with pytest.raises(DomainError, match="second person"):
        publish_ranking(ranking, actor=selection.staff)
    with pytest.raises(IntegrityError), transaction.atomic():  # nor past the operation
        Ranking.objects.filter(pk=ranking.pk).update(published_by=selection.staff)
    assert states(selection) == ["evaluated"] * 3


def test_a_score_that_changed_since_makes_the_draft_stale_and_says_whose():
    selection = evaluated_call()
    ranking, title = draft(selection), selection.first.network.title
    Assessment.objects.filter(pk=selection.first.pk).update(score=Decimal("89.99"))
    with pytest.raises(StaleRanking, match=f"“{title}”"):
        publish_ranking(ranking, actor=colleague(selection))
    assert states(selection) == ["evaluated"] * 3


def test_a_proposal_opened_again_makes_the_draft_stale():
    selection = evaluated_call()
    ranking = draft(selection)
    reopen_proposal(selection.first, reason="A page was overlooked.", actor=selection.staff)
    with pytest.raises(StaleRanking):
        publish_ranking(ranking, actor=colleague(selection))


def test_a_discarded_draft_leaves_room_for_another():
    selection = evaluated_call()
    discard_ranking(draft(selection), actor=selection.staff)
    assert draft(selection, 300_000).number == 2
    with pytest.raises(DomainError, match="not possible any more"):
        discard_ranking(Ranking.objects.get(number=1), actor=selection.staff)


def test_published_once():
    selection, ranking = ranked_call()
    with pytest.raises(DomainError, match="not possible any more"):
        publish_ranking(ranking, actor=colleague(selection))
    with pytest.raises(DomainError, match="not in assessment"):
        draft(selection)


def test_a_thousand_proposals_cost_as_many_queries_as_three(django_assert_max_num_queries):
    for number in (3, 30):
        selection = scored_call([Decimal("0.9")] * number)
        meeting = meeting_of(selection)
        with django_assert_max_num_queries(24):
            assert close_agreed(meeting, actor=selection.staff) == number
        with django_assert_max_num_queries(24):
            ranking = draft(selection)
        second = UserFactory()
        with django_assert_max_num_queries(45):
            publish_ranking(ranking, actor=second)
