"""The calls that one prepares: list, form, overview."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from calls.filters.publishing import ORDER, PublishingFilter, with_requests
from calls.forms.publishing import CallForm
from calls.models import Call, SelectedActuator
from calls.operations import publishing as operations
from calls.operations.lifecycle import require_editable
from calls.panels import publishing
from calls.panels.families import waiting_actuators
from calls.permissions import can_create_call, can_open_publishing, can_prepare_call
from calls.reports import PREPARED_COLUMNS
from calls.states import ApprovalState
from calls.views.rows import visible_call
from district_portal.reports.lists import list_answer
from district_portal.shared.access import access
from district_portal.shared.pagination import count_capped, keyset_page
from district_portal.shared.ui import localised, short_moment


@require_safe
@access(can_open_publishing)
def call_list(request: HttpRequest) -> HttpResponseBase:
    """The calls that the person prepares, the newest first."""
    prepared = with_requests(Call.objects.prepared_by(request.user))
    listed = PublishingFilter(request.GET, prepared)
    calls = listed.qs.select_related("programme").defer("body_it", "body_en", "search_it", "search_en")
    if answer := list_answer(request, calls, order=ORDER, columns=PREPARED_COLUMNS):
        return answer
    context = {
        "filter": listed,
        "pills": listed.pills(request.GET),
        "page": keyset_page(calls, ORDER, request.GET.get("cursor")),
        "count": count_capped(listed.qs),
        "can_create": can_create_call(request.user),
        "actuators": waiting_actuators(request.user),
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, "publishing/results.html" if partial else "publishing/list.html", context)


@require_safe
@access(can_prepare_call, on=visible_call)
def call_detail(request: HttpRequest, call: Call) -> HttpResponse:
    now = timezone.now()
    waiting = call.approvals.filter(state=ApprovalState.WAITING).select_related("asked_by").first()
    latest = call.approvals.select_related("answered_by").first()
    context = {
        "call": call,
        "section": "detail",
        "form": None,
        "rows": publishing.ready_rows(call, now),
        "actions": publishing.actions(call, now) if waiting is None else [],
        "waiting": waiting,
        "mine": waiting is not None and waiting.asked_by_id == request.user.pk,
        "why_not": operations.why_not_approver(call, waiting, request.user) if waiting else "",
        "returned": latest if latest and latest.state == ApprovalState.RETURNED else None,
        "journal": publishing.journal(call),
        "selected": SelectedActuator.objects.filter(call=call).count(),
    }
    return render(request, "publishing/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_create_call)
def call_new(request: HttpRequest) -> HttpResponse:
    form = CallForm(request.POST if request.method == "POST" else None, user=request.user, now=timezone.now())
    if form.is_valid():
        call = operations.create_call(actor=request.user, values=form.values)
        messages.success(request, _("The draft is saved. Only those who prepare it see it."))
        return redirect("publishing:detail", call.slug)
    return render(request, "publishing/new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_call, on=visible_call)
def call_edit(request: HttpRequest, call: Call) -> HttpResponse:
    require_editable(call)
    now = timezone.now()
    # The form puts what was typed into its instance: one of its own, so that the page's head keeps the saved words.
    instance = Call.objects.select_related("programme").get(pk=call.pk)
    form = CallForm(request.POST if request.method == "POST" else None, instance=instance, user=request.user, now=now)
    context = {"call": call, "section": "edit", "form": form}
    if not form.is_valid():
        return render(request, "publishing/edit.html", context, status=422 if form.is_bound else 200)
    try:
        call = operations.edit_call(
            call,
            actor=request.user,
            values=form.values,
            seen=form.cleaned_data["seen"],
            note=form.cleaned_data.get("note", ""),
        )
    except operations.StaleCall as stale:
        return _stale(request, stale, form, now)
    messages.success(request, _("Saved"))
    return redirect("publishing:detail", call.slug)


def _stale(request: HttpRequest, stale: operations.StaleCall, form: CallForm, now: datetime) -> HttpResponse:
    """Both texts beside each other, and the form with what was typed, to be saved over the other one."""
    typed = request.POST.copy()
    typed["seen"] = operations.fingerprint(stale.call)
    again = CallForm(typed, instance=Call.objects.get(pk=stale.call.pk), user=request.user, now=now)
    again.is_valid()
    context = {
        "call": stale.call,
        "section": "edit",
        "form": again,
        "message": stale.message,
        "differences": list(_differences(stale.call, form)),
    }
    return render(request, "publishing/stale.html", context, status=409)


def _differences(theirs: Call, form: CallForm) -> Iterable[tuple[str, str, str]]:
    """Label, what is saved now, what was typed: of each field in which they differ."""
    for name, typed in form.values.items():
        saved = getattr(theirs, name)
        saved = list(saved.all()) if name in operations.LINKS else saved
        typed = list(typed) if name in operations.LINKS else typed
        if saved != typed:
            yield form[name].label, _shown(saved), _shown(typed)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(localised(row, "name") for row in value) or "–"
    if isinstance(value, datetime):
        return short_moment(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Model) and hasattr(value, "name_it"):
        return localised(value, "name")
    return str(value) if value not in (None, "") else "–"


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_call, on=visible_call)
def call_delete(request: HttpRequest, call: Call) -> HttpResponse:
    if request.method == "POST":
        operations.delete_draft(call, actor=request.user)
        messages.success(request, _("The draft is deleted"))
        return redirect("publishing:list")
    context = {
        "call": call,
        "title": _("Delete this draft?"),
        "text": _("Its texts, rules, documents and steps are gone for good."),
        "button": _("Delete the draft"),
        "url": reverse("publishing:delete", args=[call.slug]),
        "danger": True,
        "section": "",
        "form": None,
    }
    return render(request, "publishing/confirm.html", context)
