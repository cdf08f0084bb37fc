"""Work plan: packages, milestones, deliverables, risks and expected indicators of a network."""

from datetime import timedelta

import pytest
from django.utils import timezone

from district_portal.shared.errors import DomainError
from projects.content import snapshot
from projects.models import IntegrationRound, Milestone, Network
from projects.operations.plan import remove_package
from projects.operations.readiness import readiness
from tests.factories.accounts import UserFactory
from tests.factories.calls import CallFactory
from tests.factories.projects import NetworkFactory
from tests.factories.proposals import lead_of, whole_network

pytestmark = pytest.mark.django_db


def test_a_whole_network_has_what_its_call_asks_for():
    text = {"code": "independence", "name_it": "Indipendenza", "name_en": "Independence"}
    rules = {"declarations": {"declarations": [text]}, "documents": {"documents": [text]}}
    network = whole_network(call=CallFactory(rules=rules), partners=4, cells=60)
    content = snapshot(network)
    assert len(content["partners"]) == 4
    assert len(content["budget"]) == 60
    assert list(content["declarations"]) == ["independence"]
    assert [each["kind"] for each in content["attachments"]] == ["independence"]


def plan_check(network, stage="sending"):
    fresh = Network.objects.select_related("call").get(pk=network.pk)
    partners = fresh.partners.select_related("organisation")
    found = readiness(fresh, fresh.call, partners, moment=timezone.now(), stage=stage)
    return next((check for check in found if check.key == "plan"), None)


def test_a_plan_that_fits_the_project_lacks_nothing():
    check = plan_check(whole_network())
    assert (check.met, check.blocks) == (True, False)


def test_what_is_planned_after_the_end_keeps_a_proposal_from_being_sent_and_not_from_the_review():
    network = whole_network()
    Network.objects.filter(pk=network.pk).update(duration_months=20)
    check = plan_check(network)
    assert (check.met, check.blocks) == (False, True)
    assert check.detail == "Planned after the end of the project: WP3."
    early = plan_check(network, "review")
    assert (early.met, early.blocks, early.later) == (None, False, True)


def test_a_milestone_alone_may_be_what_is_too_late():
    network = whole_network()
    Milestone.objects.filter(work_package__network=network, work_package__number=2).update(month=25)
    assert plan_check(network).detail == "Planned after the end of the project: WP2."


def test_a_package_that_nobody_leads_and_an_unknown_duration_are_said():
    network = whole_network()
    network.work_packages.filter(number__in=[1, 2]).update(lead=None)
    Network.objects.filter(pk=network.pk).update(duration_months=None)
    assert plan_check(network).detail == "How long the project lasts is not decided yet. Nobody leads WP1 and WP2 yet."


def test_a_network_without_a_plan_is_not_asked_for_one():
    assert plan_check(NetworkFactory()) is None


def test_an_integration_round_for_the_plan_takes_no_cells_of_the_budget_away():
    network = whole_network(state="sent")
    version = network.versions.create(number=1, content=snapshot(network), digest="0" * 64)
    sent = network.submissions.create(
        number="2026-1", code="code", version=version, content="{}", digest="0" * 64, files=[], chain_digest="0" * 64,
        sent_by=lead_of(network), sent_at=timezone.now(),
    )  # fmt: skip
    due = timezone.now() + timedelta(days=10)
    asked = IntegrationRound.objects.create(
        submission=sent, sections=["plan"], text="Explain WP2.", asked_by=UserFactory(), due_at=due
    )
    package = network.work_packages.get(number=2)
    with pytest.raises(DomainError, match="cells in the budget, which cannot be changed now"):
        remove_package(package, actor=lead_of(network))
    asked.sections += [f"budget:{partner.pk}" for partner in network.partners.all()]
    asked.save()
    remove_package(package, actor=lead_of(network))
    assert network.work_packages.count() == 2
