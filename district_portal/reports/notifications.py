"""Messages about report runs, to their requester."""

from __future__ import annotations

from district_portal.notifications.outbox import Content, Message, announce
from district_portal.reports import registry
from district_portal.reports.models import ReportRun


def _load(about: str) -> Content:
    run = ReportRun.objects.get(pk=about)
    report = registry.find(run.report)
    return Content(
        path=f"/reports/{run.pk}/",
        context={"run": run, "format": run.get_format_display(), "title": report.title if report else run.report},
    )


REPORT_READY = Message("reports/report_ready", load=_load)
REPORT_STOPPED = Message("reports/report_stopped", load=_load)


def report_ready(run: ReportRun) -> None:
    announce(REPORT_READY, about=run.pk, key=f"{run.pk}:{run.attempts}", users=[run.requester])


def report_stopped(run: ReportRun) -> None:
    announce(REPORT_STOPPED, about=run.pk, key=f"{run.pk}:{run.attempts}", users=[run.requester])
