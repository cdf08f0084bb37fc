"""Integration rounds: asked once after the deadline, only for what is asked, answered until the last microsecond."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from projects import sections
from projects.desk_sending import integrations_to_answer
from projects.models import IntegrationRound, Network, Submission
from projects.operations import listeners, sending, signing
from projects.operations.changes import changing
from projects.operations.integration import GRACE, answer_integration, ask_integration, close_integrations
from projects.operations.verification import chain_breaks
from projects.states import NetworkState
from tests.factories.proposals import RiskFactory, lead_of, owner_of
from tests.projects.people import regional_staff, told
from tests.projects.sent import call_of, close, send, sign_all, signed_network

pytestmark = pytest.mark.django_db
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    for moment in ("SENT", "WITHDRAWN", "INTEGRATED"):
        monkeypatch.setattr(listeners, moment, [])


def closed_network(**more) -> Network:
    """Sent, and the deadline has passed."""
    network = signed_network(**more)
    send(network)
    close(network.call, timedelta(microseconds=1))
    return Network.objects.select_related("call", "district").get(pk=network.pk)


def ask(network: Network, *keys: str, days: int = 10, actor: User | None = None, **more) -> IntegrationRound:
    given = {"sections": keys or (sections.RISKS,), "text": "Say more of the risks."}
    due = timezone.now() + timedelta(days=days)
    sent = network.submissions.proposals().latest("pk")
    return ask_integration(sent, **given | {"due_at": due, "actor": actor or regional_staff(network)} | more)


def change(network: Network, section: str = sections.RISKS) -> None:
    with changing(network, section, actor=lead_of(network)):
        RiskFactory(network=network, title="The supplier fails")


def answer(network: Network, moment=None) -> Submission:
    return answer_integration(network, actor=lead_of(network), moment=moment or timezone.now())


def test_only_what_is_asked_for_is_unlocked_until_the_answer() -> None:
    network = closed_network()
    ask(network)
    change(network)
    with pytest.raises(DomainError, match="cannot be changed now"):
        change(network, sections.PLAN)
    sign_all(network)
    answer(network)
    with pytest.raises(DomainError, match="cannot be changed now"):
        change(network)


def test_the_answer_is_a_submission_of_its_own_in_the_chain() -> None:
    network = closed_network()
    asked = ask(network)
    change(network)
    sign_all(network)
    sent = answer(network)
    asked.refresh_from_db()
    assert (sent.kind, sent.previous, asked.answer) == ("integration", asked.submission, sent)
    assert (asked.answered_at, Network.objects.get(pk=network.pk).state) == (sent.sent_at, NetworkState.SENT)
    assert sending.standing_proposal(network) == asked.submission
    assert list(chain_breaks()) == []
    assert answer(network) == sent


def test_the_region_asks_once() -> None:
    network = closed_network()
    ask(network)
    with pytest.raises(DomainError, match="asks once"):
        ask(network)


def test_nothing_is_asked_before_the_deadline() -> None:
    network = signed_network()
    send(network)
    with pytest.raises(DomainError, match="after the deadline"):
        ask(network)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"sections": []}, "Choose the sections"),
        ({"sections": ["everything"]}, "Choose the sections"),
        ({"sections": ["budget:999999"]}, "Choose the sections"),
        ({"text": "  "}, "Write what is asked for"),
        ({"due_at": timezone.now() - timedelta(days=1)}, "moment has passed"),
    ],
)
def test_a_round_says_what_and_until_when(given: dict, words: str) -> None:
    with pytest.raises(DomainError, match=words):
        ask(closed_network(), **given)


def test_nothing_is_asked_of_a_withdrawn_proposal() -> None:
    network = closed_network()
    sending.withdraw_submission(network, reason="No.", actor=lead_of(network), moment=timezone.now())
    with pytest.raises(DomainError, match="was withdrawn"):
        ask(network)


def test_it_is_answered_until_the_last_microsecond() -> None:
    network = closed_network()
    asked = ask(network)
    change(network)
    sign_all(network)
    with pytest.raises(DomainError, match="time to answer ended"):
        answer(network, asked.due_at)
    assert answer(network, asked.due_at - MICROSECOND).sent_at == asked.due_at - MICROSECOND


def test_an_answer_that_changes_nothing_is_refused() -> None:
    network = closed_network()
    ask(network)
    with pytest.raises(DomainError, match="Nothing has changed"):
        answer(network)


def test_who_has_not_been_asked_cannot_answer() -> None:
    network = closed_network()
    with pytest.raises(DomainError, match="has not asked for anything"):
        answer(network)
    ask(network)
    with pytest.raises(PermissionDenied):
        answer_integration(network, actor=owner_of(network.partners.get(role="partner")), moment=timezone.now())


# --- Who signs the changes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "signers"),
    [
        ([sections.ATTACHMENTS, sections.DECLARATIONS], {"lead"}),
        (["budget:one"], {"lead", "one"}),
        ([sections.PLAN], {"lead", "one", "other"}),
        ([sections.ATTACHMENTS, "budget:other"], {"lead", "other"}),
        (["budget:one", sections.RISKS], {"lead", "one", "other"}),
    ],
)
def test_those_whom_a_round_concerns_sign_off_again(asked: list[str], signers: set[str]) -> None:
    network = closed_network(partners=3)
    lead, one, other = network.partners.order_by("role", "pk")
    names = {lead.pk: "lead", one.pk: "one", other.pk: "other"}
    keys = [key.replace("one", str(one.pk)).replace("other", str(other.pk)) for key in asked]
    round_ = ask(network, *keys)
    assert {names[partner.pk] for partner in signing.who_signs(network, round_)} == signers


def test_without_the_sign_offs_of_those_concerned_it_is_not_sent() -> None:
    network = closed_network()
    ask(network)
    change(network)
    with pytest.raises(DomainError, match="have not signed off the changes"):
        answer(network)


# --- The clock -----------------------------------------------------------------------------------------------------


def test_a_round_that_nobody_answers_is_closed_by_the_clock_once_and_all_are_told(monkeypatch) -> None:
    heard: list[IntegrationRound] = []
    monkeypatch.setattr(listeners, "INTEGRATED", [heard.append])
    network = closed_network()
    staff = regional_staff(network)
    asked = ask(network, actor=staff)
    assert close_integrations(asked.due_at + GRACE - MICROSECOND) == 0
    assert close_integrations(asked.due_at + GRACE) == 1
    assert close_integrations(asked.due_at + GRACE) == 0
    asked.refresh_from_db()
    assert asked.closed_at == asked.due_at + GRACE
    assert heard == [asked]
    members = {owner_of(partner).email for partner in network.partners.all()}
    assert told("projects/integration_closed") == {*members, staff.email}


def test_an_answer_in_time_that_waited_for_its_turn_is_accepted_after_the_end() -> None:
    network = closed_network()
    asked = ask(network)
    change(network)
    sign_all(network)
    close_integrations(asked.due_at + GRACE - MICROSECOND)
    assert answer(network, asked.due_at - MICROSECOND)
    assert close_integrations(asked.due_at + GRACE) == 0


def test_after_the_end_nothing_is_unlocked_and_what_was_sent_counts() -> None:
    network = closed_network()
    asked = ask(network)
    IntegrationRound.objects.filter(pk=asked.pk).update(
        asked_at=timezone.now() - timedelta(days=2), due_at=timezone.now() - timedelta(days=1)
    )
    with pytest.raises(DomainError, match="cannot be changed now"):
        change(network)
    with pytest.raises(DomainError, match="What you wrote is kept"):
        answer(network)


def test_a_withdrawal_withdraws_the_answer_too() -> None:
    network = closed_network()
    ask(network)
    change(network)
    sign_all(network)
    answer(network)
    sending.withdraw_submission(network, reason="We stop.", actor=lead_of(network), moment=timezone.now())
    assert not network.submissions.standing().exists()


def test_everyone_is_told_what_is_asked_and_the_region_what_was_answered() -> None:
    network = closed_network()
    staff = regional_staff(network)
    members = {owner_of(partner).email for partner in network.partners.all()}
    ask(network, actor=staff)
    assert told("projects/integration_asked") == members
    change(network)
    sign_all(network)
    answer(network)
    assert told("projects/integration_answered") == {*members, staff.email}


def test_the_page_counts_down_and_the_lead_answers(client: Client) -> None:
    network = closed_network(call=call_of())
    ask(network)
    client.force_login(lead_of(network))
    page = client.get(f"/en/networks/{network.pk}/sign-off/")
    assert page.context["time_left"]["days"] == 9
    assert "Say more of the risks." in page.content.decode()
    change(network)
    sign_all(network)
    assert client.get(f"/en/networks/{network.pk}/integration/send/").status_code == 200
    answered = client.post(f"/en/networks/{network.pk}/integration/send/")
    number = network.submissions.get(kind="integration").number
    assert answered["Location"] == f"/en/networks/{network.pk}/receipts/{number}/"
    assert client.get(answered["Location"]).status_code == 200


def test_a_round_waits_on_the_desk_of_the_lead_and_of_each_partner_that_it_concerns(django_assert_num_queries) -> None:
    network = closed_network(partners=3)
    lead, asked, other = network.partners.order_by("role", "pk")
    ask(network, sections.budget_key(asked.pk))

    def waiting(partner) -> list[str]:
        rows = list(integrations_to_answer(owner_of(partner), timezone.now()))
        return [row.title for row in rows]

    title = f"Complete “{network.title}” as the Region asks"
    assert [waiting(each) for each in (lead, asked, other)] == [[title], [title], []]
    for _number in range(2):
        more = closed_network()
        more.partners.filter(role="lead").update(organisation=lead.organisation)
        ask(more)
    person = owner_of(lead)
    with django_assert_num_queries(2):
        assert len(list(integrations_to_answer(person, timezone.now()))) == 3
