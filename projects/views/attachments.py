"""Documents of a network: the page, uploads and downloads, declarations."""

from __future__ import annotations

import logging
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.forms import Form, ModelForm
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from district_portal.accounts.models import User
from district_portal.shared.access import access
from district_portal.shared.errors import DomainError
from projects import permissions, sections
from projects.forms.attachments import AttachmentForm, DeclarationsForm, FileForm
from projects.models import Attachment, Declaration, Network
from projects.operations import attachments as operations
from projects.operations import declarations
from projects.operations.changes import check_changeable
from projects.panels.documents import documents
from projects.views.rows import visible_network
from projects.wanted import declarations_wanted

log = logging.getLogger(__name__)

UNDO = "attachment_undo"
"""In the session: the document that was removed last."""


def _attachment(request: HttpRequest, uuid: UUID, pk: int) -> Attachment:
    """Removed ones, too: earlier versions of the proposal name them."""
    attachment = get_object_or_404(Attachment, network=uuid, pk=pk)
    attachment.network = visible_network(request, uuid)
    return attachment


def _declaration(request: HttpRequest, uuid: UUID, pk: int) -> Declaration:
    declaration = get_object_or_404(Declaration, network=uuid, pk=pk)
    declaration.network = visible_network(request, uuid)
    return declaration


def _may_read(user: User, attachment: Attachment) -> bool:
    return permissions.can_see_network(user, attachment.network)


def _may_write(user: User, attachment: Attachment) -> bool:
    return permissions.can_write_network(user, attachment.network)


def _may_declare(user: User, declaration: Declaration) -> bool:
    return permissions.can_lead_network(user, declaration.network)


@require_safe
@access(permissions.can_see_network, on=visible_network)
def documents_page(request: HttpRequest, network: Network) -> HttpResponse:
    context = documents(network, request.user, timezone.now())
    removed = request.session.get(UNDO)
    if removed and removed["network"] == str(network.pk):
        context["removed"] = removed
    return render(request, "projects/documents.html", context)


# --- Attachments ---------------------------------------------------------------------------------------------------


@require_safe
@access(_may_read, on=_attachment)
def attachment(request: HttpRequest, row: Attachment) -> FileResponse:
    log.info("attachment %s downloaded by user %s", row.pk, request.user.pk)
    return attachment_answer(row)


def attachment_answer(row: Attachment) -> FileResponse:
    """The file, to be kept and never shown by the browser, with its SHA-256; rights were asked before."""
    try:
        content = row.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    answer = FileResponse(content, as_attachment=True, filename=row.name, content_type="application/octet-stream")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["X-Content-SHA256"] = row.sha256
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_write_network, on=visible_network)
def attachment_new(request: HttpRequest, network: Network) -> HttpResponse:
    """`?kind=` chooses the type beforehand."""
    words = _("Add a document"), _("Add the document")
    form = AttachmentForm(
        *_sent(request, network), network=network, initial={"kind": request.GET.get("kind", operations.OTHER)}
    )
    if not form.is_valid():
        return _form(request, network, form, *words)
    try:
        added = operations.add_attachment(form.instance, actor=request.user)
    except DomainError as refusal:
        return _form(request, network, form, *words, refusal)
    return _done(request, network, _("“%(title)s” is added.") % {"title": added.title})


@require_http_methods(["GET", "HEAD", "POST"])
@access(_may_write, on=_attachment)
def attachment_replace(request: HttpRequest, row: Attachment) -> HttpResponse:
    words = _("Replace “%(title)s”") % {"title": row.title}, _("Replace the document")
    form = FileForm(*_sent(request, row.network))
    if not form.is_valid():
        return _form(request, row.network, form, *words)
    try:
        operations.replace_attachment(row, file=form.cleaned_data["file"], actor=request.user)
    except DomainError as refusal:
        return _form(request, row.network, form, *words, refusal)
    return _done(request, row.network, _("“%(title)s” is replaced.") % {"title": row.title})


@require_POST
@access(_may_write, on=_attachment)
def attachment_remove(request: HttpRequest, row: Attachment) -> HttpResponse:
    removed = operations.remove_attachment(row, actor=request.user)
    answer = _done(request, row.network, _("“%(title)s” is removed.") % {"title": removed.title})
    request.session[UNDO] = {"network": str(row.network_id), "pk": row.pk, "title": removed.title}
    return answer


@require_POST
@access(_may_write, on=_attachment)
def attachment_restore(request: HttpRequest, row: Attachment) -> HttpResponse:
    operations.restore_attachment(row, actor=request.user)
    return _done(request, row.network, _("“%(title)s” is back.") % {"title": row.title})


# --- Declarations --------------------------------------------------------------------------------------------------


@require_POST
@access(permissions.can_lead_network, on=visible_network)
def declarations_give(request: HttpRequest, network: Network) -> HttpResponse:
    form = DeclarationsForm(request.POST, wanted=declarations_wanted(network.call))
    if not form.is_valid():
        context = {**documents(network, request.user, timezone.now()), "declare_errors": form.errors["declare"]}
        return render(request, "projects/documents.html", context, status=422)
    given = declarations.give_declarations(network, texts=form.texts, actor=request.user)
    words = ngettext("%(count)s declaration is given.", "%(count)s declarations are given.", len(given))
    return _done(request, network, words % {"count": len(given)})


@require_POST
@access(_may_declare, on=_declaration)
def declaration_withdraw(request: HttpRequest, declaration: Declaration) -> HttpResponse:
    declarations.withdraw_declaration(declaration, actor=request.user)
    return _done(request, declaration.network, _("The declaration is withdrawn. You can give it again."))


def _sent(request: HttpRequest, network: Network) -> tuple[QueryDict, MultiValueDict[str, UploadedFile]] | tuple[()]:
    """What was sent. An empty form is not even shown while documents cannot change; what was typed is kept."""
    if request.method == "POST":
        return request.POST, request.FILES
    check_changeable(network, sections.ATTACHMENTS)
    return ()


def _form(
    request: HttpRequest,
    network: Network,
    form: Form | ModelForm[Attachment],
    title: str,
    submit: str,
    refusal: DomainError | None = None,
) -> HttpResponse:
    """`refusal`: why the document cannot be taken. What was typed stays; no browser lets a page keep a chosen file."""
    context = {
        "network": network,
        "form": form,
        "title": capfirst(title),
        "submit": submit,
        "back": reverse("projects:documents", args=[network.pk]),
        "refused": refusal and refusal.message,
    }
    status = 409 if refusal else 422 if form.is_bound else 200
    return render(request, "projects/attachment_form.html", context, status=status)


def _done(request: HttpRequest, network: Network, words: str) -> HttpResponse:
    """Back to the documents. What was removed before is brought back no more."""
    request.session.pop(UNDO, None)
    messages.success(request, words)
    return redirect("projects:documents", network.pk)
