"""How the views of this app reach their rows: always through what the person may see."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from enterprises.models import Competence, Membership, MembershipInvitation, Organisation


def visible_organisation(request: HttpRequest, slug: str) -> Organisation:
    organisations = Organisation.objects.visible_to(request.user)
    return get_object_or_404(organisations.select_related("municipality", "district", "ateco"), slug=slug)


def visible_competence(request: HttpRequest, slug: str, pk: int) -> Competence:
    competences = Competence.objects.visible_to(request.user).select_related("organisation", "concept")
    return get_object_or_404(competences, organisation__slug=slug, pk=pk)


def visible_membership(request: HttpRequest, slug: str, pk: int) -> Membership:
    memberships = Membership.objects.visible_to(request.user).current().select_related("organisation", "user")
    return get_object_or_404(memberships, organisation__slug=slug, pk=pk)


def visible_invitation(request: HttpRequest, slug: str, pk: int) -> MembershipInvitation:
    invitations = MembershipInvitation.objects.visible_to(request.user).select_related("organisation")
    return get_object_or_404(invitations, organisation__slug=slug, pk=pk)


def invitation_by_token(request: HttpRequest, token: str) -> MembershipInvitation:
    """Whoever holds the secret address may read the invitation."""
    return get_object_or_404(MembershipInvitation.objects.select_related("organisation", "invited_by"), token=token)
