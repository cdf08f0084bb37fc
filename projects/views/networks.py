"""Networks: list, workspace, and one view for each operation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calls.models import Call, Interest
from calls.rules.aid import Bonus
from district_portal.accounts.models import User
from district_portal.reports.lists import Column, list_answer
from district_portal.shared.access import access, signed_in
from district_portal.shared.arrival import moment_of_arrival
from district_portal.shared.pagination import count_capped, keyset_page
from district_portal.shared.states import check_move
from enterprises.models import Membership, Organisation
from projects import permissions
from projects.filters import NetworkFilter
from projects.forms.networks import AnswerForm, InviteForm, NetworkForm, NetworkTextsForm, ReasonForm
from projects.models import Network
from projects.operations import networks as operations
from projects.operations import starting
from projects.panels.lists import listed
from projects.panels.workspace import workspace
from projects.states import NETWORK_MOVES
from projects.views import questions
from projects.views.questions import Question
from projects.views.rows import visible_network

COPIED_FROM = 20
"""Older networks that are offered to be copied."""
COLUMNS = [
    Column("id", gettext_lazy("Network"), lambda row: str(row.network.pk)),
    Column("title", gettext_lazy("Title"), lambda row: row.network.title),
    Column("call", gettext_lazy("Call"), lambda row: row.network.call.slug),
    Column("district", gettext_lazy("District"), lambda row: row.network.district.slug),
    Column("state", gettext_lazy("State"), lambda row: row.network.state),
    Column("lead", gettext_lazy("Lead"), lambda row: row.network.lead.name if row.network.lead else None),
    Column("confirmed", gettext_lazy("Confirmed partners"), lambda row: len(row.network.confirmed)),
    Column("waiting", gettext_lazy("Invited, no answer yet"), lambda row: len(row.network.waiting)),
    Column("created", gettext_lazy("Started"), lambda row: row.network.created_at),
    Column("submitted", gettext_lazy("Submitted"), lambda row: row.network.submitted_at),
    Column("deadline", gettext_lazy("Deadline of the call"), lambda row: row.network.call.closes_at),
    Column("coverage", gettext_lazy("Competences"), lambda row: row.coverage),
    Column("cost", gettext_lazy("Total cost"), lambda row: row.cost),
    Column("grant", gettext_lazy("Grant"), lambda row: row.grant),
]


# --- Rows, as far as the person may see them -----------------------------------------------------------------------


def _call(request: HttpRequest, slug: str) -> Call:
    return get_object_or_404(Call.objects.visible_to(request.user), slug=slug)


def _invitation(request: HttpRequest, uuid: UUID) -> Network:
    """Also a network that the person's organisation has declined: a second answer is answered, not "not found"."""
    visible = Network.objects.visible_to(request.user).values("pk")
    joined = Network.objects.joined_by(request.user).values("pk")
    networks = Network.objects.filter(Q(pk__in=visible) | Q(pk__in=joined)).select_related("call", "district")
    return get_object_or_404(networks, pk=uuid)


# --- List and workspace --------------------------------------------------------------------------------------------


@require_safe
@access(signed_in)
def network_list(request: HttpRequest) -> HttpResponseBase:
    visible = Network.objects.visible_to(request.user)
    found = NetworkFilter(request.GET, visible, request=request)
    if answer := list_answer(request, found.qs.with_rules(), order=found.order, columns=COLUMNS, complete=listed):
        return answer
    context = {
        "filter": found,
        "page": keyset_page(found.qs.with_lists(), found.order, request.GET.get("cursor")),
        "count": count_capped(found.qs),
        "is_member": "enterprise" in request.user.roles,
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, "projects/network_results.html" if partial else "projects/network_list.html", context)


@require_safe
@access(permissions.can_see_network, on=visible_network)
def network_detail(request: HttpRequest, network: Network) -> HttpResponse:
    return render(request, "projects/network_detail.html", workspace(network, request.user, timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_start_network, on=_call)
def network_new(request: HttpRequest, call: Call) -> HttpResponse:
    moment = moment_of_arrival()
    form = NetworkForm(
        request.POST if request.method == "POST" else None,
        organisations=Organisation.objects.acted_for_by(request.user),
        interests=Interest.objects.of_actor(request.user).active().filter(call=call).select_related("organisation"),
        networks=Network.objects.led_by(request.user).order_by("-created_at", "pk")[:COPIED_FROM],
        initial={"source": request.GET.get("source", "")},
    )
    if form.is_valid():
        network = _start(call, form.cleaned_data, request.user, moment)
        messages.success(request, _("The network is started. Invite partners next."))
        return redirect(network)
    return _form(request, "projects/network_new.html", {"call": call, "form": form, "now": moment})


def _start(call: Call, data: dict[str, Any], user: User, moment: datetime) -> Network:
    source = data["source"]
    texts = {"title": data["title"], "idea": data["idea"], "actor": user, "moment": moment}
    if isinstance(source, Interest):
        return starting.start_from_interest(source, **texts)
    if isinstance(source, Network):
        again = data.get("invite_again", False)
        return starting.copy_network(source, call, organisation=data["organisation"], invite_again=again, **texts)
    return operations.start_network(call, organisation=data["organisation"], **texts)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_lead_network, on=visible_network)
def network_edit(request: HttpRequest, network: Network) -> HttpResponse:
    initial = {"version": network.version}
    form = NetworkTextsForm(request.POST if request.method == "POST" else None, instance=network, initial=initial)
    if not form.is_valid():
        return _form(request, "projects/network_edit.html", {"network": network, "form": form})
    try:
        operations.edit_network(network, texts=form.texts, version=form.cleaned_data["version"], actor=request.user)
    except operations.StaleNetwork as stale:
        typed = request.POST.copy()
        typed["version"] = stale.network.version
        bonuses = [Bonus(code).label for code in stale.network.bonuses]
        context = {"message": stale.message, "theirs": stale.network, "bonuses": bonuses}
        context["form"] = NetworkTextsForm(typed)
        return render(request, "projects/network_stale.html", context, status=409)
    messages.success(request, _("Saved."))
    return redirect(network)


# --- Partners ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_lead_network, on=visible_network)
def network_invite(request: HttpRequest, network: Network) -> HttpResponse:
    form = InviteForm(request.POST if request.method == "POST" else None, user=request.user)
    if not form.is_valid():
        return _form(request, "projects/network_invite.html", {"network": network, "form": form})
    organisation = form.cleaned_data["organisation"]
    operations.invite_partner(network, organisation=organisation, actor=request.user)
    if Membership.objects.current().owners().filter(organisation=organisation).exists():
        messages.success(request, _("%(name)s is invited and gets a message.") % {"name": organisation.name})
    else:
        words = _("%(name)s is invited, but nobody acts for it here yet. Tell them, so that they sign up and answer.")
        messages.warning(request, words % {"name": organisation.name})
    return redirect(network)


@require_POST
@access(permissions.can_answer_invitation, on=_invitation)
def network_accept(request: HttpRequest, network: Network) -> HttpResponse:
    form = AnswerForm(request.POST, user=request.user, network=network)
    if not form.is_valid():
        return _ask(request, network, questions.ACCEPT, form=form)
    operations.accept_invitation(network, organisation=form.cleaned_data["organisation"], actor=request.user)
    messages.success(request, _("You have joined the network."))
    return redirect(network)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_answer_invitation, on=_invitation)
def network_decline(request: HttpRequest, network: Network) -> HttpResponse:
    form = AnswerForm(request.POST if request.method == "POST" else None, user=request.user, network=network)
    if not form.is_valid():
        return _ask(request, network, questions.DECLINE, form=form)
    operations.decline_invitation(network, organisation=form.cleaned_data["organisation"], actor=request.user)
    messages.success(request, _("You have declined the invitation."))
    return redirect("projects:network_list")


# --- Moves ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_lead_network, on=visible_network)
def network_submit(request: HttpRequest, network: Network) -> HttpResponse:
    moment = moment_of_arrival()
    if request.method == "POST":
        operations.submit_network(network, actor=request.user, moment=moment)
        messages.success(request, _("Submitted. The facilitator of the district has a message."))
        return redirect(network)
    check_move(NETWORK_MOVES, network.state, questions.SUBMIT.target)
    operations.check_reviewed(network.call)
    return _ask(request, network, questions.SUBMIT)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_lead_network, on=visible_network)
def network_withdraw(request: HttpRequest, network: Network) -> HttpResponse:
    return _move(request, network, questions.WITHDRAW, operations.withdraw_network, optional=True)


def _move(
    request: HttpRequest,
    network: Network,
    question: Question,
    operation: Callable[..., Network],
    *,
    optional: bool = False,
) -> HttpResponse:
    """Ask (GET), ask again (422), or move the network and tell its members the reason."""
    form = ReasonForm(request.POST if request.method == "POST" else None, optional=optional)
    if form.is_valid():
        operation(network, actor=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("Done. Every member of the network gets a message."))
        return redirect(network)
    if request.method != "POST":
        check_move(NETWORK_MOVES, network.state, question.target)
    return _ask(request, network, question, form=form)


# --- Answers -------------------------------------------------------------------------------------------------------


def _form(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A form, with 422 when it was sent and has errors."""
    return render(request, template, context, status=422 if context["form"].is_bound else 200)


def _ask(request: HttpRequest, network: Network, question: Question, *, form: Form | None = None) -> HttpResponse:
    """The confirmation page."""
    url = reverse(f"projects:{question.name}", args=[network.pk])
    context = {"network": network, "question": question, "form": form, "url": url}
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "projects/network_confirm.html", context, status=status)
