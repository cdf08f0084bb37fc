"""Documents and timeline of a call, for those who prepare it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from calls.forms.documents import DocumentForm, MilestoneForm, RemoveMilestoneForm, WithdrawDocumentForm
from calls.models import Call, CallDocument, CallMilestone
from calls.operations.documents import (
    add_document,
    remove_milestone,
    replace_document,
    save_milestone,
    withdraw_document,
)
from calls.panels import documents
from calls.permissions import can_prepare_call, can_prepare_part
from calls.views.rows import visible_call
from district_portal.shared.access import access
from district_portal.shared.ui import localised


def _document(request: HttpRequest, slug: str, pk: int) -> CallDocument:
    """A document that holds now."""
    rows = CallDocument.objects.current().select_related("call__programme__region")
    return get_object_or_404(rows, call=visible_call(request, slug), pk=pk)


def _milestone(request: HttpRequest, slug: str, pk: int) -> CallMilestone:
    rows = CallMilestone.objects.select_related("call__programme__region")
    return get_object_or_404(rows, call=visible_call(request, slug), pk=pk)


# --- Documents ---------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_call, on=visible_call)
def document_list(request: HttpRequest, call: Call) -> HttpResponse:
    """The documents and the form for one more; POST adds it."""
    if request.method != "POST":
        return _documents_page(request, call, DocumentForm(call=call))
    form = DocumentForm(request.POST, request.FILES, call=call)
    if not form.is_valid():
        return _documents_page(request, call, form, status=422)
    added = add_document(form.instance, actor=request.user, note=form.told)
    messages.success(request, _("“%(title)s” is added") % {"title": localised(added, "title")})
    return redirect("publishing:documents", call.slug)


def _documents_page(request: HttpRequest, call: Call, form: DocumentForm, status: int = 200) -> HttpResponse:
    context = {"call": call, "section": "documents", "form": form, **documents.panel(call)}
    return render(request, "publishing/documents.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_part, on=_document)
def document_replace(request: HttpRequest, document: CallDocument) -> HttpResponse:
    call = document.call
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = DocumentForm(*sent, call=call, replaced=document)
    if request.method == "POST" and form.is_valid():
        replace_document(document, form.instance, actor=request.user, note=form.told)
        messages.success(request, _("“%(title)s” is replaced") % {"title": localised(form.instance, "title")})
        return redirect("publishing:documents", call.slug)
    context = {"call": call, "section": "", "document": document, "form": form}
    return render(request, "publishing/document_replace.html", context, status=_status(request))


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_part, on=_document)
def document_withdraw(request: HttpRequest, document: CallDocument) -> HttpResponse:
    call = document.call
    form = WithdrawDocumentForm(request.POST if request.method == "POST" else None, call=call)
    if request.method == "POST" and form.is_valid():
        withdraw_document(document, actor=request.user, note=form.told)
        words = _("“%(title)s” is removed") if call.state == "draft" else _("“%(title)s” is withdrawn")
        messages.success(request, words % {"title": localised(document, "title")})
        return redirect("publishing:documents", call.slug)
    context = {"call": call, "section": "", "document": document, "form": form}
    return render(request, "publishing/document_withdraw.html", context, status=_status(request))


def _status(request: HttpRequest) -> int:
    """Of a page with a form that was not taken."""
    return 422 if request.method == "POST" else 200


# --- Timeline ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_call, on=visible_call)
def timeline(request: HttpRequest, call: Call) -> HttpResponse:
    """The steps and the form for one more; POST adds it."""
    form = MilestoneForm(
        request.POST if request.method == "POST" else None, call=call, instance=CallMilestone(call=call)
    )
    if request.method == "POST" and form.is_valid():
        return _saved(request, form)
    context = {"call": call, "section": "timeline", "form": form, "milestones": call.milestones.all()}
    return render(request, "publishing/timeline.html", context, status=_status(request))


def _saved(request: HttpRequest, form: MilestoneForm) -> HttpResponse:
    step = save_milestone(form.instance, actor=request.user, note=form.told)
    messages.success(request, _("“%(name)s” is saved") % {"name": localised(step, "name")})
    return redirect("publishing:timeline", step.call.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_part, on=_milestone)
def milestone_edit(request: HttpRequest, milestone: CallMilestone) -> HttpResponse:
    form = MilestoneForm(request.POST if request.method == "POST" else None, call=milestone.call, instance=milestone)
    if request.method == "POST" and form.is_valid():
        return _saved(request, form)
    context = {"call": milestone.call, "section": "", "milestone": milestone, "form": form}
    return render(request, "publishing/timeline_edit.html", context, status=_status(request))


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_part, on=_milestone)
def milestone_remove(request: HttpRequest, milestone: CallMilestone) -> HttpResponse:
    call = milestone.call
    form = RemoveMilestoneForm(request.POST if request.method == "POST" else None, call=call)
    if request.method == "POST" and form.is_valid():
        remove_milestone(milestone, actor=request.user, note=form.told)
        messages.success(request, _("“%(name)s” is removed") % {"name": localised(milestone, "name")})
        return redirect("publishing:timeline", call.slug)
    context = {"call": call, "section": "", "milestone": milestone, "form": form}
    return render(request, "publishing/timeline_remove.html", context, status=_status(request))
