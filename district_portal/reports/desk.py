"""What of the reports waits for a person: those that stopped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from district_portal.reports.models import ReportRun
from district_portal.reports.permissions import can_request_reports
from district_portal.reports.rows import run_rows
from district_portal.reports.states import RunState
from district_portal.shared.desk import DeskTask

RECENT = timedelta(days=7)


def stopped_reports(user: Any, now: datetime) -> Iterable[DeskTask]:
    """Reports of the last week that stopped and were neither tried again nor cancelled."""
    if not can_request_reports(user):
        return []
    recent = ReportRun.objects.visible_to(user).filter(state=RunState.STOPPED, finished_at__gt=now - RECENT)
    return [
        DeskTask(
            title=_("Try “%(report)s” again") % {"report": row.title},
            context=row.run.error,
            icon="it-download",
            action=_("See the report"),
            url=row.run.get_absolute_url(),
            created=row.run.finished_at,
        )
        for row in run_rows(recent.select_related("requester"))
    ]
