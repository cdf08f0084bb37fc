"""Documents of a network: order, watch being made, download."""

from __future__ import annotations

import logging
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from district_portal.shared.access import access
from district_portal.shared.errors import DomainError
from projects import permissions
from projects.models import Network, Paper
from projects.operations import papers as operations
from projects.states import PaperState

log = logging.getLogger(__name__)


def _network(request: HttpRequest, uuid: UUID) -> Network:
    return get_object_or_404(Network.objects.visible_to(request.user).select_related("call"), pk=uuid)


def _paper(request: HttpRequest, uuid: UUID) -> Paper:
    return get_object_or_404(Paper.objects.visible_to(request.user).select_related("network"), pk=uuid)


@require_POST
@access(permissions.can_see_network, on=_network)
def proposal_order(request: HttpRequest, network: Network) -> HttpResponse:
    """The proposal as it is now."""
    language = (get_language() or "it")[:2]
    return redirect(operations.order_paper(network, "proposal", language=language, actor=request.user))


@require_safe
@access(permissions.can_read_paper, on=_paper)
def paper_detail(request: HttpRequest, paper: Paper) -> HttpResponse:
    """One document; htmx asks for its row every two seconds while it is being made."""
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, "projects/_paper.html" if partial else "projects/paper.html", {"paper": paper})


@require_safe
@access(permissions.can_read_paper, on=_paper)
def paper_download(request: HttpRequest, paper: Paper) -> FileResponse:
    return downloaded(request, paper)


def downloaded(request: HttpRequest, paper: Paper) -> FileResponse:
    """The file as an attachment, with its SHA-256. Raises `DomainError` until it is ready."""
    if paper.state != PaperState.READY:
        raise DomainError(_("This document is not ready yet. Download it when it is."))
    try:
        file = paper.file.open("rb")
    except FileNotFoundError:
        raise DomainError(_("The file is no longer on the server. Tell the operators.")) from None
    log.info("paper %s (%s) downloaded by user %s", paper.pk, paper.kind, request.user.pk)
    answer = FileResponse(file, as_attachment=True, filename=paper.name)
    answer["X-Content-SHA256"] = paper.sha256
    return answer


@require_POST
@access(permissions.can_read_paper, on=_paper)
def paper_retry(request: HttpRequest, paper: Paper) -> HttpResponse:
    return redirect(operations.retry_paper(paper, actor=request.user))
