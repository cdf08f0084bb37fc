"""Pages for the portal's administrators: what waits, what was given up, and the demonstration's mails."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.core.mail import get_connection
from django.db.models import Count, Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from district_portal.accounts.models import User
from district_portal.notifications.models import OutboxRow, OutboxState, SinkMail
from district_portal.notifications.sink import EmailBackend
from district_portal.reports.models import ReportRun
from district_portal.reports.states import RunState
from district_portal.shared.access import access
from district_portal.shared.pagination import keyset_page


def is_administrator(user: User, row: object = None) -> bool:
    return user.is_staff


@require_GET
@access(is_administrator)
def overview(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    outbox = OutboxRow.objects.aggregate(
        waiting=Count("pk", filter=Q(state=OutboxState.WAITING)),
        oldest=Min("created_at", filter=Q(state=OutboxState.WAITING)),
        failing=Count("pk", filter=Q(state=OutboxState.WAITING, attempts__gt=1)),
        delivered=Count("pk", filter=Q(state=OutboxState.DONE, done_at__gt=now - timedelta(days=1))),
    )
    reports = ReportRun.objects.aggregate(
        waiting=Count("pk", filter=Q(state__in=[RunState.WAITING, RunState.BUILDING])),
        oldest=Min("requested_at", filter=Q(state__in=[RunState.WAITING, RunState.BUILDING])),
        stopped=Count("pk", filter=Q(state=RunState.STOPPED)),
    )
    dead = OutboxRow.objects.filter(state=OutboxState.DEAD).select_related("user")
    page = keyset_page(dead, ["-created_at", "-pk"], request.GET.get("cursor"))
    has_sink = isinstance(get_connection(), EmailBackend)
    return render(
        request, "status/overview.html", {"outbox": outbox, "reports": reports, "page": page, "has_sink": has_sink}
    )


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


@require_GET
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


@require_GET
@access(is_administrator, on=kept_mail)
def mail_detail(request: HttpRequest, mail: SinkMail) -> HttpResponse:
    return render(request, "status/mail_detail.html", {"mail": mail})
