"""Pages for the portal's administrators: what waits, what was given up, who works, and the demonstration's mails."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.mail import get_connection
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from district_portal.accounts.models import User
from district_portal.models import Heartbeat
from district_portal.notifications.models import OutboxRow, OutboxState, SinkMail
from district_portal.notifications.sink import EmailBackend
from district_portal.reports.models import ReportRun
from district_portal.reports.states import RunState
from district_portal.shared.access import access
from district_portal.shared.pagination import keyset_page

WAITING_TOO_LONG = timedelta(minutes=10)
DISK_LOW = 0.1
PROBLEMS = {
    "messages_wait": gettext_lazy("A message has been waiting for more than ten minutes."),
    "messages_given_up": gettext_lazy("Messages were given up: try them again or abandon them below."),
    "no_worker_for_messages": gettext_lazy("No worker for messages was seen in the last 30 seconds."),
    "no_worker_for_reports": gettext_lazy("No worker for reports was seen in the last 30 seconds."),
    "disk_nearly_full": gettext_lazy("Less than a tenth of the disk is free."),
    "migrations_missing": gettext_lazy("Migrations are missing: run manage.py migrate."),
}


def is_administrator(user: User, row: object = None) -> bool:
    return user.is_staff


def _outbox() -> dict[str, Any]:
    rows = OutboxRow.objects
    waiting = rows.filter(state=OutboxState.WAITING)
    facts = waiting.aggregate(
        waiting=Count("pk"), oldest=Min("created_at"), failing=Count("pk", filter=Q(attempts__gt=1))
    )
    yesterday = timezone.now() - timedelta(days=1)
    return facts | {
        "delivered": rows.filter(state=OutboxState.DONE, done_at__gt=yesterday).count(),
        "dead": rows.filter(state=OutboxState.DEAD).count(),
    }


def _reports() -> dict[str, Any]:
    unfinished = ReportRun.objects.unfinished()
    facts = unfinished.aggregate(
        waiting=Count("pk"), oldest=Min("requested_at"), building=Count("pk", filter=Q(state=RunState.BUILDING))
    )
    return facts | {"stopped": ReportRun.objects.filter(state=RunState.STOPPED).count()}


def _workers() -> list[dict[str, Any]]:
    rows = Heartbeat.objects.order_by("queue", "worker")
    return [{"worker": row.worker, "queue": row.queue, "seen_at": row.seen_at, "late": row.is_late} for row in rows]


def _storage() -> dict[str, int]:
    """Bytes: of the disk that holds uploads and reports, and of the database."""
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists():
        folder = folder.parent
    disk = shutil.disk_usage(folder)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        (database,) = cursor.fetchone()
    return {"disk_free": disk.free, "disk_total": disk.total, "database": database}


def _version() -> dict[str, Any]:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return {
        "commit": settings.COMMIT or _commit_of_work_tree(),
        "migrations": len(executor.loader.applied_migrations),
        "missing_migrations": [str(migration) for migration, _backwards in missing],
    }


def _commit_of_work_tree() -> str:
    """The commit that a checkout stands at; empty where there is none."""
    git = settings.BASE_DIR / ".git"
    try:
        head = (git / "HEAD").read_text().strip().removeprefix("ref: ")
        return (git / head).read_text().strip() if head.startswith("refs/") else head
    except OSError:  # no checkout, or its references are packed
        return ""


def facts() -> dict[str, Any]:
    """All that the status page knows; moments are aware, sizes bytes. `problems` names what needs somebody now."""
    found = {
        "outbox": _outbox(),
        "reports": _reports(),
        "workers": _workers(),
        "storage": _storage(),
        "version": _version(),
    }
    found["problems"] = _problems(found, timezone.now())
    return found


def _problems(found: dict[str, Any], now: datetime) -> list[str]:
    fresh = {row["queue"] for row in found["workers"] if not row["late"]}
    oldest = found["outbox"]["oldest"]
    checks = {
        # What fails is tried again for days; what nobody even tries is a matter of minutes.
        "messages_wait": bool(oldest and oldest < now - WAITING_TOO_LONG),
        "messages_given_up": bool(found["outbox"]["dead"]),
        "no_worker_for_messages": "messages" not in fresh,
        "no_worker_for_reports": "reports" not in fresh and not found["reports"]["building"],
        "disk_nearly_full": found["storage"]["disk_free"] < found["storage"]["disk_total"] * DISK_LOW,
        "migrations_missing": bool(found["version"]["missing_migrations"]),
    }
    return [name for name, holds in checks.items() if holds]


@require_safe
@access(is_administrator)
def overview(request: HttpRequest) -> HttpResponse:
    """What waits, what was given up, who works, and on what. `?format=json`: the same for programs."""
    found = facts()
    if request.GET.get("format") == "json":
        return JsonResponse(found)
    dead = OutboxRow.objects.filter(state=OutboxState.DEAD).select_related("user")
    page = keyset_page(dead, ["-created_at", "-pk"], request.GET.get("cursor"))
    has_sink = isinstance(get_connection(), EmailBackend)
    problems = [PROBLEMS[name] for name in found["problems"]]
    return render(request, "status/overview.html", found | {"page": page, "has_sink": has_sink, "problems": problems})


def dead_row(request: HttpRequest, pk: int) -> OutboxRow:
    return get_object_or_404(OutboxRow, pk=pk, state=OutboxState.DEAD)


@require_POST
@access(is_administrator, on=dead_row)
def retry_message(request: HttpRequest, row: OutboxRow) -> HttpResponse:
    OutboxRow.objects.filter(pk=row.pk, state=OutboxState.DEAD).update(
        state=OutboxState.WAITING, attempts=0, next_at=timezone.now(), lease_until=None
    )
    messages.success(request, _("The message is waiting again and will be tried within seconds."))
    return redirect("status")


@require_POST
@access(is_administrator, on=dead_row)
def abandon_message(request: HttpRequest, row: OutboxRow) -> HttpResponse:
    OutboxRow.objects.filter(pk=row.pk, state=OutboxState.DEAD).update(state=OutboxState.ABANDONED)
    messages.success(request, _("The message is abandoned."))
    return redirect("status")


def _require_sink() -> None:
    """The sink exists only where mails are kept instead of sent."""
    if not settings.EMAIL_URL.startswith("sink:"):
        raise Http404


@require_safe
@access(is_administrator)
def mail_list(request: HttpRequest) -> HttpResponse:
    _require_sink()
    mails = SinkMail.objects.defer("html", "attachments")
    if query := request.GET.get("q", "").strip():
        mails = mails.filter(Q(to__icontains=query) | Q(subject__icontains=query))
    page = keyset_page(mails, ["-created_at", "-pk"], request.GET.get("cursor"), size=50)
    return render(request, "status/mail_list.html", {"page": page, "query": query})


def kept_mail(request: HttpRequest, pk: int) -> SinkMail:
    _require_sink()
    return get_object_or_404(SinkMail, pk=pk)


@require_safe
@access(is_administrator, on=kept_mail)
def mail_detail(request: HttpRequest, mail: SinkMail) -> HttpResponse:
    return render(request, "status/mail_detail.html", {"mail": mail})
