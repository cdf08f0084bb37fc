"""The Region's lists of a selection, one proposal, and what was sent."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assessment import permissions
from assessment.filters import AssessmentFilter
from assessment.models import Assessment
from assessment.panels.assessments import calls_in_selection, next_step, progress_of, proposal_page
from assessment.panels.contents import content_of, reading
from assessment.panels.frame import call_frame, proposal_frame
from calls.models import Call
from district_portal.reports.lists import Column, list_answer
from district_portal.shared.access import access
from district_portal.shared.pagination import count_capped, keyset_page
from projects.models import Attachment, Network
from projects.views.attachments import attachment_answer

log = logging.getLogger(__name__)


def columns_of(call: Call) -> list[Column]:
    now = timezone.now()
    return [
        Column("id", gettext_lazy("Network"), lambda row: str(row.network_id)),
        Column("title", gettext_lazy("Title"), lambda row: row.network.title),
        Column("lead", gettext_lazy("Lead"), lambda row: row.lead_name),
        Column("district", gettext_lazy("District"), lambda row: row.network.district.slug),
        Column("state", gettext_lazy("State"), lambda row: row.state),
        Column("received", gettext_lazy("Received"), lambda row: row.received_at),
        Column("days", gettext_lazy("Days"), lambda row: row.age_at(now, call.closes_at)),
        Column("checks", gettext_lazy("Checks done"), lambda row: row.checks_done),
        Column("evaluators", gettext_lazy("Evaluators"), lambda row: row.evaluators_standing),
        Column("handed_in", gettext_lazy("Scores handed in"), lambda row: row.evaluators_done),
        Column("points", gettext_lazy("Points"), lambda row: row.score),
        Column("grant", gettext_lazy("Grant asked (EUR)"), lambda row: row.grant),
        Column("cost", gettext_lazy("Cost (EUR)"), lambda row: row.cost),
    ]


# --- Rows, as far as the person may see them -----------------------------------------------------------------------


def call_of(request: HttpRequest, slug: str) -> Call:
    return get_object_or_404(Call.objects.visible_to(request.user).select_related("programme"), slug=slug)


def assessment_of(request: HttpRequest, slug: str, uuid: UUID, **more: Any) -> Assessment:
    rows = Assessment.objects.visible_to(request.user)
    rows = rows.select_related("network__call__programme", "network__district", "submission__sent_by")
    return get_object_or_404(rows, network=uuid, network__call__slug=slug)


# --- Pages ---------------------------------------------------------------------------------------------------------


@require_safe
@access(permissions.can_open_assessment)
def overview(request: HttpRequest) -> HttpResponse:
    return render(request, "assessment/assessment_overview.html", {"calls": calls_in_selection(request.user)})


@require_safe
@access(permissions.can_read_selection, on=call_of)
def call(request: HttpRequest, call: Call) -> HttpResponseBase:
    rows = Assessment.objects.visible_to(request.user).filter(network__call=call).with_progress()
    progress = progress_of(call)
    found = AssessmentFilter(request.GET, rows, request=request, evaluators=progress["evaluators"])
    if answer := list_answer(request, found.qs, order=found.order, columns=columns_of(call)):
        return answer
    now = timezone.now()
    page = keyset_page(found.qs, found.order, request.GET.get("cursor"))
    context = {
        **call_frame(call, request.user, "call"),
        "next_step": next_step(call, now)
        if not request.htmx and permissions.can_run_selection(request.user, call)
        else None,
        "filter": found,
        "page": page,
        "rows": [(row, row.age_at(now, call.closes_at)) for row in page],
        "count": count_capped(found.qs),
        "progress": progress,
        "now": now,
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, f"assessment/assessment_{'results' if partial else 'list'}.html", context)


@require_safe
@access(permissions.can_read_assessment, on=assessment_of)
def proposal(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    return render(
        request, "assessment/assessment_proposal.html", proposal_page(assessment, request.user, timezone.now())
    )


@require_safe
@access(permissions.can_read_assessment, on=assessment_of)
def proposal_reading(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    content = content_of(assessment.submission)
    context = {
        **proposal_frame(assessment, request.user, "reading"),
        "sections": reading(content, assessment.network.call),
        "attachments": content["attachments"],
    }
    return render(request, "assessment/assessment_reading.html", context)


def _sent_attachment(request: HttpRequest, slug: str, uuid: UUID, sha256: str) -> Attachment:
    assessment = assessment_of(request, slug, uuid)
    return attachment_sent(assessment, sha256)


def attachment_sent(assessment: Assessment, sha256: str) -> Attachment:
    """A document of the submission that counts, by its hash, whatever became of it in the network since."""
    if all(each["sha256"] != sha256 for each in content_of(assessment.submission)["attachments"]):
        raise Http404
    row = Attachment.objects.filter(network=assessment.network_id, sha256=sha256).order_by("pk").first()
    if row is None:
        raise Http404
    row.network = assessment.network
    return row


def _may_read(user: Any, row: Attachment) -> bool:
    return permissions.can_read_selection(user, row.network.call)


@require_safe
@access(_may_read, on=_sent_attachment)
def attachment(request: HttpRequest, row: Attachment) -> FileResponse:
    log.info("attachment %s of a sent proposal downloaded by user %s", row.pk, request.user.pk)
    return attachment_answer(row)


def network_with_rejection(request: HttpRequest, uuid: UUID) -> Assessment:
    """For the network's own people: a proposal of theirs whose rejection was announced."""
    networks = Network.objects.visible_to(request.user).values("pk")
    rows = Assessment.objects.filter(network__in=networks, announced__isnull=False)
    rows = rows.select_related("announced__answered_by", "network__call__programme", "network__district")
    return get_object_or_404(rows, network=uuid)
