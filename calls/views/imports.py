"""Files of calls on their way in: upload, progress, report, a second person's decision."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calls.forms.catalogue import COLUMNS
from calls.forms.imports import ApplyForm, UploadForm
from calls.models import CatalogueImport, Programme
from calls.operations.imports import approve_import, discard_import, upload_import
from calls.permissions import can_apply_import, can_create_call, can_read_import
from district_portal.reports.cells import PLAIN, Echo, csv_cell
from district_portal.shared import ui
from district_portal.shared.access import access
from district_portal.shared.pagination import keyset_page

SHOWN = 200
"""Rows of each kind on the page; the file of the report has all."""


def _run(request: HttpRequest, pk: UUID) -> CatalogueImport:
    runs = CatalogueImport.objects.visible_to(request.user)
    runs = runs.select_related("programme", "uploaded_by", "applied_by")
    return get_object_or_404(runs, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_create_call)
def import_list(request: HttpRequest) -> HttpResponse:
    """The files of one's region and the form for one more; POST uploads it."""
    programmes = Programme.objects.run_by(request.user)
    if request.method != "POST":
        return _list_page(request, UploadForm(programmes=programmes))
    form = UploadForm(request.POST, request.FILES, programmes=programmes)
    if not form.is_valid():
        return _list_page(request, form, status=422)
    file = form.cleaned_data["file"]
    run = upload_import(
        form.cleaned_data["programme"],
        actor=request.user,
        name=file.name,
        content=file.read(),
        language=ui.language(),
    )
    messages.success(request, _("The file is being checked. Nothing is saved yet."))
    return redirect(run)


def _list_page(request: HttpRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    runs = CatalogueImport.objects.visible_to(request.user).select_related("programme", "uploaded_by").defer("report")
    page = keyset_page(runs, ["-uploaded_at", "-uuid"], request.GET.get("cursor"))
    context = {"form": form, "page": page, "columns": COLUMNS}
    return render(request, "publishing/imports.html", context, status=status)


@require_safe
@access(can_read_import, on=_run)
def import_detail(request: HttpRequest, run: CatalogueImport) -> HttpResponse:
    """How far it is, and the report. Asks for itself until the worker is done."""
    context = {"run": run, "may_apply": can_apply_import(request.user, run), **_report(run)}
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, "publishing/_import.html" if partial else "publishing/import.html", context)


def _report(run: CatalogueImport) -> dict[str, Any]:
    rows = run.report.get("rows", [])
    counts = run.report.get("counts", {})
    groups = [
        (outcome, [row for row in rows if row["outcome"] == outcome][:SHOWN])
        for outcome in ("error", "changed", "created")
        if counts.get(outcome)
    ]
    return {"counts": counts, "groups": groups, "shown": SHOWN, "done": run.report.get("done", 0)}


@require_safe
@access(can_read_import, on=_run)
def import_report(request: HttpRequest, run: CatalogueImport) -> StreamingHttpResponse:
    """The report as CSV: a line for each row, or for each error of a row."""
    answer = StreamingHttpResponse(_lines(run.report.get("rows", [])), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{run.uploaded_at:%Y-%m-%d}.csv"'
    return answer


def _lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield writer.writerow(["line", "external_id", "title", "outcome", "fields", "field", "message"])
    for row in rows:
        told = [row["line"], row["external_id"], row["title"], row["outcome"], ";".join(row["fields"])]
        for field, words in row["problems"] or [("", "")]:
            yield writer.writerow([csv_cell(value, PLAIN) for value in (*told, field, words)])


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_apply_import, on=_run)
def import_apply(request: HttpRequest, run: CatalogueImport) -> HttpResponse:
    form = ApplyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        approve_import(run, actor=request.user, note=form.cleaned_data["note"])
        messages.success(request, _("The file is being applied"))
        return redirect(run)
    context = {"run": run, "form": form, "counts": run.report.get("counts", {})}
    return render(request, "publishing/import_apply.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@access(can_read_import, on=_run)
def import_discard(request: HttpRequest, run: CatalogueImport) -> HttpResponse:
    discard_import(run, actor=request.user)
    messages.success(request, _("The file is put aside"))
    return redirect("publishing:imports")
