"""What a whole network lacks, for its review and for sending, each with the way on; and the pages that show it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from calls.models import Call
from projects.models import Network, Partner
from projects.operations.checks import Check
from projects.operations.readiness import Stage, readiness
from projects.panels.checklist import checklist
from projects.states import NetworkState
from tests.factories.calls import CallFactory
from tests.factories.enterprises import ConceptFactory
from tests.factories.projects import NetworkFactory, PartnerFactory
from tests.factories.proposals import NeedFactory, SignOffFactory, lead_of, owner_of, whole_network

pytestmark = pytest.mark.django_db

TEMPLATE = {
    "questions": [
        {"name_it": "Novità?", "name_en": "What is new?", "limit": 100, "code": "novelty"},
        {"name_it": "Ruolo?", "name_en": "Your part?", "limit": 100, "per_partner": True, "code": "part"},
    ]
}
PAPERS = {
    "questions": TEMPLATE,
    "declarations": {"declarations": [{"name_it": "Indipendenti", "name_en": "Independent", "code": "independent"}]},
    "documents": {"documents": [{"name_it": "Piano", "name_en": "Plan", "code": "piano"}]},
}


def checks(network: Network, stage: Stage = "sending") -> dict[str, Check]:
    partners = network.partners.select_related("organisation")
    call = Call.objects.get(pk=network.call_id)
    found = readiness(Network.objects.get(pk=network.pk), call, partners, moment=timezone.now(), stage=stage)
    assert len({check.key for check in found}) == len(found)
    return {check.key: check for check in found}


def blocking(network: Network, stage: Stage = "sending") -> set[str]:
    return {key for key, check in checks(network, stage).items() if check.blocks}


def test_a_whole_network_lacks_only_approval_and_sign_offs() -> None:
    network = whole_network(call=CallFactory(rules=PAPERS | {"minimum_independent_smes": {"fewest": 3}}))
    assert blocking(network, "review") == set()
    assert blocking(network) == {"approval", "sign_offs"}
    for partner in network.partners.all():
        SignOffFactory(partner=partner)
    network.state = NetworkState.APPROVED
    network.save()
    assert blocking(network) == set()


def test_a_call_without_review_does_not_ask_for_an_approval() -> None:
    rules = {"submission": {"channel": "portal", "review": False}}
    network = whole_network(call=CallFactory(rules=rules))
    assert "approval" not in checks(network)
    assert checklist_of(network).stage == "sending"


def test_papers_that_are_not_there_wait_for_the_sending() -> None:
    network = NetworkFactory(call=CallFactory(rules=PAPERS))
    for key in PAPERS:
        early, late = checks(network, "review")[key], checks(network)[key]
        assert (early.met, early.blocks, early.later) == (None, False, True), key
        assert (late.met, late.blocks, late.later) == (False, True, False), key


def test_a_question_is_answered_when_everyone_who_has_to_has_answered_it() -> None:
    network = whole_network(call=CallFactory(rules={"questions": TEMPLATE}))
    assert checks(network)["questions"].met is True
    late = network.partners.last()
    late.answers.all().delete()
    check = checks(network)["questions"]
    assert check.detail == (
        f"1 of 2 questions answered. Still to be answered: “Your part?”. Not answered by: {late.organisation.name}."
    )
    invited = PartnerFactory(network=network, invited=True)
    assert invited.organisation.name not in checks(network)["questions"].detail


def test_an_answer_beyond_its_limit_holds_up_the_review_too() -> None:
    network = whole_network(call=CallFactory(rules={"questions": TEMPLATE}))
    network.answers.filter(question="novelty").update(text="x" * 1101)
    assert blocking(network, "review") == {"long:novelty"}
    check = checks(network)["long:novelty"]
    assert (check.text, check.detail) == ("“What is new?”", "1,001 characters too many.")
    assert checks(network)["questions"].met is False


def test_shares_that_do_not_add_up_hold_up_the_review_once_they_are_known() -> None:
    network = whole_network(cells=0)
    assert "shares" not in blocking(network, "review")
    partner = network.partners.last()
    partner.planned_share = partner.planned_share + Decimal("0.1")
    partner.save()
    assert checks(network, "review")["shares"].detail.startswith("The planned shares make 110%: 10% too much.")
    assert "shares" in blocking(network, "review")
    Partner.objects.filter(pk=partner.pk).update(planned_share=None)
    unknown = checks(network, "review")["shares"]
    assert unknown.met is None
    assert "are left for the partners that have not planned yet" in unknown.detail
    assert "shares" not in blocking(network, "review") and "shares" in blocking(network)


COSTS = {
    "project_cost": {"lowest": "80000", "highest": "300000"},
    "cost_share": {"highest": "0.5"},
    "cost_limits": {"limits": [{"category": "staff", "share": "0.6"}]},
    "grant": {"share": "0.5", "highest": "40000"},
}


def test_the_budget_is_measured_against_the_call() -> None:
    """3 partners × 3 packages of EUR 10,000 for staff: 90,000 in all."""
    network = whole_network(call=CallFactory(rules=COSTS))
    found = checks(network, "review")
    assert found["budget"].detail == "It comes to €\xa090,000."
    assert found["project_cost"].met and found["cost_share"].met
    assert found["grant"].detail == "€\xa040,000, at most €\xa040,000."
    assert (found["cost_limits"].met, found["cost_limits"].blocks) == (False, True)
    assert "Move €\xa036,000 from staff to other costs." in found["cost_limits"].detail
    assert "shares" not in found


def test_the_shares_are_those_of_the_budget_as_soon_as_there_is_one() -> None:
    network = whole_network(call=CallFactory(rules={"cost_share": {"highest": "0.5"}}))
    lead = network.partners.get(role=Partner.Role.LEAD)
    assert "cost_share" not in blocking(network, "review")
    network.budget_lines.filter(partner=lead).update(amount=Decimal("50000"))
    check = checks(network, "review")["cost_share"]
    assert check.detail == f"2 of 3 organisations. Change the share of {lead.organisation.name}."


def test_without_a_budget_the_sending_waits_and_the_review_does_not() -> None:
    network = whole_network(call=CallFactory(rules=COSTS), cells=0)
    assert blocking(network, "review") == set()
    assert {"budget", "project_cost", "cost_limits", "grant"} <= blocking(network)
    assert "budget" not in checks(whole_network(call=CallFactory(rules={})))


def test_a_grant_without_a_share_is_known_only_at_the_award() -> None:
    network = whole_network(call=CallFactory(rules={"grant": {"highest": "40000"}}))
    assert (checks(network)["grant"].met, checks(network)["grant"].blocks) == (None, False)


def test_gaps_are_advice_and_lead_to_a_search_for_the_competence() -> None:
    network = whole_network()
    assert checks(network)["coverage"].met is True
    need = NeedFactory(network=network, concept=ConceptFactory(name_en="Clinical evaluation"))
    check = checks(network)["coverage"]
    assert (check.met, check.blocks, check.search) == (None, False, {"competence": need.concept.code})
    assert check.text == "“Clinical evaluation” is not covered."
    line = next(line for line in checklist_of(network).lines if line.check.key == "coverage")
    assert f"network={network.pk}&competence={need.concept.code}" in line.url


def test_an_organisation_in_too_many_networks_of_the_call_is_told_without_naming_what_is_not_public() -> None:
    call = CallFactory(rules={"networks_per_organisation": {"most": 1}})
    network, other = whole_network(call=call), whole_network(call=call)
    twice = network.partners.last().organisation
    PartnerFactory(network=other, organisation=twice)
    assert blocking(network, "review") == {"networks_per_organisation"}
    detail = checks(network)["networks_per_organisation"].detail
    assert twice.name in detail and other.title not in detail
    Network.objects.filter(pk=other.pk).update(looking_for_partners=True)
    assert f"“{other.title}”" in checks(network)["networks_per_organisation"].detail
    Network.objects.filter(pk=other.pk).update(state=NetworkState.WITHDRAWN)
    assert blocking(network, "review") == set()


def test_a_cancelled_call_says_so() -> None:
    network = whole_network(call=CallFactory(state="cancelled"))
    check = checks(network)["call"]
    assert (check.met, check.text) == (False, "The call was cancelled.")


def test_what_the_review_does_not_know_the_sending_waits_for() -> None:
    network = NetworkFactory(call=CallFactory(rules={"minimum_smes": {"fewest": 1}}))
    early, late = checks(network, "review")["minimum_smes"], checks(network)["minimum_smes"]
    assert (early.met, early.blocks) == (None, False)
    assert (late.met, late.blocks) == (None, True)


# --- Pages ------------------------------------------------------------------------------------------------------------


def checklist_of(network: Network):
    network = Network.objects.select_related("call__aid_table", "district").get(pk=network.pk)
    partners = list(network.partners.select_related("organisation__municipality", "organisation__district"))
    return checklist(network, partners, lead_of(network), timezone.now())


def test_the_rail_shows_six_what_is_to_do_among_them() -> None:
    network = whole_network(call=CallFactory(rules=PAPERS))
    network.answers.all().delete()
    PartnerFactory(network=network, invited=True)
    found = checklist_of(network)
    assert len(found.first) == 6 < found.of
    keys = [line.check.key for line in found.first]
    assert keys.index("invitations") < keys.index("questions")
    assert all(line.check.met for line in found.first[:4])


def test_every_reader_sees_every_check_and_only_the_lead_is_sent_to_the_search(client: Client) -> None:
    network = whole_network(call=CallFactory(rules=PAPERS | {"minimum_members": {"fewest": 5}}))
    partner = network.partners.exclude(role=Partner.Role.LEAD).first()
    for person, searches in ((lead_of(network), True), (owner_of(partner), False)):
        client.force_login(person)
        page = client.get(f"/en/networks/{network.pk}/checks/").content.decode()
        assert "2 more organisations are needed." in page and "Before the review" in page
        assert "Not every partner has signed off what is sent." in page
        assert (f"partners/?network={network.pk}" in page) is searches


def test_the_page_is_there_in_every_state_and_both_languages(client: Client) -> None:
    network = whole_network(call=CallFactory(rules=PAPERS))
    client.force_login(lead_of(network))
    for state in NetworkState:
        Network.objects.filter(pk=network.pk).update(state=state)
        for language in ("it", "en"):
            assert client.get(f"/{language}/networks/{network.pk}/checks/").status_code == 200


def test_as_many_queries_for_three_partners_as_for_twenty_with_two_thousand_cells() -> None:
    rules = PAPERS | {"minimum_independent_smes": {"fewest": 2}, "networks_per_organisation": {"most": 2}}
    counts = []
    for partners, cells in ((3, 9), (20, 2000)):
        network = whole_network(call=CallFactory(rules=rules), partners=partners, cells=cells)
        network = Network.objects.select_related("call__aid_table", "district").get(pk=network.pk)
        rows = list(network.partners.select_related("organisation__municipality", "organisation__district"))
        with CaptureQueriesContext(connection) as queries:
            readiness(network, network.call, rows, moment=timezone.now(), stage="sending")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10


def test_a_deadline_that_passes_is_seen_at_once() -> None:
    network = whole_network(call=CallFactory(closes_at=timezone.now() + timedelta(hours=1)))
    call = Call.objects.get(pk=network.call_id)
    partners = list(network.partners.select_related("organisation"))
    after = readiness(network, call, partners, moment=call.closes_at, stage="review")
    assert [check.key for check in after if check.blocks] == ["call"]
