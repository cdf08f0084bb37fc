"""What becomes of a proposal when it is sent, withdrawn, sent again, completed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from assessment.models import Assessment, JournalEntry
from assessment.operations import admissibility
from assessment.states import AssessmentState
from projects import sections
from projects.models import IntegrationRound, Network
from projects.operations import sending
from projects.operations.changes import changing
from projects.operations.integration import GRACE, answer_integration, close_integrations
from projects.states import NetworkState
from tests.assessment.people import checked
from tests.factories.assessment import assigned, make_evaluators
from tests.factories.proposals import RiskFactory, lead_of
from tests.projects.people import regional_staff, told
from tests.projects.sent import close, send, sign_all, signed_network

pytestmark = pytest.mark.django_db
S = AssessmentState


def withdraw(network) -> None:
    sending.withdraw_submission(network, reason="To improve it.", actor=lead_of(network), moment=timezone.now())


def assessment_of(network) -> Assessment:
    return Assessment.objects.select_related("network__call__programme", "network__district", "submission").get(
        network=network
    )


def test_a_sent_proposal_is_received_with_its_moment_and_its_amounts() -> None:
    network = signed_network(cells=4, amount=Decimal("1000.50"))
    sent = send(network)
    row = assessment_of(network)
    assert (row.state, row.submission, row.received_at) == (S.RECEIVED, sent, sent.sent_at)
    assert row.cost == Decimal("4002.00")
    entry = JournalEntry.objects.get()
    assert (entry.kind, entry.data["submission"], entry.data["cost"]) == ("receive", sent.number, "4002.00")


def test_a_proposal_sent_again_counts_from_its_last_sending() -> None:
    network = signed_network()
    first = send(network)
    withdraw(network)
    assert assessment_of(network).state == S.WITHDRAWN
    sign_all(network)
    again = send(network)
    row = assessment_of(network)
    assert (row.state, row.submission, row.received_at) == (S.RECEIVED, again, again.sent_at)
    assert again.sent_at > first.sent_at
    kinds = JournalEntry.objects.order_by("pk").values_list("kind", "to_state")
    assert list(kinds) == [("receive", "received"), ("move", "withdrawn"), ("move", "received"), ("receive", "")]


def test_a_proposal_that_is_withdrawn_has_no_evaluators_any_more() -> None:
    network = signed_network()
    send(network)
    close(network.call)
    row = assessment_of(network)
    person = make_evaluators(1, network.district)[0]
    Assessment.objects.update(state=S.ADMITTED)
    assigned(row, person)
    withdraw(Network.objects.get(pk=network.pk))
    assert assessment_of(network).state == S.WITHDRAWN
    assert not row.assignments.standing().exists()
    assert told("assessment/assignment_revoked") == {person.email}


def asked(network) -> IntegrationRound:
    """The Region asks to complete the risks."""
    send(network)
    close(network.call)
    staff = regional_staff(network)
    checked(assessment_of(network), staff, complete="curable")
    row = assessment_of(network)
    return admissibility.ask_for_integration(
        row,
        sections=[sections.RISKS],
        text="Say more of the risks.",
        due_at=timezone.now() + timedelta(days=10),
        actor=staff,
        moment=timezone.now(),
    )


def test_an_integration_that_is_answered_goes_on_with_what_was_sent_then() -> None:
    network = signed_network()
    asked(network)
    before = assessment_of(network)
    assert before.state == S.INTEGRATION
    with changing(network, sections.RISKS, actor=lead_of(network)):
        RiskFactory(network=network, title="The supplier fails")
    sign_all(network)
    answer = answer_integration(network, actor=lead_of(network), moment=timezone.now())
    row = assessment_of(network)
    assert (row.state, row.submission, row.received_at) == (S.RECEIVED, answer, before.received_at)
    assert "The supplier fails" in row.submission.content


def test_an_integration_without_an_answer_goes_on_with_what_was_sent_before() -> None:
    network = signed_network()
    round_ = asked(network)
    IntegrationRound.objects.filter(pk=round_.pk).update(
        asked_at=timezone.now() - timedelta(days=11), due_at=timezone.now() - GRACE - timedelta(seconds=1)
    )
    assert close_integrations(timezone.now()) == 1
    row = assessment_of(network)
    assert (row.state, row.submission) == (S.RECEIVED, round_.submission)


def test_a_proposal_withdrawn_while_it_is_being_completed_stays_withdrawn() -> None:
    network = signed_network()
    asked(network)
    withdraw(Network.objects.get(pk=network.pk))
    row = assessment_of(network)
    assert (row.state, row.network.state) == (S.WITHDRAWN, NetworkState.WITHDRAWN)
