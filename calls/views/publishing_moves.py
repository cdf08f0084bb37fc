"""Each step of a call's way: asked first, then one operation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from calls.forms.publishing_moves import AskForm, ExtensionForm, ReasonForm
from calls.models import Approval, Call
from calls.operations import lifecycle, publishing
from calls.permissions import can_prepare_call, can_prepare_part
from calls.states import APPROVAL_MOVES, CALL_MOVES, ApprovalState, CallState
from calls.views.rows import visible_call
from district_portal.shared.access import access
from district_portal.shared.errors import DomainError
from district_portal.shared.states import check_move


@dataclass(frozen=True)
class Question:
    """A confirmation page: what is about to happen, and the words of its button."""

    title: str | Promise
    text: str | Promise
    button: str | Promise
    danger: bool = False
    hint: str | Promise = ""
    """Who reads the reason; without it none is asked for."""
    optional: bool = False


def _ask(request: HttpRequest, call: Call, question: Question, form: Form | None = None) -> HttpResponse:
    context = {
        "call": call,
        "title": question.title,
        "text": question.text,
        "button": question.button,
        "danger": question.danger,
        "form": form,
        "section": "",
        "url": request.path,
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "publishing/confirm.html", context, status=status)


def _reason(request: HttpRequest, question: Question) -> ReasonForm:
    sent = request.POST if request.method == "POST" else None
    return ReasonForm(sent, words=question.hint, optional=question.optional)


# --- Four eyes -----------------------------------------------------------------------------------------------------


def visible_request(request: HttpRequest, slug: str, pk: int) -> Approval:
    requests = Approval.objects.select_related("call__programme__region", "asked_by")
    return get_object_or_404(requests, call=visible_call(request, slug), pk=pk)


APPROVE = {
    CallState.PUBLISHED: Question(
        gettext_lazy("Approve and publish this call?"),
        gettext_lazy("Everyone can read it at once. It opens and closes by itself at its dates."),
        gettext_lazy("Approve and publish"),
    ),
    CallState.PLANNED: Question(
        gettext_lazy("Approve and announce this call?"),
        gettext_lazy("Everyone can read at once that it opens soon. Its dates may still change."),
        gettext_lazy("Approve and announce"),
    ),
}
RETURN = Question(
    gettext_lazy("Send the call back?"),
    gettext_lazy("It stays as it is until its authors have changed it and ask again."),
    gettext_lazy("Send back"),
    hint=gettext_lazy("Who prepared the call reads it."),
)
WITHDRAW = Question(
    gettext_lazy("Withdraw the request?"),
    gettext_lazy("Nobody is asked any more to approve the call. You can ask again."),
    gettext_lazy("Withdraw the request"),
)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_call, on=visible_call)
def approval_ask(request: HttpRequest, call: Call) -> HttpResponse:
    moves = CALL_MOVES[CallState(call.state)]
    targets = [target for target in (CallState.PLANNED, CallState.PUBLISHED) if target in moves]
    if not targets:
        check_move(CALL_MOVES, call.state, CallState.PUBLISHED)
    form = AskForm(request.POST if request.method == "POST" else None, targets=targets)
    if not form.is_valid():
        context = {"call": call, "form": form, "section": ""}
        return render(request, "publishing/ask.html", context, status=422 if form.is_bound else 200)
    target = CallState(form.cleaned_data["target"])
    publishing.ask_for_approval(call, actor=request.user, target=target, note=form.cleaned_data["note"])
    messages.success(request, _("A second person is asked, and has a message"))
    return redirect("publishing:detail", call.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_part, on=visible_request)
def approve(request: HttpRequest, approval: Approval) -> HttpResponse:
    if request.method == "POST":
        publishing.approve_call(approval, actor=request.user)
        messages.success(request, _("Approved: everyone can read the call now"))
        return redirect("publishing:detail", approval.call.slug)
    check_move(APPROVAL_MOVES, approval.state, ApprovalState.APPROVED)
    if words := publishing.why_not_approver(approval.call, approval, request.user):
        raise DomainError(words)
    return _ask(request, approval.call, APPROVE[CallState(approval.target)])


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_part, on=visible_request)
def approval_return(request: HttpRequest, approval: Approval) -> HttpResponse:
    check_move(APPROVAL_MOVES, approval.state, ApprovalState.RETURNED)
    form = _reason(request, RETURN)
    if not form.is_valid():
        return _ask(request, approval.call, RETURN, form)
    publishing.return_call(approval, actor=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("Sent back: who prepared the call has a message with your reason"))
    return redirect("publishing:detail", approval.call.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_part, on=visible_request)
def approval_withdraw(request: HttpRequest, approval: Approval) -> HttpResponse:
    if request.method == "POST":
        publishing.withdraw_request(approval, actor=request.user)
        messages.success(request, _("The request is withdrawn"))
        return redirect("publishing:detail", approval.call.slug)
    check_move(APPROVAL_MOVES, approval.state, ApprovalState.WITHDRAWN)
    return _ask(request, approval.call, WITHDRAW)


# --- What follows publication --------------------------------------------------------------------------------------

EVERYONE = gettext_lazy("Everyone reads it on the page of the call.")
JOURNAL = gettext_lazy("Kept in the journal, which those who prepare calls read.")
ASSESSMENT = Question(
    gettext_lazy("Start the assessment?"),
    gettext_lazy("The call shows that it is in assessment. Its deadline cannot be moved any more."),
    gettext_lazy("Start the assessment"),
    hint=JOURNAL,
    optional=True,
)
RANKING = Question(
    gettext_lazy("Publish the ranking?"),
    gettext_lazy("The call shows that its ranking is published. Add the ranking to its documents first."),
    gettext_lazy("Publish the ranking"),
    hint=gettext_lazy("All whom the call concerns get it in a message."),
    optional=True,
)
CONCLUDE = Question(
    gettext_lazy("Conclude this call?"),
    gettext_lazy("It stays readable, and nothing in it can be changed any more."),
    gettext_lazy("Conclude the call"),
    hint=JOURNAL,
    optional=True,
)
CANCEL = Question(
    gettext_lazy("Cancel this call?"),
    gettext_lazy("Its page stays and says so. All whom it concerns get a message. This cannot be taken back."),
    gettext_lazy("Cancel the call"),
    danger=True,
    hint=EVERYONE,
)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_call, on=visible_call)
def assessment(request: HttpRequest, call: Call) -> HttpResponse:
    return _move(request, call, ASSESSMENT, CallState.IN_ASSESSMENT, lifecycle.start_assessment)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_call, on=visible_call)
def ranking(request: HttpRequest, call: Call) -> HttpResponse:
    return _move(request, call, RANKING, CallState.RANKED, lifecycle.publish_ranking)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_call, on=visible_call)
def conclude(request: HttpRequest, call: Call) -> HttpResponse:
    return _move(request, call, CONCLUDE, CallState.CONCLUDED, lifecycle.conclude_call)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_call, on=visible_call)
def cancel(request: HttpRequest, call: Call) -> HttpResponse:
    return _move(request, call, CANCEL, CallState.CANCELLED, lifecycle.cancel_call)


def _move(
    request: HttpRequest, call: Call, question: Question, target: CallState, operation: Callable[..., Call]
) -> HttpResponse:
    """Ask (GET), ask again (422), or move the call."""
    check_move(CALL_MOVES, call.state, target)
    form = _reason(request, question)
    if not form.is_valid():
        return _ask(request, call, question, form)
    call = operation(call, actor=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("The call is now “%(state)s”") % {"state": call.get_state_display()})
    return redirect("publishing:detail", call.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_call, on=visible_call)
def extend(request: HttpRequest, call: Call) -> HttpResponse:
    lifecycle.require_movable(call)
    form = ExtensionForm(request.POST if request.method == "POST" else None, call=call, now=timezone.now())
    if not form.is_valid():
        context = {"call": call, "form": form, "deadlines": call.deadlines.select_related("set_by"), "section": ""}
        return render(request, "publishing/extend.html", context, status=422 if form.is_bound else 200)
    lifecycle.extend_deadline(call, actor=request.user, **form.cleaned_data)
    messages.success(request, _("The deadline is moved, and all whom the call concerns have a message"))
    return redirect("publishing:detail", call.slug)
