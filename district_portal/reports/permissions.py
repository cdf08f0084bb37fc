"""Who may request and read reports: each report says for itself who may."""

from __future__ import annotations

from typing import Any

from district_portal.accounts.models import User
from district_portal.reports import registry
from district_portal.reports.models import ReportRun


def can_request_reports(user: Any) -> bool:
    """Whether there is any report that the person may request."""
    return user.is_authenticated and bool(registry.reports_for(user))


def can_read_run(user: User, run: ReportRun) -> bool:
    """One's own run, of a report that one may still request: a right that has ended ends for old files too."""
    report = registry.find(run.report)
    return run.requester_id == user.pk and report is not None and report.may(user)
