"""Partners and helpers of a network, its lead, and taking it back to be changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from district_portal.shared.access import access
from projects import permissions
from projects.forms.forming import HelperForm, RoleForm
from projects.forms.networks import ReasonForm
from projects.models import Helper, Network, Partner
from projects.operations import forming as operations
from projects.operations import helpers
from projects.operations.changes import check_changeable
from projects.panels.forming import partners_page
from projects.sections import PARTNERS
from projects.views import questions
from projects.views.questions import Question
from projects.views.rows import visible_network


def _partner(request: HttpRequest, uuid: UUID, pk: int) -> Partner:
    network = visible_network(request, uuid)
    partner = get_object_or_404(Partner.objects.select_related("organisation"), network=network, pk=pk)
    partner.network = network
    return partner


def _helper(request: HttpRequest, uuid: UUID, pk: int) -> Helper:
    network = visible_network(request, uuid)
    helper = get_object_or_404(Helper.objects.select_related("user"), network=network, pk=pk)
    helper.network = network
    return helper


# --- Partners ------------------------------------------------------------------------------------------------------


@require_safe
@access(permissions.can_see_network, on=visible_network)
def network_partners(request: HttpRequest, network: Network) -> HttpResponse:
    context = partners_page(network, request.user, timezone.now())
    return render(request, "projects/network_partners_page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_write_partner, on=_partner)
def partner_edit(request: HttpRequest, partner: Partner) -> HttpResponse:
    """What one partner does: by its own people, the lead's, and helpers."""
    check_changeable(partner.network, PARTNERS)
    form = RoleForm(request.POST if request.method == "POST" else None, instance=partner)
    if form.is_valid():
        operations.describe_partner(partner, role=form.role, actor=request.user)
        messages.success(request, _("Saved."))
        return _back(partner.network)
    context = {"network": partner.network, "partner": partner, "form": form}
    return render(request, "projects/network_partners_edit.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_remove_partner, on=_partner)
def partner_remove(request: HttpRequest, partner: Partner) -> HttpResponse:
    name = {"name": partner.organisation.name}
    if request.method == "POST":
        operations.remove_partner(partner, actor=request.user)
        messages.success(request, _("%(name)s is not in the network any more. Its owners get a message.") % name)
        return _back(partner.network)
    question = questions.TAKE_BACK_INVITATION if partner.state == "invited" else questions.REMOVE
    return _ask(request, partner.network, question, partner.pk, title=question.title % name)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_leave_network, on=_partner)
def partner_leave(request: HttpRequest, partner: Partner) -> HttpResponse:
    if request.method == "POST":
        operations.leave_network(partner, actor=request.user)
        messages.success(request, _("Your organisation has left the network. Its lead gets a message."))
        return redirect("projects:network_list")
    return _ask(request, partner.network, questions.LEAVE, partner.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_remove_partner, on=_partner)
def lead_offer(request: HttpRequest, partner: Partner) -> HttpResponse:
    name = {"name": partner.organisation.name}
    if request.method == "POST":
        operations.offer_lead(partner, actor=request.user)
        messages.success(request, _("The owners of %(name)s get a message. You lead until they accept.") % name)
        return _back(partner.network)
    question = questions.OFFER_LEAD
    return _ask(request, partner.network, question, partner.pk, title=question.title % name)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_sign_off, on=_partner)
def lead_take(request: HttpRequest, partner: Partner) -> HttpResponse:
    if request.method == "POST":
        operations.take_lead(partner, actor=request.user)
        messages.success(request, _("Your organisation leads the network now. Every member gets a message."))
        return _back(partner.network)
    return _ask(request, partner.network, questions.TAKE_LEAD, partner.pk)


@require_POST
@access(permissions.can_drop_lead_offer, on=_partner)
def lead_drop(request: HttpRequest, partner: Partner) -> HttpResponse:
    operations.drop_lead_offer(partner, actor=request.user)
    messages.success(request, _("The lead stays where it is."))
    return _back(partner.network)


# --- Helpers -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_lead_network, on=visible_network)
def helper_invite(request: HttpRequest, network: Network) -> HttpResponse:
    form = HelperForm(request.POST if request.method == "POST" else None, network=network)
    if form.is_valid():
        user = form.cleaned_data["user"]
        helpers.invite_helper(network, user=user, actor=request.user)
        messages.success(request, _("%(name)s gets a message and decides.") % {"name": user})
        return _back(network)
    context = {"network": network, "form": form}
    return render(request, "projects/network_partners_helper.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.is_this_helper, on=_helper)
def helper_accept(request: HttpRequest, helper: Helper) -> HttpResponse:
    if request.method == "POST":
        helpers.answer_helper_invitation(helper, accepted=True, actor=request.user)
        messages.success(request, _("You help this network to write."))
        return _back(helper.network)
    return _ask(request, helper.network, questions.HELP, helper.pk)


@require_POST
@access(permissions.is_this_helper, on=_helper)
def helper_decline(request: HttpRequest, helper: Helper) -> HttpResponse:
    helpers.answer_helper_invitation(helper, accepted=False, actor=request.user)
    messages.success(request, _("You have declined. The lead gets a message."))
    return redirect("desk")


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_end_helper, on=_helper)
def helper_end(request: HttpRequest, helper: Helper) -> HttpResponse:
    if request.method == "POST":
        helpers.end_helper(helper, actor=request.user)
        messages.success(request, _("%(name)s does not help to write any more.") % {"name": helper.user})
        return redirect("desk") if helper.user_id == request.user.pk else _back(helper.network)
    question = questions.END_HELP
    return _ask(request, helper.network, question, helper.pk, title=question.title % {"name": helper.user})


# --- Back to its authors -------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_lead_network, on=visible_network)
def network_take_back(request: HttpRequest, network: Network) -> HttpResponse:
    if request.method != "POST":
        operations.check_under_review(network)
    return _reopen(request, network, questions.TAKE_BACK, operations.take_back_network)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_lead_network, on=visible_network)
def network_reopen(request: HttpRequest, network: Network) -> HttpResponse:
    if request.method != "POST":
        operations.check_approved(network)
    return _reopen(request, network, questions.REOPEN, operations.reopen_network)


def _reopen(
    request: HttpRequest, network: Network, question: Question, operation: Callable[..., Network]
) -> HttpResponse:
    form = ReasonForm(request.POST if request.method == "POST" else None, optional=True)
    if form.is_valid():
        operation(network, actor=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("The network can be changed again. Every member gets a message."))
        return redirect(network)
    return _ask(request, network, question, form=form)


# --- Answers -------------------------------------------------------------------------------------------------------


def _back(network: Network) -> HttpResponse:
    return redirect(reverse("projects:network_partners", args=[network.pk]))


def _ask(
    request: HttpRequest, network: Network, question: Question, *about: int, title: str = "", form: Any = None
) -> HttpResponse:
    """The confirmation page; `about`: the rest of the address after the network."""
    context = {
        "network": network,
        "question": question,
        "title": title,
        "form": form,
        "url": reverse(f"projects:{question.name}", args=[network.pk, *about]),
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "projects/network_partners_confirm.html", context, status=status)
