"""Everything that changes an organisation, its people and its competences."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from enterprises import notifications
from enterprises.models import (
    Competence,
    Concept,
    Membership,
    MembershipInvitation,
    MembershipRole,
    Organisation,
    SizeDeclaration,
)
from enterprises.permissions import is_addressed_to

INVITATION_LASTS = timedelta(days=14)
# Words that stand for pages of their own below /organisations/.
RESERVED_SLUGS = frozenset({"new", "invitations", "activities", "municipalities"})


@transaction.atomic
def create_organisation(organisation: Organisation, *, actor: User) -> Organisation:
    """Save a new organisation, with the actor as its first owner. Raises `DomainError` if its VAT number is taken."""
    organisation.slug = _free_slug(organisation.name)
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError as error:
        raise DomainError(
            _("Somebody has just added this organisation. Find it in the directory and ask its owner to invite you.")
        ) from error
    Membership.objects.create(organisation=organisation, user=actor, role=MembershipRole.OWNER)
    return organisation


def _free_slug(name: str) -> str:
    """An address made from the name; a number tells equal names apart."""
    stem = slugify(name)[:70].strip("-") or "organisation"
    taken = set(Organisation.objects.filter(slug__startswith=stem).values_list("slug", flat=True)) | RESERVED_SLUGS
    if stem not in taken:
        return stem
    number = 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def declare_size(organisation: Organisation, *, year: int, size: str, actor: User) -> SizeDeclaration:
    """Declare the size (`EnterpriseSize`) for a reference year; declaring the year again corrects it."""
    declaration, _created = SizeDeclaration.objects.update_or_create(
        organisation=organisation,
        year=year,
        defaults={"size": size, "declared_by": actor, "declared_at": timezone.now()},
    )
    return declaration


def set_competence(
    organisation: Organisation, *, concept: Concept, direction: str, level: int, note: str = ""
) -> Competence:
    """Offer or seek a competence; doing it again changes who may see it and the note."""
    competence, _created = Competence.objects.update_or_create(
        organisation=organisation, concept=concept, direction=direction, defaults={"level": level, "note": note}
    )
    return competence


def remove_competence(competence: Competence) -> None:
    competence.delete()


@transaction.atomic
def invite_member(
    organisation: Organisation, *, email: str, role: str, language: str, actor: User
) -> MembershipInvitation:
    """Invite an address; doing it again while the invitation is open sends it again, for another 14 days.

    `language` is used where the address has no account. Raises `DomainError` if it belongs to a member.
    """
    _lock(organisation)
    account = User.objects.filter(email__iexact=email).first()
    if account and Membership.objects.current().filter(organisation=organisation, user=account).exists():
        raise DomainError(
            _("%(person)s is already a member. Change the role in the list of people.") % {"person": account}
        )
    fields = {
        "role": role,
        "language": account.language if account else language,
        "invited_by": actor,
        "expires_at": timezone.now() + INVITATION_LASTS,
    }
    invitation = MembershipInvitation.objects.open().filter(organisation=organisation, email__iexact=email).first()
    if invitation is None:
        invitation = MembershipInvitation(
            organisation=organisation, email=email.lower(), token=secrets.token_urlsafe(32)
        )
    for name, value in fields.items():
        setattr(invitation, name, value)
    invitation.save()
    notifications.membership_invited(invitation)
    return invitation


@transaction.atomic
def revoke_invitation(invitation: MembershipInvitation) -> MembershipInvitation:
    """Take an invitation back. Raises `DomainError` if it was accepted before; again changes nothing."""
    invitation = MembershipInvitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.accepted_at:
        raise DomainError(_("This invitation was accepted before. End the membership in the list of people instead."))
    if not invitation.revoked_at:
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])
    return invitation


@transaction.atomic
def accept_invitation(invitation: MembershipInvitation, *, actor: User) -> Membership:
    """Become a member. Raises `DomainError` if the invitation is over or was sent to somebody else's address."""
    _lock(invitation.organisation)
    invitation = MembershipInvitation.objects.select_for_update().select_related("organisation").get(pk=invitation.pk)
    if not is_addressed_to(actor, invitation):
        raise DomainError(
            _("This invitation was sent to another address. Sign in with that one, or add it to your account first.")
        )
    if invitation.accepted_at:
        raise DomainError(_("This invitation was accepted before."))
    if invitation.revoked_at:
        raise DomainError(_("This invitation was taken back. Ask an owner of the organisation for a new one."))
    if invitation.has_expired(timezone.now()):
        raise DomainError(_("This invitation has expired. Ask an owner of the organisation to send it again."))
    membership = _join(invitation, actor)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    notifications.membership_accepted(membership, invitation)
    return membership


def _join(invitation: MembershipInvitation, person: User) -> Membership:
    """The person's membership: a new one, or the ended one begun again; one that holds is left as it is."""
    membership = Membership.objects.filter(organisation=invitation.organisation, user=person).first()
    if membership is None:
        return Membership.objects.create(organisation=invitation.organisation, user=person, role=invitation.role)
    if not Membership.objects.current().filter(pk=membership.pk).exists():
        membership.role, membership.valid_from, membership.valid_to = invitation.role, timezone.localdate(), None
        membership.save()
    return membership


@transaction.atomic
def change_role(membership: Membership, *, role: str) -> Membership:
    """Give a member another role. Raises `DomainError` if the organisation would have no owner."""
    membership = _locked(membership)
    if role != MembershipRole.OWNER:
        _keep_an_owner(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    return membership


@transaction.atomic
def end_membership(membership: Membership) -> Membership:
    """End a membership at once. Raises `DomainError` if the organisation would have no owner, or if it is over."""
    membership = _locked(membership)
    _keep_an_owner(membership)
    # `valid_to` is the last day on which it holds: from this moment on it must not.
    membership.valid_to = timezone.localdate() - timedelta(days=1)
    membership.save(update_fields=["valid_to"])
    notifications.membership_ended(membership)
    return membership


def _lock(organisation: Organisation) -> None:
    """One change of an organisation's people at a time: two owners must not leave it in the same moment."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def _locked(membership: Membership) -> Membership:
    _lock(membership.organisation)
    found = Membership.objects.current().select_related("organisation", "user").filter(pk=membership.pk).first()
    if found is None:
        raise DomainError(_("This membership has ended before. Reload the page to see who is a member now."))
    return found


def _keep_an_owner(membership: Membership) -> None:
    others = Membership.objects.current().owners().filter(organisation=membership.organisation_id)
    if membership.role == MembershipRole.OWNER and not others.exclude(pk=membership.pk).exists():
        raise DomainError(
            _("%(person)s is the only owner. Make somebody else an owner first.") % {"person": membership.user}
        )
