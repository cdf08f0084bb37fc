"""Waivers, later funding down the ranking, and the projects that come of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from assessment.models import Waiver
from assessment.operations.funding import make_projects, record_waiver
from assessment.operations.publication import StaleRanking, publish_ranking
from assessment.operations.ranking import draft_later_funding
from assessment.rules.points import share_out
from district_portal.notifications.models import OutboxRow
from district_portal.shared.errors import DomainError
from projects.models import Award, Payment, Project
from tests.assessment.decided import colleague, ranked_call, states
from tests.factories.enterprises import MembershipFactory

pytestmark = pytest.mark.django_db


def later(selection, budget: int = 200_000):
    return draft_later_funding(selection.call, budget=Decimal(budget), actor=selection.staff)


def test_a_waiver_funds_the_next_one_down_the_list():
    selection, first = ranked_call()
    record_waiver(selection.first, reason="The lead was sold.", actor=selection.staff)
    draft = later(selection)
    assert [(line.position, line.outcome) for line in draft.lines.all()] == [
        (1, "waived"),
        (2, "funded"),
        (3, "funded"),
    ]
    last = selection.assessments[2].network.partners.get().organisation
    member = MembershipFactory(organisation=last).user
    publish_ranking(draft, actor=colleague(selection))
    assert states(selection) == ["waived", "funded", "funded"]
    first.refresh_from_db()
    assert first.state == "superseded"
    assert OutboxRow.objects.filter(message="assessment/outcome", user=member, channel="mail").count() == 1
    assert selection.assessments[1].network.papers.filter(kind="letter_outcome").count() == 1  # nothing new to say


def test_more_money_funds_the_next_ones_in_order():
    selection, _ranking = ranked_call()
    publish_ranking(later(selection, 300_000), actor=colleague(selection))
    assert states(selection) == ["funded"] * 3


def test_no_draft_where_nothing_would_change_or_money_is_granted_already():
    selection, _ranking = ranked_call()
    with pytest.raises(DomainError, match="nothing would change"):
        later(selection, 299_999)
    with pytest.raises(DomainError, match="granted already"):
        later(selection, 199_999)


def test_a_waiver_after_the_draft_makes_it_stale():
    selection, _ranking = ranked_call()
    draft = later(selection, 300_000)
    record_waiver(selection.first, reason="The lead was sold.", actor=selection.staff)
    with pytest.raises(StaleRanking):
        publish_ranking(draft, actor=colleague(selection))


def test_only_a_funded_network_can_give_its_funding_back_once_and_says_why():
    selection, _ranking = ranked_call()
    with pytest.raises(DomainError, match="Say why"):
        record_waiver(selection.first, reason=" ", actor=selection.staff)
    with pytest.raises(DomainError, match="not possible any more"):
        record_waiver(selection.assessments[2], reason="No.", actor=selection.staff)
    record_waiver(selection.first, reason="The lead was sold.", actor=selection.staff)
    with pytest.raises(DomainError, match="not possible any more"):
        record_waiver(selection.first, reason="Again.", actor=selection.staff)
    assert Waiver.objects.count() == 1


def test_projects_are_made_of_the_funded_networks_once():
    selection, ranking = ranked_call()
    assert len(make_projects(ranking, actor=selection.staff)) == 2
    assert make_projects(ranking, actor=selection.staff) == []
    assert set(Project.objects.values_list("network", flat=True)) == {
        each.network_id for each in selection.assessments[:2]
    }
    award = Award.objects.get(project__network=selection.first.network)
    assert (award.cost, award.grant) == (Decimal("200000.00"), Decimal("100000.00"))


def test_a_waiver_revokes_the_project_unless_something_was_paid():
    selection, ranking = ranked_call()
    made = make_projects(ranking, actor=selection.staff)
    record_waiver(selection.first, reason="The lead was sold.", actor=selection.staff)
    assert Project.objects.get(network=selection.first.network).state == "revoked"
    paid = Award.objects.filter(project=made[1]).first()
    Payment.objects.create(award=paid, kind="advance", amount=1, paid_on="2026-11-01")
    with pytest.raises(DomainError, match="Something was paid"):
        record_waiver(selection.assessments[1], reason="No.", actor=selection.staff)


def test_a_cut_is_shared_out_to_the_cent():
    shares = share_out(Decimal("100.00"), {"a": Decimal(1), "b": Decimal(1), "c": Decimal(1)})
    assert shares == {"a": Decimal("33.34"), "b": Decimal("33.33"), "c": Decimal("33.33")}
    assert share_out(Decimal("0.05"), {"a": Decimal(0), "b": Decimal(0)}) == {
        "a": Decimal("0.03"),
        "b": Decimal("0.02"),
    }
