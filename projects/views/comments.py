"""The discussion of a network; forms on other pages answer with the threads of their section to htmx."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from district_portal.shared.access import access
from district_portal.shared.errors import DomainError
from projects import permissions
from projects.forms.texts import CommentForm
from projects.models import Comment, Network
from projects.operations import comments as operations
from projects.panels import texts as panel
from projects.panels.frame import frame
from projects.sections import SUMMARY
from projects.views.rows import visible_network


def _answered(request: HttpRequest, uuid: UUID, pk: int) -> Comment:
    """What is replied to. One that was deleted meanwhile refuses the reply, whose words are not lost."""
    network = visible_network(request, uuid)
    found = network.comments.filter(pk=pk).first()
    found = found or Comment(pk=pk, section=_section(request, network))
    found.network = network
    return found


def _section(request: HttpRequest, network: Network) -> str:
    section = request.POST.get("section") or SUMMARY
    if section not in panel.section_titles(network):
        raise Http404
    return section


def _comment(request: HttpRequest, uuid: UUID, pk: int) -> Comment:
    network = visible_network(request, uuid)
    comment = get_object_or_404(network.comments.all(), pk=pk)
    comment.network = network
    return comment


@require_safe
@access(permissions.can_see_network, on=visible_network)
def discussion(request: HttpRequest, network: Network) -> HttpResponse:
    """All threads; `?show=unresolved` only those that wait for somebody."""
    return _discussion(request, network, {})


def _discussion(request: HttpRequest, network: Network, more: dict[str, Any], status: int = 200) -> HttpResponse:
    unresolved = request.GET.get("show") == "unresolved"
    context = frame(network, request.user, "discussion", timezone.now()) | {
        "threads": panel.threads_of(network, unresolved=unresolved),
        "only_unresolved": unresolved,
        "people": operations.people_of(network),
        "may_comment": panel.may_comment(network),
        "section": SUMMARY,
    }
    return render(request, "projects/discussion.html", context | more, status=status)


@require_POST
@access(permissions.can_comment, on=visible_network)
def comment_new(request: HttpRequest, network: Network) -> HttpResponse:
    """Begin a thread at `section`."""
    form, section = CommentForm(request.POST), _section(request, network)
    if not form.is_valid():
        return _refused(request, network, section, form)
    try:
        comment = operations.add_comment(network, section=section, text=form.cleaned_data["text"], actor=request.user)
    except DomainError as refusal:
        return _refused(request, network, section, form, refusal=refusal)
    return _done(request, comment)


@require_POST
@access(permissions.can_settle_comment, on=_answered)
def comment_reply(request: HttpRequest, comment: Comment) -> HttpResponse:
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _refused(request, comment.network, comment.section, form, thread=comment.reply_to_id or comment.pk)
    text = form.cleaned_data["text"]
    try:
        reply = operations.add_comment(
            comment.network, section=comment.section, text=text, actor=request.user, reply_to=comment
        )
    except DomainError as refusal:
        return _refused(request, comment.network, comment.section, form, refusal=refusal)
    return _done(request, reply)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_change_comment, on=_comment)
def comment_edit(request: HttpRequest, comment: Comment) -> HttpResponse:
    form = CommentForm(request.POST if request.method == "POST" else None, initial={"text": comment.text})
    refused, status = "", 422 if form.is_bound else 200
    if form.is_valid():
        try:
            operations.edit_comment(comment, text=form.cleaned_data["text"], actor=request.user)
        except DomainError as refusal:
            refused, status = refusal.message, 409
        else:
            messages.success(request, _("Your comment is changed."))
            return redirect(_address(comment))
    context = {"comment": comment, "form": form, "refused": refused}
    context |= frame(comment.network, request.user, "discussion", timezone.now())
    return render(request, "projects/comment_edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_change_comment, on=_comment)
def comment_delete(request: HttpRequest, comment: Comment) -> HttpResponse:
    if request.method == "POST":
        operations.delete_comment(comment, actor=request.user)
        messages.success(request, _("Your comment is deleted."))
        return redirect("projects:discussion", comment.network_id)
    context = frame(comment.network, request.user, "discussion", timezone.now()) | {"comment": comment}
    return render(request, "projects/comment_delete.html", context)


@require_POST
@access(permissions.can_settle_comment, on=_comment)
def comment_resolve(request: HttpRequest, comment: Comment) -> HttpResponse:
    return _done(request, operations.resolve_comment(comment, actor=request.user))


@require_POST
@access(permissions.can_settle_comment, on=_comment)
def comment_reopen(request: HttpRequest, comment: Comment) -> HttpResponse:
    return _done(request, operations.reopen_comment(comment, actor=request.user))


def _address(comment: Comment) -> str:
    return f"{reverse('projects:discussion', args=[comment.network_id])}#comment-{comment.pk}"


def _done(request: HttpRequest, comment: Comment) -> HttpResponse:
    if not request.htmx:
        return redirect(_address(comment))
    return _part(request, comment.network, comment.section, {})


def _refused(
    request: HttpRequest,
    network: Network,
    section: str,
    form: CommentForm,
    *,
    refusal: DomainError | None = None,
    thread: int | None = None,
) -> HttpResponse:
    """What was typed, with what is wrong (`thread`: where it was a reply), or with the `refusal` of the domain."""
    more = {"comment_form": form, "comment_at": thread, "refused": refusal and refusal.message}
    if request.htmx:
        # A 409 would replace the whole page, and the text that somebody is writing on it.
        return _part(request, network, section, more, status=422)
    if thread is None:
        more["section"] = section
    return _discussion(request, network, more, status=409 if refusal else 422)


def _part(
    request: HttpRequest, network: Network, section: str, more: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = panel.comments(network, section, request.user) | more
    return render(request, "projects/_comments.html", context, status=status)
