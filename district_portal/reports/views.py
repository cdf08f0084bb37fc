"""Pages of the reports: request one, watch it being built, download it."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from district_portal.reports import operations, registry
from district_portal.reports.forms import request_form
from district_portal.reports.models import Format, ReportRun
from district_portal.reports.permissions import can_read_run, can_request_reports
from district_portal.reports.rows import RunRow, run_rows
from district_portal.shared.access import access
from district_portal.shared.errors import DomainError
from district_portal.shared.pagination import keyset_page

log = logging.getLogger(__name__)


def own_run(request: HttpRequest, pk: Any) -> ReportRun:
    """The person's run. Who may request no reports at all hears that, not whether the run exists."""
    if not can_request_reports(request.user):
        raise PermissionDenied
    return get_object_or_404(ReportRun.objects.visible_to(request.user).select_related("requester"), pk=pk)


def _row(run: ReportRun) -> RunRow:
    return run_rows([run])[0]


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_request_reports)
def run_list(request: HttpRequest) -> HttpResponse:
    """Own runs and the forms to request more; POST requests one."""
    return _request_report(request) if request.method == "POST" else _list(request)


def _list(request: HttpRequest, wrong: Any = None, status: int = 200) -> HttpResponse:
    runs = ReportRun.objects.visible_to(request.user)
    page = keyset_page(runs, ["-requested_at", "-uuid"], request.GET.get("cursor"))
    forms = [
        wrong if wrong and wrong["report"].value() == report.name else _empty_form(request, report)
        for report in registry.reports_for(request.user)
    ]
    titles = [report.title for report in registry.reports_for(request.user)]
    context = {
        "page": page,
        "rows": run_rows(page.rows),
        "forms": list(zip(titles, forms, strict=True)),
        "wrong": wrong,
    }
    return render(request, "reports/run_list.html", context, status=status)


def _empty_form(request: HttpRequest, report: registry.Report) -> Any:
    """The form as the address fills it in: the dashboard hands its filters over."""
    known = {name: request.GET[name] for name in report.form.base_fields if request.GET.get(name)}
    return request_form(report, request.user, **known)


def _request_report(request: HttpRequest) -> HttpResponse:
    report = registry.find(request.POST.get("report", ""))
    if report is None:
        messages.warning(request, _("Choose a report."))
        return _list(request, status=422)
    if not report.may(request.user):
        raise PermissionDenied
    form = request_form(report, request.user, request.POST)
    if not form.is_valid():
        return _list(request, wrong=form, status=422)
    run = operations.request_report(
        actor=request.user,
        report=report,
        format=form.cleaned_data["format"],
        dialect=form.cleaned_data["dialect"],
        filters=form.stored(),
        language=(get_language() or "it")[:2],
    )
    return redirect(run)


@require_safe
@access(can_read_run, on=own_run)
def run_detail(request: HttpRequest, run: ReportRun) -> HttpResponse:
    """One run; htmx asks for its row every two seconds while it is being built."""
    partial = request.htmx and not request.htmx.history_restore_request
    template = "reports/run_row.html" if partial else "reports/run_detail.html"
    return render(request, template, {"run": run, "row": _row(run)})


@require_safe
@access(can_read_run, on=own_run)
def run_download(request: HttpRequest, run: ReportRun) -> HttpResponse | FileResponse:
    """The file, as an attachment, with its SHA-256. Raises `DomainError` until it is ready and after it was removed."""
    if not run.downloadable:
        if run.unfinished:
            raise DomainError(_("The file is still being built. Download it when it is ready."))
        raise DomainError(
            _("There is no file: the report stopped, was cancelled, or its time has passed. Request it again.")
        )
    try:
        file = run.path.open("rb")
    except FileNotFoundError:
        raise DomainError(_("The file is no longer on the server. Request the report again.")) from None
    log.info("report %s (%s %s) downloaded by user %s", run.pk, run.report, run.filters, request.user.pk)
    answer = FileResponse(file, as_attachment=True, filename=run.filename, content_type=Format(run.format).media_type)
    answer["X-Content-SHA256"] = run.sha256
    answer["ETag"] = f'"{run.sha256}"'
    return answer


@require_POST
@access(can_read_run, on=own_run)
def run_cancel(request: HttpRequest, run: ReportRun) -> HttpResponse:
    operations.cancel_report(run, actor=request.user)
    messages.success(request, _("The report is cancelled."))
    return redirect(run)


@require_POST
@access(can_read_run, on=own_run)
def run_retry(request: HttpRequest, run: ReportRun) -> HttpResponse:
    operations.retry_report(run, actor=request.user)
    return redirect(run)
