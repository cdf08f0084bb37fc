"""Members, their roles, invitations, and the last owner."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from district_portal.accounts.models import User
from district_portal.notifications.models import OutboxRow
from district_portal.shared.errors import DomainError
from enterprises.models import Membership, MembershipInvitation, MembershipRole, Organisation
from enterprises.operations import (
    accept_invitation,
    change_role,
    create_organisation,
    end_membership,
    invite_member,
    revoke_invitation,
)
from tests.factories import InvitationFactory, MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

PEOPLE = "/en/organisations/novamed/people/"


@pytest.fixture
def owner() -> User:
    return UserFactory(given_name="Giulia", family_name="Neri")


@pytest.fixture
def firm(owner: User) -> Organisation:
    return OrganisationFactory(name="Novamed", slug="novamed", owner=owner)


@pytest.fixture
def as_owner(owner: User, firm: Organisation) -> Client:
    return signed_in(owner)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def told() -> list[tuple[str, str | None]]:
    return list(OutboxRow.objects.filter(channel="mail").order_by("pk").values_list("message", "user__email"))


# --- Inviting


def test_an_invitation_is_sent_by_mail_and_lasts_two_weeks(as_owner: Client, firm: Organisation, owner: User) -> None:
    response = as_owner.post(PEOPLE + "invite/", {"email": "New@Example.org", "role": "editor"})
    assertRedirects(response, PEOPLE)
    invitation = firm.invitations.get()
    assert (invitation.email, invitation.role, invitation.language, invitation.invited_by) == (
        "new@example.org", "editor", "en", owner,
    )  # fmt: skip
    assert timedelta(days=13, hours=23) < invitation.expires_at - timezone.now() <= timedelta(days=14)
    assert told() == [("enterprises/membership_invited", None)]
    assertContains(as_owner.get(PEOPLE), "new@example.org")


def test_inviting_again_sends_it_again_under_the_same_address(as_owner: Client, firm: Organisation) -> None:
    as_owner.post(PEOPLE + "invite/", {"email": "new@example.org", "role": "editor"})
    token = firm.invitations.get().token
    firm.invitations.update(expires_at=timezone.now() - timedelta(days=1))
    as_owner.post(PEOPLE + "invite/", {"email": "NEW@example.org", "role": "viewer"})
    invitation = firm.invitations.get()
    assert (invitation.token, invitation.role) == (token, "viewer")
    assert invitation.expires_at > timezone.now()
    assert len(told()) == 2


def test_an_invitation_speaks_the_language_of_the_account_that_it_reaches(firm: Organisation, owner: User) -> None:
    person = UserFactory(language="it")
    assert invite_member(firm, email=person.email, role="viewer", language="en", actor=owner).language == "it"


def test_a_member_is_not_invited_again(as_owner: Client, firm: Organisation, owner: User) -> None:
    response = as_owner.post(PEOPLE + "invite/", {"email": owner.email.upper(), "role": "editor"})
    assertContains(response, "Giulia Neri is already a member", status_code=409)
    assert not firm.invitations.exists()


@pytest.mark.parametrize("data", [{}, {"email": "nobody", "role": "editor"}, {"email": "a@b.example", "role": "king"}])
def test_an_invitation_without_address_or_role_is_refused(data: dict[str, Any], as_owner: Client, firm) -> None:
    assert as_owner.post(PEOPLE + "invite/", data).status_code == 422
    assert not firm.invitations.exists()


def test_an_invitation_taken_back_works_no_more(as_owner: Client, firm: Organisation) -> None:
    person = UserFactory()
    invitation = InvitationFactory(organisation=firm, email=person.email)
    address = f"/en/organisations/novamed/invitations/{invitation.pk}/revoke/"
    assertRedirects(as_owner.post(address), PEOPLE)
    assertRedirects(as_owner.post(address), PEOPLE)
    page = f"/en/organisations/invitations/{invitation.token}/"
    client = signed_in(person)
    assertContains(client.get(page), "This invitation was taken back")
    assertContains(client.post(page + "accept/"), "This invitation was taken back", status_code=409)
    assert not person.memberships.exists()


def test_a_taken_back_address_can_be_invited_anew(firm: Organisation, owner: User) -> None:
    old = InvitationFactory(organisation=firm, email="new@example.org", revoked_at=timezone.now())
    new = invite_member(firm, email="new@example.org", role="viewer", language="it", actor=owner)
    assert new.pk != old.pk
    assert new.token != old.token


# --- Accepting


def test_the_invited_person_accepts_once_and_the_owners_are_told(firm: Organisation, owner: User) -> None:
    person = UserFactory()
    invitation = InvitationFactory(organisation=firm, email=person.email.upper(), role="viewer")
    page, client = f"/en/organisations/invitations/{invitation.token}/", signed_in(person)
    assertContains(client.get(page), "Accept the invitation")
    assertRedirects(client.post(page + "accept/"), "/en/organisations/novamed/")
    assert Membership.objects.get(user=person).role == "viewer"
    assert told() == [("enterprises/membership_accepted", owner.email)]
    assertContains(client.get(page), "you are a member")
    assertContains(client.post(page + "accept/"), "accepted before", status_code=409)
    assert Membership.objects.filter(user=person).count() == 1


def test_a_visitor_is_led_to_sign_in_or_up_and_back(firm: Organisation, client: Client) -> None:
    invitation = InvitationFactory(organisation=firm)
    page = f"/en/organisations/invitations/{invitation.token}/"
    response = client.get(page)
    assertContains(response, f"/en/accounts/login/?next=%2Fen%2Forganisations%2Finvitations%2F{invitation.token}%2F")
    assertContains(response, "/en/accounts/signup/?next=")
    assertNotContains(response, "Accept the invitation")
    assert client.post(page + "accept/")["Location"].startswith("/en/accounts/login/")
    assert response["Referrer-Policy"] == "no-referrer"


def test_somebody_else_with_the_link_does_not_get_in(firm: Organisation) -> None:
    invitation = InvitationFactory(organisation=firm, email="new@example.org")
    page, client = f"/en/organisations/invitations/{invitation.token}/", signed_in(UserFactory())
    assertContains(client.get(page), "the invitation was sent to new@example.org")
    assertContains(client.post(page + "accept/"), "sent to another address", status_code=409)
    assert Membership.objects.count() == 1


def test_an_address_that_is_not_confirmed_does_not_get_in(firm: Organisation) -> None:
    person = UserFactory(verified=False)
    invitation = InvitationFactory(organisation=firm, email=person.email)
    with pytest.raises(DomainError):
        accept_invitation(invitation, actor=person)


def test_an_expired_invitation_says_so(firm: Organisation) -> None:
    person = UserFactory()
    invitation = InvitationFactory(organisation=firm, email=person.email, expires_at=timezone.now())
    page, client = f"/en/organisations/invitations/{invitation.token}/", signed_in(person)
    assertContains(client.get(page), "This invitation expired on")
    assertContains(client.post(page + "accept/"), "has expired", status_code=409)
    assert not person.memberships.exists()


def test_an_invitation_that_somebody_accepted_says_so_to_others(firm: Organisation, client: Client) -> None:
    invitation = InvitationFactory(organisation=firm, accepted_at=timezone.now())
    assertContains(client.get(f"/en/organisations/invitations/{invitation.token}/"), "accepted before")


def test_an_unknown_token_is_not_found(client: Client) -> None:
    assert client.get("/en/organisations/invitations/nothing/").status_code == 404


def test_a_former_member_comes_back_with_the_new_role(firm: Organisation) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    old = MembershipFactory(organisation=firm, role="owner", valid_from=yesterday, valid_to=yesterday)
    invitation = InvitationFactory(organisation=firm, email=old.user.email, role="viewer")
    membership = accept_invitation(invitation, actor=old.user)
    assert (membership.pk, membership.role, membership.valid_to) == (old.pk, "viewer", None)


def test_an_owner_who_accepts_an_old_invitation_stays_owner(firm: Organisation, owner: User) -> None:
    invitation = InvitationFactory(organisation=firm, email=owner.email, role="viewer")
    assert accept_invitation(invitation, actor=owner).role == "owner"


# --- Roles and ends


def test_an_owner_changes_a_role(as_owner: Client, firm: Organisation) -> None:
    membership = MembershipFactory(organisation=firm, role="viewer")
    assertRedirects(as_owner.post(f"{PEOPLE}{membership.pk}/role/", {"role": "editor"}), PEOPLE)
    membership.refresh_from_db()
    assert membership.role == "editor"


def test_the_last_owner_neither_leaves_nor_steps_down(as_owner: Client, firm: Organisation, owner: User) -> None:
    membership = firm.memberships.get()
    MembershipFactory(organisation=firm, role="editor")
    MembershipFactory(organisation=firm, role="owner", valid_to=timezone.localdate() - timedelta(days=1))
    for address, data in [("role", {"role": "viewer"}), ("end", {})]:
        response = as_owner.post(f"{PEOPLE}{membership.pk}/{address}/", data)
        assertContains(response, "Giulia Neri is the only owner", status_code=409)
    membership.refresh_from_db()
    assert (membership.role, membership.valid_to) == ("owner", None)


def test_one_of_two_owners_may_leave_but_not_the_other_after_that(firm: Organisation, owner: User) -> None:
    second = MembershipFactory(organisation=firm, role="owner")
    end_membership(second)
    with pytest.raises(DomainError):
        end_membership(firm.memberships.get(user=owner))
    with pytest.raises(DomainError):
        change_role(firm.memberships.get(user=owner), role=MembershipRole.EDITOR)


def test_an_ended_membership_ends_at_once_and_the_person_is_told(as_owner: Client, firm: Organisation) -> None:
    membership = MembershipFactory(organisation=firm, role="editor")
    client = signed_in(membership.user)
    assert client.get("/en/organisations/novamed/edit/").status_code == 200
    assertContains(as_owner.get(f"{PEOPLE}{membership.pk}/end/"), "is told so")
    assertRedirects(as_owner.post(f"{PEOPLE}{membership.pk}/end/"), PEOPLE)
    assert client.get("/en/organisations/novamed/edit/").status_code == 403
    assert told() == [("enterprises/membership_ended", membership.user.email)]
    assert as_owner.post(f"{PEOPLE}{membership.pk}/end/").status_code == 404


def test_everybody_may_leave(firm: Organisation) -> None:
    membership = MembershipFactory(organisation=firm, role="viewer")
    client = signed_in(membership.user)
    assertContains(client.get(f"{PEOPLE}{membership.pk}/end/"), "Leave Novamed")
    assert client.post(f"{PEOPLE}{membership.pk}/end/")["Location"] == "/en/desk/"
    assert not Membership.objects.current().filter(pk=membership.pk).exists()


@pytest.mark.parametrize(("role", "status"), [("editor", 403), ("viewer", 403)])
def test_who_is_no_owner_manages_nobody(role: str, status: int, firm: Organisation) -> None:
    client = signed_in(MembershipFactory(organisation=firm, role=role).user)
    other = MembershipFactory(organisation=firm, role="viewer")
    invitation = InvitationFactory(organisation=firm)
    assert client.post(PEOPLE + "invite/", {"email": "x@example.org", "role": "owner"}).status_code == status
    assert client.post(f"{PEOPLE}{other.pk}/role/", {"role": "owner"}).status_code == status
    assert client.post(f"{PEOPLE}{other.pk}/end/").status_code == status
    assert client.post(f"/en/organisations/novamed/invitations/{invitation.pk}/revoke/").status_code == status
    page = client.get(PEOPLE)
    assertContains(page, str(other.user))
    assertNotContains(page, other.user.email)
    assertNotContains(page, invitation.email)


def test_strangers_do_not_learn_who_the_people_are(firm: Organisation) -> None:
    client = signed_in(MembershipFactory().user)
    membership, invitation = firm.memberships.get(), InvitationFactory(organisation=firm)
    assert client.get(PEOPLE).status_code == 403
    assert client.post(f"{PEOPLE}{membership.pk}/role/", {"role": "viewer"}).status_code == 404
    assert client.post(f"{PEOPLE}{membership.pk}/end/").status_code == 404
    assert client.post(f"/en/organisations/novamed/invitations/{invitation.pk}/revoke/").status_code == 404


def test_a_membership_is_not_reached_through_another_organisation(as_owner: Client) -> None:
    elsewhere = MembershipFactory()
    assert as_owner.post(f"{PEOPLE}{elsewhere.pk}/role/", {"role": "viewer"}).status_code == 404


def test_one_member_and_thirty_take_the_same_number_of_queries(
    as_owner: Client, firm: Organisation, django_assert_num_queries, django_assert_max_num_queries
) -> None:
    MembershipFactory(organisation=firm)
    InvitationFactory(organisation=firm)
    with django_assert_max_num_queries(20) as few:
        as_owner.get(PEOPLE)
    for _n in range(29):
        MembershipFactory(organisation=firm)
        InvitationFactory(organisation=firm)
    with django_assert_num_queries(len(few)):
        as_owner.get(PEOPLE)


def test_the_database_keeps_one_open_invitation_for_an_address(firm: Organisation) -> None:
    InvitationFactory(organisation=firm, email="new@example.org", accepted_at=timezone.now())
    InvitationFactory(organisation=firm, email="new@example.org", revoked_at=timezone.now())
    InvitationFactory(organisation=firm, email="new@example.org")
    assert MembershipInvitation.objects.open().count() == 1


def test_an_invitation_that_was_accepted_is_not_taken_back(firm: Organisation) -> None:
    person = UserFactory()
    invitation = InvitationFactory(organisation=firm, email=person.email)
    accept_invitation(invitation, actor=person)
    with pytest.raises(DomainError, match="accepted before"):
        revoke_invitation(invitation)


def test_a_membership_ends_once(firm: Organisation) -> None:
    membership = end_membership(MembershipFactory(organisation=firm, role=MembershipRole.EDITOR))
    with pytest.raises(DomainError, match="ended before"):
        end_membership(membership)


def test_organisations_of_one_name_get_addresses_of_their_own() -> None:
    made = [create_organisation(Organisation(name="Bioma"), actor=UserFactory()) for _ in "123"]
    assert [organisation.slug for organisation in made] == ["bioma", "bioma-2", "bioma-3"]
