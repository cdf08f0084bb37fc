"""The page behind the secret address of an invitation."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from district_portal.shared.access import access, public, signed_in
from enterprises import operations
from enterprises.models import MembershipInvitation
from enterprises.permissions import is_addressed_to, is_member
from enterprises.views.rows import invitation_by_token


@require_safe
@access(public, on=invitation_by_token)
def invitation_page(request: HttpRequest, invitation: MembershipInvitation) -> HttpResponse:
    """What the invitation is for and the one next step; each way in which it is over has words of its own."""
    onward = urlencode({"next": request.get_full_path()})
    context = {
        "invitation": invitation,
        "organisation": invitation.organisation,
        "case": _case(request, invitation),
        "login_url": f"{reverse('account_login')}?{onward}",
        "signup_url": f"{reverse('account_signup')}?{onward}",
    }
    response = render(request, "enterprises/invitation.html", context)
    # The address is a secret: no other site is told of it, no search engine keeps it.
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _case(request: HttpRequest, invitation: MembershipInvitation) -> str:
    if invitation.accepted_at:
        return "joined" if is_member(request.user, invitation.organisation) else "accepted"
    if invitation.revoked_at:
        return "revoked"
    if invitation.has_expired(timezone.now()):
        return "expired"
    if not request.user.is_authenticated:
        return "visitor"
    return "open" if is_addressed_to(request.user, invitation) else "other_address"


@require_POST
@access(signed_in, on=invitation_by_token)
def invitation_accept(request: HttpRequest, invitation: MembershipInvitation) -> HttpResponse:
    membership = operations.accept_invitation(invitation, actor=request.user)
    messages.success(
        request, _("You are now a member of %(organisation)s.") % {"organisation": membership.organisation}
    )
    return redirect(membership.organisation)
