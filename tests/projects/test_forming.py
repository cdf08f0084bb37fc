"""Forming a network: what partners do, who leads, who helps, and back from the review."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from district_portal.notifications.delivery import deliver_waiting
from district_portal.notifications.models import InboxItem
from district_portal.shared.errors import DomainError
from projects import permissions
from projects.models import Network, Partner
from projects.operations import forming, helpers, review
from projects.operations.signing import sign_off, version_to_sign
from projects.states import HelperState, NetworkState
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.projects import NetworkFactory, PartnerFactory
from tests.projects.people import editor, facilitator, lead_of, owner, regional_staff, told

pytestmark = pytest.mark.django_db


def page(network: Network, rest: str = "") -> str:
    return f"/en/networks/{network.pk}/{rest}"


# --- What partners do ----------------------------------------------------------------------------------------------


def test_a_partner_says_itself_what_it_does_and_a_stranger_to_it_does_not(client: Client) -> None:
    partner = PartnerFactory()
    other = PartnerFactory(network=partner.network)
    client.force_login(editor(partner.organisation))
    typed = {"tasks": "Sensors", "share": "32.5", "person_months": "12", "graduates_hired": "1"}
    assert client.post(page(partner.network, f"partners/{partner.pk}/edit/"), typed).status_code == 302
    partner.refresh_from_db()
    assert (partner.tasks, partner.planned_share, partner.graduates_hired) == ("Sensors", Decimal("0.325"), 1)
    assert client.post(page(partner.network, f"partners/{other.pk}/edit/"), typed).status_code == 403
    assert client.get(page(partner.network, f"partners/{partner.pk}/edit/")).status_code == 200


@pytest.mark.parametrize("share", ["101", "-1", "half"])
def test_a_share_is_between_0_and_100_percent(client: Client, share: str) -> None:
    partner = PartnerFactory()
    client.force_login(owner(partner.organisation))
    response = client.post(page(partner.network, f"partners/{partner.pk}/edit/"), {"share": share, "tasks": "kept"})
    assert response.status_code == 422
    assert "kept" in response.content.decode()


@pytest.mark.parametrize(
    "shares, words",
    [
        (("0.6", "0.4"), None),
        (("0.6", "0.45"), "The planned shares make 105%: 5% too much."),
        (("0.6", "0.3"), "The planned shares make 90%: 10% are missing."),
        (("0.6", None), "The planned shares make 60%: 40% are left"),
    ],
)
def test_shares_that_do_not_add_up_are_kept_and_said(client: Client, shares: tuple, words: str | None) -> None:
    network = NetworkFactory()
    partners = [network.partners.get(), PartnerFactory(network=network)]
    for partner, share in zip(partners, shares, strict=True):
        partner.planned_share = share and Decimal(share)
        partner.save()
    client.force_login(owner(lead_of(network)))
    html = client.get(page(network, "partners/")).content.decode()
    assert ("The planned shares make" in html) == (words is not None)
    assert words is None or words in html


def test_the_page_of_partners_asks_as_much_for_1_as_for_20(client: Client) -> None:
    counts = []
    for more in (1, 19):
        network = NetworkFactory()
        PartnerFactory.create_batch(more, network=network)
        client.force_login(owner(lead_of(network)))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(page(network, "partners/")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_saying_what_a_partner_does_voids_what_was_signed_off_before() -> None:
    partner = PartnerFactory()
    person = owner(partner.organisation)
    signed = sign_off(partner, digest=version_to_sign(partner.network, actor=person).digest, actor=person)
    forming.describe_partner(partner, role=forming.Role(tasks="Other"), actor=person)
    signed.refresh_from_db()
    assert (signed.voided_by, signed.voided_by_section) == (person, "partners")


# --- Leaving and being taken out -----------------------------------------------------------------------------------


def test_a_partner_leaves_by_itself_and_the_lead_is_told(client: Client) -> None:
    partner = PartnerFactory()
    leader = owner(lead_of(partner.network))
    client.force_login(owner(partner.organisation))
    assert client.post(page(partner.network, f"partners/{partner.pk}/leave/")).status_code == 302
    assert not Partner.objects.filter(pk=partner.pk).exists()
    assert told("projects/partner_left") == {leader.email}


def test_the_lead_cannot_leave_and_nobody_leaves_what_was_sent() -> None:
    network = NetworkFactory()
    lead = network.partners.get()
    with pytest.raises(DomainError, match="hand the lead over first"):
        forming.leave_network(lead, actor=owner(lead.organisation))
    partner = PartnerFactory(network=NetworkFactory(state="sent"))
    with pytest.raises(DomainError):
        forming.leave_network(partner, actor=owner(partner.organisation))


@pytest.mark.parametrize("invited, message", [(True, "invitation_taken_back"), (False, "partner_removed")])
def test_who_is_taken_out_is_told_with_a_link_that_it_may_open(invited: bool, message: str) -> None:
    partner = PartnerFactory(invited=True) if invited else PartnerFactory()
    person = owner(partner.organisation)
    forming.remove_partner(partner, actor=owner(lead_of(partner.network)))
    assert told(f"projects/{message}") == {person.email}
    with transaction.atomic():
        deliver_waiting()
    assert InboxItem.objects.get(user=person).path == f"/calls/{partner.network.call.slug}/"


# --- The lead ------------------------------------------------------------------------------------------------------


def test_the_lead_is_handed_over_when_an_owner_of_the_partner_accepts(client: Client) -> None:
    partner = PartnerFactory()
    before = partner.network.partners.get(role="lead")
    client.force_login(owner(before.organisation))
    assert client.post(page(partner.network, f"partners/{partner.pk}/offer-lead/")).status_code == 302
    before.refresh_from_db()
    assert before.role == "lead"
    client.force_login(editor(partner.organisation))
    assert client.post(page(partner.network, f"partners/{partner.pk}/take-lead/")).status_code == 403
    client.force_login(owner(partner.organisation))
    for _time in range(2):
        assert client.post(page(partner.network, f"partners/{partner.pk}/take-lead/")).status_code == 302
    assert partner.network.partners.get(role="lead") == partner
    before.refresh_from_db()
    assert (before.role, before.state) == ("partner", "accepted")


def test_the_lead_is_not_taken_without_an_offer_nor_after_it_ended() -> None:
    partner = PartnerFactory()
    leader, person = owner(lead_of(partner.network)), owner(partner.organisation)
    with pytest.raises(DomainError, match="not offered"):
        forming.take_lead(partner, actor=person)
    forming.offer_lead(partner, actor=leader)
    forming.drop_lead_offer(partner, actor=person)
    assert told("projects/lead_offer_dropped") == {leader.email}
    with pytest.raises(DomainError, match="not offered"):
        forming.take_lead(partner, actor=person)


def test_one_partner_at_a_time_is_offered_the_lead_and_only_a_confirmed_one() -> None:
    first = PartnerFactory()
    network, second, waiting = first.network, PartnerFactory(network=first.network), None
    waiting = PartnerFactory(network=network, invited=True)
    leader = owner(lead_of(network))
    for partner in (first, second):
        forming.offer_lead(partner, actor=leader)
    assert list(network.partners.exclude(lead_offered_at=None)) == [second]
    with pytest.raises(DomainError, match="has confirmed"):
        forming.offer_lead(waiting, actor=leader)
    with pytest.raises(IntegrityError), transaction.atomic():
        Partner.objects.filter(pk=second.pk).update(role="lead", lead_offered_at=None)


# --- Helpers -------------------------------------------------------------------------------------------------------


def test_who_helps_sees_and_writes_but_neither_leads_nor_signs_nor_decides(client: Client) -> None:
    network = NetworkFactory()
    officer = facilitator(network.district)
    client.force_login(owner(lead_of(network)))
    assert client.post(page(network, "helpers/new/"), {"user": officer.email.upper()}).status_code == 302
    helper = network.helpers.get()
    assert told("projects/helper_invited") == {officer.email}
    assert permissions.can_decide_network(officer, network)
    client.force_login(officer)
    assert "asked to help" in client.get(page(network, "partners/")).content.decode()
    assert client.post(page(network, f"helpers/{helper.pk}/accept/")).status_code == 302
    assert permissions.can_write_network(officer, network)
    assert network.title in client.get("/en/desk/").content.decode()
    assert not permissions.can_lead_network(officer, network)
    assert not any(permissions.can_sign_off(officer, each) for each in network.partners.all())
    assert not permissions.can_decide_network(officer, network)


def test_once_a_helper_barred_for_ever_also_when_asked_again_and_declining() -> None:
    network = NetworkFactory()
    officer, leader = facilitator(network.district), owner(lead_of(network))
    helper = helpers.invite_helper(network, user=officer, actor=leader)
    helpers.answer_helper_invitation(helper, accepted=True, actor=officer)
    helpers.end_helper(helper, actor=leader)
    again = helpers.invite_helper(network, user=officer, actor=leader)
    assert not permissions.can_decide_network(officer, network)
    helpers.answer_helper_invitation(again, accepted=False, actor=officer)
    assert not permissions.can_decide_network(officer, network)


def test_an_invitation_to_help_that_is_declined_or_taken_back_bars_nobody() -> None:
    network = NetworkFactory()
    officer, leader = facilitator(network.district), owner(lead_of(network))
    helper = helpers.invite_helper(network, user=officer, actor=leader)
    helpers.answer_helper_invitation(helper, accepted=False, actor=officer)
    helper = helpers.invite_helper(network, user=officer, actor=leader)
    helpers.end_helper(helper, actor=leader)
    assert permissions.can_decide_network(officer, network)
    assert not network.helpers.exists()


def test_the_region_decides_when_the_only_facilitator_helps(client: Client) -> None:
    network = NetworkFactory(state="submitted")
    officer, region, leader = facilitator(network.district), regional_staff(network), owner(lead_of(network))
    assert set(permissions.deciders_of(network)) == {officer}
    helper = helpers.invite_helper(network, user=officer, actor=leader)
    helpers.answer_helper_invitation(helper, accepted=True, actor=officer)
    assert set(permissions.deciders_of(network)) == {region}
    with pytest.raises((PermissionDenied, DomainError)):
        review.approve_network(network, actor=officer, reason="")


def test_nobody_answers_an_invitation_to_help_for_somebody_else(client: Client) -> None:
    network = NetworkFactory()
    officer, leader = facilitator(network.district), owner(lead_of(network))
    helper = helpers.invite_helper(network, user=officer, actor=leader)
    client.force_login(leader)
    assert client.post(page(network, f"helpers/{helper.pk}/accept/")).status_code == 403
    helper.refresh_from_db()
    assert helper.state == HelperState.INVITED


def test_only_people_of_the_portal_are_asked_and_no_partner_of_the_network(client: Client) -> None:
    network = NetworkFactory()
    client.force_login(owner(lead_of(network)))
    for email in ("nobody@example.org", UserFactory().email, ""):
        assert client.post(page(network, "helpers/new/"), {"user": email}).status_code == 422
    partner = PartnerFactory(network=network)
    assert client.post(page(network, "helpers/new/"), {"user": editor(partner.organisation).email}).status_code == 409
    member = editor(OrganisationFactory())
    assert client.post(page(network, "helpers/new/"), {"user": member.email}).status_code == 302


# --- Back to its authors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state, address", [("submitted", "take-back/"), ("approved", "reopen/")])
def test_the_lead_opens_a_network_again_and_everybody_is_told(client: Client, state: str, address: str) -> None:
    network = NetworkFactory(state=state)
    partner, officer, leader = PartnerFactory(network=network), facilitator(network.district), owner(lead_of(network))
    member = editor(partner.organisation)
    client.force_login(member)
    assert client.post(page(network, address)).status_code == 403
    client.force_login(leader)
    assert client.get(page(network, address)).status_code == 200
    assert client.post(page(network, address), {"reason": "We found a better partner."}).status_code == 302
    network.refresh_from_db()
    assert (network.state, network.submitted_at, network.decided_at) == (NetworkState.FORMING, None, None)
    assert told("projects/network_reopened") == {leader.email, member.email, officer.email}


@pytest.mark.parametrize("state", ["forming", "changes_requested", "approved", "sent", "refused", "withdrawn"])
def test_only_what_is_under_review_is_taken_back(client: Client, state: str) -> None:
    network = NetworkFactory(state=state)
    client.force_login(owner(lead_of(network)))
    assert client.get(page(network, "take-back/")).status_code == 409
    with pytest.raises(DomainError):
        forming.take_back_network(network, actor=owner(lead_of(network)))


@pytest.mark.parametrize("state", ["forming", "changes_requested", "submitted", "sent", "refused", "withdrawn"])
def test_only_what_is_approved_is_opened_again(client: Client, state: str) -> None:
    network = NetworkFactory(state=state)
    client.force_login(owner(lead_of(network)))
    assert client.get(page(network, "reopen/")).status_code == 409
    with pytest.raises(DomainError):
        forming.reopen_network(network, actor=owner(lead_of(network)))


# --- The desk ------------------------------------------------------------------------------------------------------


def test_the_desk_shows_the_lead_that_is_offered_and_the_help_that_is_asked_for(client: Client) -> None:
    partner = PartnerFactory()
    network, leader = partner.network, owner(lead_of(partner.network))
    officer, boss = facilitator(network.district), owner(partner.organisation)
    forming.offer_lead(partner, actor=leader)
    helpers.invite_helper(network, user=officer, actor=leader)
    for person, words in ((boss, "Decide whether to lead"), (officer, "Answer whether you help")):
        client.force_login(person)
        assert words in client.get("/en/desk/").content.decode()
    client.force_login(leader)
    html = client.get("/en/desk/").content.decode()
    assert "Decide whether to lead" not in html and "Answer whether you help" not in html
