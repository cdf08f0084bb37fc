"""The checklist of a network, the facilitator's queue, and the review of a network with its decisions."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calls.models import Call
from district_portal.reports.lists import Column, list_answer
from district_portal.shared.access import access
from district_portal.shared.pagination import count_capped, keyset_page
from district_portal.shared.states import check_move
from projects import permissions
from projects.filters import ReviewFilter
from projects.forms.networks import ReasonForm
from projects.forms.review import ChangesForm
from projects.models import Network
from projects.operations import review as operations
from projects.panels.checklist import all_checks
from projects.panels.review import queue, replies_awaited, review_page
from projects.states import NETWORK_MOVES
from projects.views import questions
from projects.views.questions import Question

ROWS = 20
COLUMNS = [
    Column("id", gettext_lazy("Network"), lambda network: str(network.pk)),
    Column("title", gettext_lazy("Title"), lambda network: network.title),
    Column("call", gettext_lazy("Call"), lambda network: network.call.slug),
    Column("district", gettext_lazy("District"), lambda network: network.district.slug),
    Column("lead", gettext_lazy("Lead"), lambda network: network.lead.name if network.lead else None),
    Column("confirmed", gettext_lazy("Confirmed partners"), lambda network: len(network.confirmed)),
    Column("submitted", gettext_lazy("Submitted"), lambda network: network.submitted_at),
    Column("due", gettext_lazy("Review due"), lambda network: operations.review_due(network.since)),
    Column("deadline", gettext_lazy("Deadline of the call"), lambda network: network.call.closes_at),
]


def _network(request: HttpRequest, uuid: UUID) -> Network:
    networks = Network.objects.visible_to(request.user).select_related("call__aid_table", "district")
    return get_object_or_404(networks, pk=uuid)


@require_safe
@access(permissions.can_see_network, on=_network)
def checks(request: HttpRequest, network: Network) -> HttpResponse:
    """Everything that is asked for, for the review and for sending."""
    return render(request, "projects/checks.html", all_checks(network, request.user, timezone.now()))


# --- The queue -----------------------------------------------------------------------------------------------------


@require_safe
@access(permissions.can_facilitate)
def facilitator(request: HttpRequest) -> HttpResponseBase:
    """What waits for the facilitator: networks to review, replies and answers awaited, calls with interest."""
    now = timezone.now()
    found = ReviewFilter(request.GET, Network.objects.to_review_by(request.user), request=request)
    if answer := list_answer(request, found.qs.with_lists(), order=found.order, columns=COLUMNS):
        return answer
    page = keyset_page(found.qs.with_rules(), found.order, request.GET.get("cursor"))
    waiting = Network.objects.reviewed_by(request.user).waiting_for_answers()
    calls = Call.objects.facilitated_by(request.user).open_at(now).with_interest_counts(exact=True)
    context = {
        "now": now,
        "filter": found,
        "page": page,
        "reviews": queue(page.rows, request.user, now),
        "count": count_capped(found.qs),
        "replies": replies_awaited(request.user)[:ROWS],
        "waiting": waiting.with_lists().order_by("call__closes_at", "pk")[:ROWS],
        "waiting_count": count_capped(waiting),
        "calls": calls.order_by("closes_at", "pk")[:ROWS],
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, "projects/review_queue.html" if partial else "projects/facilitator.html", context)


# --- One network ---------------------------------------------------------------------------------------------------


@require_safe
@access(permissions.can_see_review, on=_network)
def network_review(request: HttpRequest, network: Network) -> HttpResponse:
    return render(request, "projects/review.html", review_page(network, request.user, timezone.now()))


@require_POST
@access(permissions.can_see_review, on=_network)
def review_read(request: HttpRequest, network: Network) -> HttpResponse:
    operations.mark_read(network, actor=request.user)
    messages.success(request, _("Marked as read. Next time you see what has changed since."))
    return redirect("projects:network_review", network.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_decide_network, on=_network)
def network_approve(request: HttpRequest, network: Network) -> HttpResponse:
    form = ReasonForm(request.POST if request.method == "POST" else None, optional=True)
    return _decide(request, network, questions.APPROVE, operations.approve_network, form)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_decide_network, on=_network)
def network_request_changes(request: HttpRequest, network: Network) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = ChangesForm(data, call=network.call, today=timezone.localdate())
    return _decide(request, network, questions.REQUEST_CHANGES, operations.request_network_changes, form)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_decide_network, on=_network)
def network_refuse(request: HttpRequest, network: Network) -> HttpResponse:
    form = ReasonForm(request.POST if request.method == "POST" else None)
    return _decide(request, network, questions.REFUSE, operations.refuse_network, form)


def _decide(
    request: HttpRequest, network: Network, question: Question, operation: Callable[..., Network], form: ReasonForm
) -> HttpResponse:
    """Ask (GET), ask again (422), or decide and tell every member."""
    if form.is_valid():
        operation(network, actor=request.user, **form.cleaned_data)
        messages.success(request, _("Done. Every member of the network gets a message."))
        return redirect(network)
    if request.method != "POST":
        check_move(NETWORK_MOVES, network.state, question.target)
    url = reverse(f"projects:{question.name}", args=[network.pk])
    context = {"network": network, "question": question, "form": form, "url": url}
    return render(request, "projects/network_confirm.html", context, status=422 if form.is_bound else 200)
