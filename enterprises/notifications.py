"""What is told about memberships, and to whom."""

from __future__ import annotations

from django.utils import timezone

from district_portal.accounts.models import User
from district_portal.notifications.outbox import Content, Guest, Message, announce, announce_to_guest, path_of
from enterprises.models import Membership, MembershipInvitation, Organisation


def _load_invited(about: str) -> Content:
    invitation = (
        MembershipInvitation.objects.waiting_at(timezone.now())
        .select_related("organisation", "invited_by")
        .get(pk=about)
    )
    account = User.objects.filter(email__iexact=invitation.email).first()
    return Content(
        path=path_of("enterprises:invitation", invitation.token),
        context={"invitation": invitation, "organisation": invitation.organisation},
        guest=Guest(str(account or invitation.email), invitation.email, invitation.language),
    )


def _load_membership(about: str) -> Membership:
    return Membership.objects.select_related("organisation", "user").get(pk=about)


def _load_accepted(about: str) -> Content:
    membership = _load_membership(about)
    return Content(
        path=path_of("enterprises:people", membership.organisation.slug),
        context={"membership": membership, "organisation": membership.organisation},
    )


def _load_ended(about: str) -> Content:
    membership = _load_membership(about)
    organisation = membership.organisation
    # Who is no member any more may not find the page of an unlisted organisation.
    path = path_of("enterprises:detail", organisation.slug) if organisation.listed else path_of("desk")
    return Content(path=path, context={"membership": membership, "organisation": organisation})


MEMBERSHIP_INVITED = Message("enterprises/membership_invited", load=_load_invited)
MEMBERSHIP_ACCEPTED = Message("enterprises/membership_accepted", load=_load_accepted)
MEMBERSHIP_ENDED = Message("enterprises/membership_ended", load=_load_ended)


def owners_of(organisation: Organisation) -> list[User]:
    """The people who are told what concerns the organisation."""
    memberships = Membership.objects.current().owners().filter(organisation=organisation).select_related("user")
    return [membership.user for membership in memberships]


def membership_invited(invitation: MembershipInvitation) -> None:
    """Tell the invited address, again each time that the invitation is sent again."""
    announce_to_guest(
        MEMBERSHIP_INVITED, about=invitation.pk, key=f"{invitation.pk}:{invitation.expires_at.isoformat()}"
    )


def membership_accepted(membership: Membership, invitation: MembershipInvitation) -> None:
    """Tell the owners who has joined."""
    others = [owner for owner in owners_of(membership.organisation) if owner != membership.user]
    announce(MEMBERSHIP_ACCEPTED, about=membership.pk, key=str(invitation.pk), users=others)


def membership_ended(membership: Membership) -> None:
    """Tell the person that they act for the organisation no more."""
    key = f"{membership.pk}:{timezone.now().isoformat()}"
    announce(MEMBERSHIP_ENDED, about=membership.pk, key=key, users=[membership.user])
