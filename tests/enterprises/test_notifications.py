"""What the mails about memberships say, and that nothing is told that did not happen."""

import pytest
from django.test import Client
from django.utils import timezone

from district_portal.accounts.models import User
from district_portal.notifications.delivery import deliver_waiting
from district_portal.notifications.models import InboxItem, OutboxRow, SinkMail
from enterprises.models import Organisation
from enterprises.operations import accept_invitation, end_membership, invite_member, revoke_invitation
from tests.factories import PASSWORD, MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sink(settings) -> None:
    """The mail sink of the demonstration; pytest-django puts a backend of its own in its place."""
    settings.EMAIL_BACKEND = "district_portal.notifications.sink.EmailBackend"


@pytest.fixture
def owner() -> User:
    return UserFactory(given_name="Giulia", family_name="Neri", language="en")


@pytest.fixture
def firm(owner: User) -> Organisation:
    return OrganisationFactory(name="Bianchi & Figli", slug="bianchi", owner=owner)


def test_the_invitation_holds_the_secret_address_and_the_sender(firm: Organisation, owner: User) -> None:
    invitation = invite_member(firm, email="new@example.org", role="editor", language="en", actor=owner)
    deliver_waiting()
    mail = SinkMail.objects.get()
    assert (mail.to, mail.subject) == ("new@example.org", "Bianchi & Figli invites you to the portal")
    assert "Giulia Neri invites you to act for Bianchi & Figli on the portal, with the role: Editor." in mail.text
    assert f"/en/organisations/invitations/{invitation.token}/" in mail.text
    assert f"/en/organisations/invitations/{invitation.token}/" in mail.html
    assert "Bianchi &amp; Figli" in mail.html


def test_the_secret_does_not_wait_in_the_outbox(firm: Organisation, owner: User) -> None:
    invitation = invite_member(firm, email="new@example.org", role="editor", language="en", actor=owner)
    row = OutboxRow.objects.get()
    assert invitation.token not in f"{row.key} {row.about}"
    assert "new@example.org" not in f"{row.key} {row.about}"


def test_an_invitation_taken_back_before_it_was_sent_is_not_sent(firm: Organisation, owner: User) -> None:
    revoke_invitation(invite_member(firm, email="new@example.org", role="editor", language="en", actor=owner))
    deliver_waiting()
    assert not SinkMail.objects.exists()


def test_owners_learn_who_has_joined_and_the_person_that_it_ended(firm: Organisation, owner: User) -> None:
    person = UserFactory(given_name="Marco", family_name="Verdi", language="en")
    membership = accept_invitation(
        invite_member(firm, email=person.email, role="viewer", language="en", actor=owner), actor=person
    )
    end_membership(membership)
    deliver_waiting()
    joined = InboxItem.objects.get(user=owner)
    assert (joined.title_en, joined.path) == (
        "Marco Verdi has joined Bianchi & Figli",
        "/organisations/bianchi/people/",
    )
    ended = InboxItem.objects.get(user=person)
    assert (ended.title_en, ended.path) == ("Your membership in Bianchi & Figli has ended", "/organisations/bianchi/")


def test_who_left_an_unlisted_organisation_is_not_led_to_a_page_that_they_cannot_see(firm: Organisation) -> None:
    Organisation.objects.update(listed=False)
    membership = MembershipFactory(organisation=firm, role="viewer")
    end_membership(membership)
    deliver_waiting()
    assert InboxItem.objects.get(user=membership.user).path == "/desk/"


def test_the_whole_way_of_an_invitation_by_mail(firm: Organisation, owner: User) -> None:
    """Sent, opened by a visitor, signed in, accepted."""
    person = UserFactory(language="it")
    invite_member(firm, email=person.email, role="editor", language="en", actor=owner)
    deliver_waiting()
    mail = SinkMail.objects.get()
    start = mail.text.index("/it/organisations/invitations/")
    page = mail.text[start:].split()[0]
    client = Client()
    login = client.get(page).context["login_url"]
    response = client.post(login, {"login": person.email, "password": PASSWORD})
    assert response["Location"] == page
    assert client.post(f"{page}accept/").status_code == 302
    assert client.get("/it/organisations/bianchi/edit/").status_code == 200
    assert firm.invitations.get().accepted_at <= timezone.now()
