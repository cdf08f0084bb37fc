"""Networks: what each operation does, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from district_portal.shared.errors import DomainError
from enterprises.models import OrganisationKind
from projects.models import Decision, Network, Partner
from projects.operations import forming, review
from projects.operations import networks as operations
from projects.operations.networks import NetworkTexts, StaleNetwork
from projects.states import NETWORK_MOVES, NetworkState, PartnerState
from tests.factories import DistrictFactory, OrganisationFactory, UserFactory
from tests.factories.calls import CallFactory
from tests.factories.projects import NetworkFactory, PartnerFactory
from tests.projects.people import facilitator, lead_of, owner

pytestmark = pytest.mark.django_db


def start(call, organisation, moment=None) -> Network:
    return operations.start_network(
        call,
        organisation=organisation,
        title="SmartDialysis Line",
        idea="Sensors in the line.",
        actor=owner(organisation),
        moment=moment or timezone.now(),
    )


def ready_network(**fields) -> Network:
    """A network that can be submitted: an idea, and two confirmed partners."""
    network = NetworkFactory(**{"call": CallFactory(partners_min=2), **fields})
    PartnerFactory(network=network)
    return network


# --- Starting ------------------------------------------------------------------------------------------------------


def test_the_organisation_that_starts_a_network_leads_it_and_has_accepted() -> None:
    organisation = OrganisationFactory()
    network = start(CallFactory(), organisation)
    assert [(partner.organisation, partner.role, partner.state) for partner in network.partners.all()] == [
        (organisation, Partner.Role.LEAD, PartnerState.ACCEPTED)
    ]
    assert [(entry.from_state, entry.to_state) for entry in network.decisions.all()] == [("", "forming")]


def test_a_network_belongs_to_the_district_of_its_lead_when_the_call_is_for_it() -> None:
    organisation = OrganisationFactory()
    assert (
        start(CallFactory(districts=[DistrictFactory(), organisation.district]), organisation).district
        == organisation.district
    )
    assert start(CallFactory(), organisation).district == organisation.district


def test_a_network_belongs_to_the_first_district_of_the_call_when_its_lead_is_from_elsewhere() -> None:
    first, second = DistrictFactory(), DistrictFactory()
    assert start(CallFactory(districts=[second, first]), OrganisationFactory()).district == first


def test_no_network_without_a_district() -> None:
    with pytest.raises(DomainError, match="belongs to no district"):
        start(CallFactory(), OrganisationFactory(district=None))


@pytest.mark.parametrize("trait", ["planned", "coming", "closed", "assessed", "concluded"])
def test_no_network_starts_while_the_call_is_not_open(trait: str) -> None:
    with pytest.raises(DomainError):
        start(CallFactory(**{trait: True}), OrganisationFactory())
    assert not Network.objects.exists()


def test_the_moment_of_arrival_decides_not_the_moment_of_work() -> None:
    call = CallFactory()
    start(call, OrganisationFactory(), moment=call.closes_at - timedelta(microseconds=1))
    with pytest.raises(DomainError):
        start(call, OrganisationFactory(), moment=call.closes_at)


# --- Partners ------------------------------------------------------------------------------------------------------


def test_an_invited_organisation_waits_until_it_answers() -> None:
    network, organisation = NetworkFactory(), OrganisationFactory()
    partner = operations.invite_partner(network, organisation=organisation, actor=UserFactory())
    assert (partner.role, partner.state, partner.answered_at) == (Partner.Role.PARTNER, PartnerState.INVITED, None)


def test_nobody_is_invited_twice_nor_the_lead_nor_a_partner() -> None:
    network = NetworkFactory()
    partners = [PartnerFactory(network=network), PartnerFactory(network=network, invited=True)]
    for organisation in [lead_of(network), *(partner.organisation for partner in partners)]:
        with pytest.raises(DomainError, match=organisation.name):
            operations.invite_partner(network, organisation=organisation, actor=UserFactory())
    assert network.partners.count() == 3


def test_who_declined_can_be_invited_again() -> None:
    partner = PartnerFactory(declined=True)
    again = operations.invite_partner(partner.network, organisation=partner.organisation, actor=UserFactory())
    assert (again.pk, again.state, again.answered_at) == (partner.pk, PartnerState.INVITED, None)


def test_accepting_twice_is_the_same_answer() -> None:
    partner, person = PartnerFactory(invited=True), UserFactory()
    first = operations.accept_invitation(partner.network, organisation=partner.organisation, actor=person)
    second = operations.accept_invitation(partner.network, organisation=partner.organisation, actor=UserFactory())
    assert (first.state, first.answered_by) == (second.state, second.answered_by) == (PartnerState.ACCEPTED, person)


def test_declining_twice_is_the_same_answer() -> None:
    partner = PartnerFactory(invited=True)
    for _time in range(2):
        answered = operations.decline_invitation(
            partner.network, organisation=partner.organisation, actor=UserFactory()
        )
        assert answered.state == PartnerState.DECLINED


def test_an_answer_cannot_be_turned_round() -> None:
    accepted, declined = PartnerFactory(), PartnerFactory(declined=True)
    with pytest.raises(DomainError, match="Confirmed"):
        operations.decline_invitation(accepted.network, organisation=accepted.organisation, actor=UserFactory())
    with pytest.raises(DomainError, match="Declined"):
        operations.accept_invitation(declined.network, organisation=declined.organisation, actor=UserFactory())


def test_an_invitation_that_was_taken_back_cannot_be_accepted() -> None:
    partner = PartnerFactory(invited=True)
    forming.remove_partner(partner, actor=UserFactory())
    with pytest.raises(DomainError, match="taken back"):
        operations.accept_invitation(partner.network, organisation=partner.organisation, actor=UserFactory())


def test_the_lead_cannot_be_taken_out() -> None:
    network = NetworkFactory()
    with pytest.raises(DomainError, match="lead"):
        forming.remove_partner(network.partners.get(), actor=UserFactory())


# --- Texts ---------------------------------------------------------------------------------------------------------


def test_a_stale_save_changes_nothing() -> None:
    network = NetworkFactory()
    operations.edit_network(network, texts=NetworkTexts("First", "idea"), version=1, actor=UserFactory())
    with pytest.raises(StaleNetwork) as refused:
        operations.edit_network(network, texts=NetworkTexts("Second", "idea"), version=1, actor=UserFactory())
    network.refresh_from_db()
    assert (network.title, network.version, refused.value.network.title) == ("First", 2, "First")


# --- Submitting ----------------------------------------------------------------------------------------------------


def test_a_network_that_is_ready_can_be_submitted() -> None:
    network = operations.submit_network(ready_network(), actor=UserFactory(), moment=timezone.now())
    assert (network.state, network.submitted_at is not None) == (NetworkState.SUBMITTED, True)


def test_too_few_confirmed_partners() -> None:
    network = NetworkFactory(call=CallFactory(partners_min=2))
    with pytest.raises(DomainError, match="1 of 2 organisations. 1 more organisation is needed."):
        operations.submit_network(network, actor=UserFactory(), moment=timezone.now())


def test_an_unanswered_invitation_holds_the_network_up_and_a_declined_one_does_not() -> None:
    network = ready_network()
    PartnerFactory(network=network, declined=True)
    waiting = PartnerFactory(network=network, invited=True)
    with pytest.raises(DomainError, match=f"{waiting.organisation.name} has not answered yet"):
        operations.submit_network(network, actor=UserFactory(), moment=timezone.now())
    forming.remove_partner(waiting, actor=UserFactory())
    operations.submit_network(network, actor=UserFactory(), moment=timezone.now())


def test_no_submission_without_an_idea() -> None:
    with pytest.raises(DomainError, match="idea is not written"):
        operations.submit_network(ready_network(idea=" "), actor=UserFactory(), moment=timezone.now())


def test_no_submission_with_a_partner_that_may_not_take_part() -> None:
    network = ready_network(call=CallFactory(roles=[OrganisationKind.ENTERPRISE]))
    barred = PartnerFactory(network=network, organisation__kind=OrganisationKind.AUTHORITY)
    with pytest.raises(DomainError, match=f"not for {barred.organisation.name}"):
        operations.submit_network(network, actor=UserFactory(), moment=timezone.now())


def test_no_submission_from_the_deadline_on() -> None:
    network = ready_network()
    with pytest.raises(DomainError, match="closed on"):
        operations.submit_network(network, actor=UserFactory(), moment=network.call.closes_at)


# --- Deciding ------------------------------------------------------------------------------------------------------


def test_a_second_decision_changes_nothing_and_says_who_decided_what() -> None:
    network = NetworkFactory(state=NetworkState.SUBMITTED)
    first = facilitator(network.district)
    review.approve_network(network, actor=first, reason="Strong idea.")
    for decide in (review.approve_network, review.request_network_changes, review.refuse_network):
        with pytest.raises(DomainError, match=f"{first} has already decided, on .*: “Approved”"):
            decide(network, actor=facilitator(network.district), reason="No.")
    network.refresh_from_db()
    decided = network.decisions.filter(from_state=NetworkState.SUBMITTED)
    assert network.state == NetworkState.APPROVED
    assert [(entry.actor, entry.to_state, entry.reason) for entry in decided] == [(first, "approved", "Strong idea.")]


def test_after_changes_were_requested_the_network_can_be_changed_and_submitted_again() -> None:
    network = ready_network(state=NetworkState.SUBMITTED)
    review.request_network_changes(network, actor=UserFactory(), reason="Who evaluates?")
    operations.invite_partner(network, organisation=(new := OrganisationFactory()), actor=UserFactory())
    operations.accept_invitation(network, organisation=new, actor=UserFactory())
    operations.submit_network(network, actor=UserFactory(), moment=timezone.now())
    states = list(Decision.objects.filter(network=network).order_by("pk").values_list("to_state", flat=True))
    assert states[-2:] == ["changes_requested", "submitted"]


# --- Illegal moves -------------------------------------------------------------------------------------------------

Operation = Callable[[Network, Partner, Partner], object]
MOVES: dict[str, tuple[NetworkState, Operation]] = {
    "submit": (
        NetworkState.SUBMITTED,
        lambda network, *_: operations.submit_network(network, actor=UserFactory(), moment=timezone.now()),
    ),
    "approve": (
        NetworkState.APPROVED,
        lambda network, *_: review.approve_network(network, actor=UserFactory(), reason="Good."),
    ),
    "request changes": (
        NetworkState.CHANGES_REQUESTED,
        lambda network, *_: review.request_network_changes(network, actor=UserFactory(), reason="Why?"),
    ),
    "refuse": (
        NetworkState.REFUSED,
        lambda network, *_: review.refuse_network(network, actor=UserFactory(), reason="No."),
    ),
    "withdraw": (NetworkState.WITHDRAWN, lambda network, *_: operations.withdraw_network(network, actor=UserFactory())),
}
CHANGES: dict[str, Operation] = {
    "edit": lambda network, *_: operations.edit_network(
        network, texts=NetworkTexts("New", "idea"), version=network.version, actor=UserFactory()
    ),
    "invite": lambda network, *_: operations.invite_partner(
        network, organisation=OrganisationFactory(), actor=UserFactory()
    ),
    "accept": lambda network, waiting, _member: operations.accept_invitation(
        network, organisation=waiting.organisation, actor=UserFactory()
    ),
    "decline": lambda network, waiting, _member: operations.decline_invitation(
        network, organisation=waiting.organisation, actor=UserFactory()
    ),
    "remove": lambda network, _waiting, member: forming.remove_partner(member, actor=UserFactory()),
}


def facts(network: Network) -> tuple[object, ...]:
    """Everything about a network that an operation could change."""
    row = Network.objects.filter(pk=network.pk).values_list().get()
    partners = list(network.partners.order_by("pk").values_list("pk", "role", "state", "answered_by"))
    return row, partners, network.decisions.count()


@pytest.mark.parametrize("state", NetworkState)
@pytest.mark.parametrize("name", MOVES)
def test_only_the_moves_of_the_table_are_possible(state: NetworkState, name: str) -> None:
    target, operate = MOVES[name]
    network = ready_network(state=state)
    before = facts(network)
    # What was sent moves when its submission is withdrawn, and by nothing else.
    if target in NETWORK_MOVES[state] and state != NetworkState.SENT:
        assert operate(network, None, None).state == target
        last = network.decisions.first()
        assert (last.from_state, last.to_state) == (state, target)
    else:
        with pytest.raises(DomainError):
            operate(network, None, None)
        assert facts(network) == before


@pytest.mark.parametrize("state", NetworkState)
@pytest.mark.parametrize("name", CHANGES)
def test_only_an_editable_network_can_be_changed(state: NetworkState, name: str) -> None:
    network = NetworkFactory(state=state)
    waiting, member = PartnerFactory(network=network, invited=True), PartnerFactory(network=network)
    before = facts(network)
    if network.editable:
        CHANGES[name](network, waiting, member)
        assert facts(network) != before
    else:
        with pytest.raises(DomainError, match="cannot be changed now"):
            CHANGES[name](network, waiting, member)
        assert facts(network) == before
