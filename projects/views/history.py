"""Versions of a proposal and what happened to it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from district_portal.reports.lists import Column, list_answer
from district_portal.shared.access import access
from district_portal.shared.pagination import count_capped, keyset_page
from projects import permissions
from projects.content import canonical
from projects.forms.sending import NoteForm
from projects.models import Network, ProposalVersion
from projects.operations.versions import keep_version
from projects.panels import history as panels
from projects.views.rows import visible_network

ORDER = ["-number", "pk"]
COLUMNS = [
    Column("number", gettext_lazy("Version"), lambda version: version.number),
    Column("at", gettext_lazy("Moment"), lambda version: version.at),
    Column("author", gettext_lazy("Person"), lambda version: str(version.author) if version.author else None),
    Column("note", gettext_lazy("Note"), lambda version: version.note),
    Column("sha256", "SHA-256", lambda version: version.digest),
]


def _version(request: HttpRequest, uuid: UUID, number: int) -> ProposalVersion:
    visible = ProposalVersion.objects.filter(network__in=Network.objects.visible_to(request.user).values("pk"))
    rows = visible.select_related("network__call", "network__district", "author")
    return get_object_or_404(rows, network=uuid, number=number)


@require_safe
@access(permissions.can_see_network, on=visible_network)
def history(request: HttpRequest, network: Network) -> HttpResponseBase:
    versions = panels.versions_of(network)
    if answer := list_answer(request, versions, order=ORDER, columns=COLUMNS):
        return answer
    return _page(request, network, NoteForm())


@require_POST
@access(permissions.can_write_network, on=visible_network)
def version_save(request: HttpRequest, network: Network) -> HttpResponse:
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, network, form, status=422)
    kept = keep_version(network, note=form.cleaned_data["note"], actor=request.user)
    number = {"number": kept.version.number}
    if kept.created:
        messages.success(request, _("Version %(number)s is saved.") % number)
    else:
        messages.info(request, _("Nothing has changed since version %(number)s, so there is no new one.") % number)
    return redirect("projects:history", network.pk)


def _page(request: HttpRequest, network: Network, form: NoteForm, status: int = 200) -> HttpResponse:
    versions = panels.versions_of(network)
    context = panels.history(network, request.user, timezone.now()) | {
        "page": keyset_page(versions, ORDER, request.GET.get("cursor")),
        "count": count_capped(network.versions.all()),
        "form": form,
    }
    return render(request, "projects/history.html", context, status=status)


@require_safe
@access(permissions.can_see_version, on=_version)
def version(request: HttpRequest, shown: ProposalVersion) -> HttpResponse:
    """What changed up to this version: since the one before, or since `?from=`."""
    versions = shown.network.versions
    wanted = request.GET.get("from", "")
    other = versions.filter(number=int(wanted)).first() if wanted.isascii() and wanted.isdecimal() else None
    if other is None or other == shown:
        other = versions.filter(number__lt=shown.number).order_by("-number").first()
    return render(request, "projects/version.html", panels.version(shown, other, request.user, timezone.now()))


@require_safe
@access(permissions.can_see_version, on=_version)
def version_download(request: HttpRequest, shown: ProposalVersion) -> HttpResponse:
    """The canonical text: its SHA-256 is the version's."""
    answer = HttpResponse(canonical(shown.content), content_type="application/json")
    name = f"{shown.network.pk}-{shown.number}.json"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-SHA256"] = shown.digest
    return answer
