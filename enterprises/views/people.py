"""Who acts for the organisation: memberships and invitations."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from district_portal.shared.access import access
from district_portal.shared.limits import limited
from district_portal.shared.ui import language
from enterprises import operations
from enterprises.forms import InviteForm, RoleForm
from enterprises.models import Membership, MembershipInvitation, MembershipRole, Organisation
from enterprises.permissions import can_change_role, can_end_membership, can_manage, can_revoke, is_member
from enterprises.views.directory import crumbs
from enterprises.views.rows import visible_invitation, visible_membership, visible_organisation


@require_safe
@access(is_member, on=visible_organisation)
def people(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    return _page(request, organisation, InviteForm())


def _page(request: HttpRequest, organisation: Organisation, form: InviteForm, status: int = 200) -> HttpResponse:
    may_manage = can_manage(request.user, organisation)
    memberships = Membership.objects.visible_to(request.user).current().filter(organisation=organisation)
    invitations = MembershipInvitation.objects.visible_to(request.user).open().filter(organisation=organisation)
    context = {
        "organisation": organisation,
        "memberships": memberships.select_related("user").order_by("user__family_name", "user__given_name", "pk"),
        "invitations": invitations.order_by("email") if may_manage else [],
        "form": form,
        "may_manage": may_manage,
        "roles": MembershipRole.choices,
        "now": timezone.now(),
        "crumbs": crumbs((organisation.name, organisation.get_absolute_url()), (_("People"), None)),
    }
    return render(request, "enterprises/people.html", context, status=status)


@require_POST
@access(can_manage, on=visible_organisation)
@limited("invitation", wait=3600)
def member_invite(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Invite, or send an open invitation again."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, organisation, form, status=422)
    invitation = operations.invite_member(organisation, **form.cleaned_data, language=language(), actor=request.user)
    messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": invitation.email})
    return redirect("enterprises:people", organisation.slug)


@require_POST
@access(can_change_role, on=visible_membership)
def member_role(request: HttpRequest, membership: Membership) -> HttpResponse:
    form = RoleForm(request.POST)
    if not form.is_valid():
        # Only a request made by hand gets here: the page offers the roles that there are.
        return _page(request, membership.organisation, InviteForm(), status=422)
    membership = operations.change_role(membership, **form.cleaned_data)
    messages.success(
        request,
        _("%(person)s is now: %(role)s.") % {"person": membership.user, "role": membership.get_role_display()},
    )
    return redirect("enterprises:people", membership.organisation.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_end_membership, on=visible_membership)
def member_end(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Ask first, naming the person and the effect; then end the membership."""
    organisation, is_own = membership.organisation, membership.user_id == request.user.pk
    if request.method != "POST":
        context = {
            "membership": membership,
            "organisation": organisation,
            "is_own": is_own,
            "crumbs": crumbs((organisation.name, organisation.get_absolute_url()), (_("End a membership"), None)),
        }
        return render(request, "enterprises/member_end.html", context)
    operations.end_membership(membership)
    messages.success(request, _("The membership of %(person)s has ended.") % {"person": membership.user})
    return redirect("desk") if is_own else redirect("enterprises:people", organisation.slug)


@require_POST
@access(can_revoke, on=visible_invitation)
def invitation_revoke(request: HttpRequest, invitation: MembershipInvitation) -> HttpResponse:
    operations.revoke_invitation(invitation)
    messages.success(request, _("The invitation of %(email)s is taken back.") % {"email": invitation.email})
    return redirect("enterprises:people", invitation.organisation.slug)
