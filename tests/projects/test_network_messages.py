"""Networks: who is told what, and in which words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from district_portal.notifications.delivery import deliver_waiting
from district_portal.notifications.models import InboxItem, OutboxRow
from projects.notifications import review as review_notifications
from projects.operations import forming, review
from projects.operations import networks as operations
from projects.states import NetworkState, PartnerState
from tests.factories import AppointmentFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.calls import CallFactory
from tests.factories.projects import NetworkFactory, PartnerFactory
from tests.projects.people import editor, facilitator, lead_of, owner, told, viewer

pytestmark = pytest.mark.django_db


def test_an_invitation_goes_to_the_owners_of_the_invited_organisation() -> None:
    network, organisation = NetworkFactory(), OrganisationFactory()
    owners = {owner(organisation).email, owner(organisation).email}
    editor(organisation), viewer(organisation), owner(lead_of(network))
    MembershipFactory(organisation=organisation, valid_to=timezone.localdate() - timedelta(days=1))
    operations.invite_partner(network, organisation=organisation, actor=UserFactory())
    assert told("projects/network_invited") == owners


def test_a_second_invitation_after_a_refusal_is_a_new_message() -> None:
    partner = PartnerFactory(declined=True)
    owner(partner.organisation)
    operations.invite_partner(partner.network, organisation=partner.organisation, actor=UserFactory())
    operations.decline_invitation(partner.network, organisation=partner.organisation, actor=UserFactory())
    operations.invite_partner(partner.network, organisation=partner.organisation, actor=UserFactory())
    assert OutboxRow.objects.filter(message="projects/network_invited", channel="mail").count() == 2


@pytest.mark.parametrize(
    "answer, message",
    [
        (operations.accept_invitation, "projects/partner_accepted"),
        (operations.decline_invitation, "projects/partner_declined"),
    ],
)
def test_an_answer_goes_to_the_owners_of_the_lead_once(answer, message: str) -> None:
    partner = PartnerFactory(invited=True)
    leader = owner(lead_of(partner.network))
    editor(lead_of(partner.network)), owner(partner.organisation)
    for _time in range(2):
        answer(partner.network, organisation=partner.organisation, actor=UserFactory())
    assert told(message) == {leader.email}
    assert OutboxRow.objects.count() == 2


def test_a_submission_goes_to_the_facilitators_of_the_district() -> None:
    network = NetworkFactory()
    own, whole_region = facilitator(network.district), AppointmentFactory(district=None).user
    facilitator(NetworkFactory().district), owner(lead_of(network))
    operations.submit_network(network, actor=UserFactory(), moment=timezone.now())
    assert told("projects/network_submitted") == {own.email, whole_region.email}


@pytest.mark.parametrize(
    "decide, message",
    [
        (review.approve_network, "projects/network_approved"),
        (review.request_network_changes, "projects/network_changes_requested"),
        (review.refuse_network, "projects/network_refused"),
        (operations.withdraw_network, "projects/network_withdrawn"),
    ],
)
def test_what_is_decided_goes_to_every_member_of_the_network(decide, message: str) -> None:
    network = NetworkFactory(state=NetworkState.SUBMITTED)
    member = PartnerFactory(network=network).organisation
    people = {who(organisation).email for who in (owner, editor, viewer) for organisation in (lead_of(network), member)}
    owner(PartnerFactory(network=network, declined=True).organisation), facilitator(network.district)
    decide(network, actor=UserFactory(), reason="Nobody covers clinical evaluation.")
    assert told(message) == people


def everything_that_can_be_told(reader) -> None:
    """One message of each kind to the reader, who owns both the lead and the partner, and facilitates the district."""
    lead, organisation = OrganisationFactory(name="Bio & Co", owner=reader), OrganisationFactory(owner=reader)
    call = CallFactory(title_it="Reti & filiere", title_en="Networks & chains")
    network = NetworkFactory(call=call, lead=lead, title="Tubes & Sons", district=lead.district)
    AppointmentFactory(user=reader, district=lead.district)
    operations.invite_partner(network, organisation=organisation, actor=reader)
    operations.accept_invitation(network, organisation=organisation, actor=reader)
    other = PartnerFactory(network=network, invited=True)
    operations.decline_invitation(network, organisation=other.organisation, actor=reader)
    for decide in (review.request_network_changes, review.refuse_network):
        operations.submit_network(network, actor=reader, moment=timezone.now())
        decide(network, actor=UserFactory(), reason="Who <evaluates>?")
    asked = network.decisions.get(to_state=NetworkState.CHANGES_REQUESTED)
    with transaction.atomic():
        review_notifications.reply_near(asked)
    # A facilitator who belongs to a network is not asked to decide on it.
    foreign = NetworkFactory(call=call, title="Tubes & Sons", district=lead.district)
    operations.submit_network(foreign, actor=UserFactory(), moment=timezone.now())
    approved = NetworkFactory(call=call, lead=lead, title="Tubes & Sons", state=NetworkState.SUBMITTED)
    review.approve_network(approved, actor=UserFactory())
    operations.withdraw_network(
        NetworkFactory(call=call, lead=lead, title="Tubes & Sons"), actor=reader, reason="Moved."
    )


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_message_is_written_in_the_language_of_its_reader(language: str, mailoutbox, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    reader = UserFactory(language=language)
    everything_that_can_be_told(reader)
    deliver_waiting()
    assert set(OutboxRow.objects.values_list("state", "last_error")) == {("done", "")}
    title = {"it": "Reti & filiere", "en": "Networks & chains"}[language]
    assert len(mailoutbox) == InboxItem.objects.filter(user=reader).count() == 9
    for mail in mailoutbox:
        html = mail.alternatives[0].content
        assert "Tubes & Sons" in mail.subject and "Tubes & Sons" in mail.body and "Tubes &amp; Sons" in html
        assert f"/{language}/networks/" in mail.body and "&amp;" not in mail.body and "& Sons" not in html
    assert any(title in mail.body for mail in mailoutbox)


def test_the_reason_stands_in_the_message_as_it_was_written(mailoutbox, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    network = NetworkFactory(state=NetworkState.SUBMITTED)
    reader = owner(lead_of(network))
    review.refuse_network(network, actor=UserFactory(), reason="Who <evaluates>?\nAnd who pays?")
    deliver_waiting()
    item = InboxItem.objects.get(user=reader)
    assert "Who <evaluates>?\nAnd who pays?" in mailoutbox[0].body and "Who <evaluates>?" in item.text_en
    assert "Who &lt;evaluates&gt;?<br>And who pays?" in mailoutbox[0].alternatives[0].content
    assert item.path == f"/networks/{network.pk}/"


def test_an_older_message_keeps_its_own_reason(mailoutbox, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    network = NetworkFactory(state=NetworkState.SUBMITTED)
    owner(lead_of(network))
    review.request_network_changes(network, actor=UserFactory(), reason="First reason.")
    operations.submit_network(network, actor=UserFactory(), moment=timezone.now())
    review.request_network_changes(network, actor=UserFactory(), reason="Second reason.")
    deliver_waiting()
    assert ["First" in mail.body for mail in mailoutbox] == [True, False]


def test_an_invitation_that_was_taken_back_before_its_mail_is_told_as_taken_back_alone(mailoutbox, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    partner = PartnerFactory(declined=True)
    owner(partner.organisation)
    invited = operations.invite_partner(partner.network, organisation=partner.organisation, actor=UserFactory())
    assert invited.state == PartnerState.INVITED
    forming.remove_partner(invited, actor=UserFactory())
    deliver_waiting()
    assert [mail.subject for mail in mailoutbox] == [
        f"The invitation to the network “{partner.network.title}” was taken back"
    ]
