"""The budget as a spreadsheet: download, upload with a preview, taking over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calls.rules.aid import Activity
from calls.rules.words import CostCategory
from district_portal.shared.access import access
from district_portal.shared.errors import DomainError
from projects import permissions
from projects.forms.budget import FileForm
from projects.models import Network
from projects.operations import budget_files as operations
from projects.panels.budget import editable_partners
from projects.panels.budget_file import workbook
from projects.panels.frame import frame
from projects.views.rows import visible_network

SALT, HOUR = "budget import", 3600
SHOWN = 300
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@access(permissions.can_see_network, on=visible_network)
def budget_file(request: HttpRequest, network: Network) -> HttpResponse:
    answer = HttpResponse(workbook(network), content_type=XLSX)
    name = slugify(network.title)[:60] or "network"
    answer["Content-Disposition"] = f'attachment; filename="budget-{name}.xlsx"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_write_network, on=visible_network)
def budget_import(request: HttpRequest, network: Network) -> HttpResponse:
    """The file is read and compared; nothing is written before `budget_import_apply`."""
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if not form.is_valid():
        return _page(request, network, form, status=422 if form.is_bound else 200)
    places = operations.places_of(network)
    writable = _writable(request, network)
    try:
        wanted = operations.read_file(network, form.cleaned_data["file"], places=places, writable=writable)
    except operations.Unusable as unusable:
        return _page(request, network, form, status=422, errors=unusable.errors)
    differing = operations.changes(places.current, wanted)
    if not differing:
        messages.info(request, _("The file says what is here already: nothing to take over."))
        return redirect("projects:budget", network.pk)
    rows = [[*key, str(amount)] for key, amount in wanted.items()]
    kept = {"network": str(network.pk), "seen": operations.token(places.current), "rows": rows}
    more = {
        "differing": _named(network, dict(list(differing.items())[:SHOWN])),
        "count": len(differing),
        "more": max(len(differing) - SHOWN, 0),
        "kept": signing.dumps(kept, salt=SALT, compress=True),
    }
    return _page(request, network, FileForm(), **more)


@require_POST
@access(permissions.can_write_network, on=visible_network)
def budget_import_apply(request: HttpRequest, network: Network) -> HttpResponse:
    """`kept` is what the preview showed, signed."""
    try:
        kept = signing.loads(request.POST.get("kept", ""), salt=SALT, max_age=HOUR)
    except signing.BadSignature:
        kept = {}
    if kept.get("network") != str(network.pk):
        raise DomainError(_("This preview is too old. Choose the file again: nothing was taken over."))
    field = forms.DecimalField()
    wanted = {(row[0], row[1], row[2], row[3]): field.clean(row[4]) for row in kept["rows"]}
    writable = _writable(request, network)
    number = operations.apply_amounts(network, wanted, seen=kept["seen"], writable=writable, actor=request.user)
    if not number:
        messages.info(request, _("The file says what is here already: nothing to take over."))
        return redirect("projects:budget", network.pk)
    words = ngettext("%(count)s amount is taken over.", "%(count)s amounts are taken over.", number)
    messages.success(request, words % {"count": number})
    return redirect("projects:budget", network.pk)


def _writable(request: HttpRequest, network: Network) -> list[int]:
    return editable_partners(network, network.partners.accepted(), request.user)


def _named(network: Network, differing: dict[operations.Key, Any]) -> list[tuple[str, Any, Any]]:
    partners = dict(network.partners.values_list("pk", "organisation__name"))
    packages = dict(network.work_packages.values_list("pk", "number"))
    return [
        (
            f"{partners[partner]}, WP{packages[package]}, {CostCategory(category).label}, {Activity(activity).label}",
            old,
            new,
        )
        for (partner, package, category, activity), (old, new) in differing.items()
    ]


def _page(request: HttpRequest, network: Network, form: FileForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {**frame(network, request.user, "budget", timezone.now()), "form": form, **more}
    return render(request, "projects/budget_import.html", context, status=status)
