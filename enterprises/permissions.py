"""Who may do what with an organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress

from district_portal.accounts.models import User
from enterprises.models import Competence, Membership, MembershipInvitation, Organisation
from enterprises.models.membership import MembershipQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def is_member(user: User | AnonymousUser, organisation: Organisation) -> bool:
    """Member today, in whichever role: reads the people and all competences."""
    return user.is_authenticated and _memberships(user, organisation).exists()


def can_act_for(user: User | AnonymousUser, organisation: Organisation) -> bool:
    """Owner or editor today: speaks and writes in the organisation's name."""
    return user.is_authenticated and _memberships(user, organisation).acting().exists()


def can_manage(user: User | AnonymousUser, organisation: Organisation) -> bool:
    """Owner today: invites people, changes their roles, ends their memberships."""
    return user.is_authenticated and _memberships(user, organisation).owners().exists()


def can_remove_competence(user: User | AnonymousUser, competence: Competence) -> bool:
    return can_act_for(user, competence.organisation)


def can_end_membership(user: User | AnonymousUser, membership: Membership) -> bool:
    """Owners end every membership, each person their own."""
    return user.is_authenticated and (
        membership.user_id == user.pk or _memberships(user, membership.organisation).owners().exists()
    )


def can_change_role(user: User | AnonymousUser, membership: Membership) -> bool:
    return can_manage(user, membership.organisation)


def can_revoke(user: User | AnonymousUser, invitation: MembershipInvitation) -> bool:
    return can_manage(user, invitation.organisation)


def is_addressed_to(user: User | AnonymousUser, invitation: MembershipInvitation) -> bool:
    """Whether the person has proved that the invited address is theirs."""
    return (
        user.is_authenticated
        and EmailAddress.objects.filter(user=user, verified=True, email__iexact=invitation.email).exists()
    )


def _memberships(user: User, organisation: Organisation) -> MembershipQuerySet:
    return Membership.objects.current().filter(user=user, organisation=organisation)
