"""An evaluator's own pages: what waits, the declaration, the proposal, the scores, and the others' after that."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment import permissions
from assessment.filters import EvaluationFilter
from assessment.forms.evaluators import DeclarationForm
from assessment.forms.scoring import ScoresForm
from assessment.models import Assignment, EvaluatorProfile, Score
from assessment.operations import declarations, scoring
from assessment.panels.contents import content_of, reading
from assessment.panels.evaluations import compared, evaluation_page
from assessment.states import Conflict
from assessment.views.assessments import attachment_sent
from calls.procedure import criteria_of
from district_portal.reports.lists import Column, list_answer
from district_portal.shared.access import access
from district_portal.shared.errors import DomainError
from district_portal.shared.pagination import count_capped, keyset_page
from projects.models import Attachment
from projects.views.attachments import attachment_answer

log = logging.getLogger(__name__)

ORDER = ["due_key", "pk"]
COLUMNS = [
    Column("id", gettext_lazy("Evaluation"), lambda row: row.pk),
    Column("title", gettext_lazy("Title"), lambda row: row.assessment.network.title),
    Column("call", gettext_lazy("Call"), lambda row: row.assessment.network.call.slug),
    Column("state", gettext_lazy("State"), lambda row: row.status.partition(":")[2]),
    Column("due", gettext_lazy("Scores by"), lambda row: row.due_on),
    Column("assigned", gettext_lazy("Assigned"), lambda row: row.assigned_at),
    Column("handed_in", gettext_lazy("Handed in"), lambda row: row.submitted_at),
]
SCORE_COLUMNS = [
    Column("evaluator", gettext_lazy("Evaluator"), lambda score: score.number),
    Column("criterion", gettext_lazy("Criterion"), lambda score: score.criterion),
    Column("points", gettext_lazy("Points"), lambda score: score.points),
    Column("reason", gettext_lazy("Reason"), lambda score: score.reason),
]


def _own(request: HttpRequest, pk: int) -> Assignment:
    rows = Assignment.objects.of(request.user)
    rows = rows.select_related("assessment__network__call__programme", "assessment__network__district", "evaluator")
    return get_object_or_404(rows.select_related("assessment__submission"), pk=pk)


# --- List ----------------------------------------------------------------------------------------------------------


@require_safe
@access(permissions.can_evaluate)
def evaluations(request: HttpRequest) -> HttpResponseBase:
    rows = Assignment.objects.of(request.user).annotate(due_key=Coalesce(F("due_on"), Value(date.max)))
    found = EvaluationFilter(request.GET, rows, request=request)
    listed = found.found.select_related("assessment__network__call", "assessment__network__district")
    if answer := list_answer(request, listed, order=ORDER, columns=COLUMNS):
        return answer
    context = {
        "filter": found,
        "page": keyset_page(listed, ORDER, request.GET.get("cursor")),
        "count": count_capped(listed),
        "now": timezone.now(),
        "has_profile": EvaluatorProfile.objects.filter(user=request.user).exists(),
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, f"assessment/evaluation_{'results' if partial else 'list'}.html", context)


# --- One proposal --------------------------------------------------------------------------------------------------


@require_safe
@access(permissions.can_open_assignment, on=_own)
def evaluation(request: HttpRequest, row: Assignment) -> HttpResponse:
    return render(request, "assessment/evaluation.html", _page(row))


def _page(row: Assignment, **forms: Any) -> dict[str, Any]:
    rows = {score.criterion: score for score in row.scores.all()}
    grid = criteria_of(row.assessment.network.call)
    return {
        **evaluation_page(row, timezone.now()),
        "declaration": DeclarationForm(),
        "form": ScoresForm(criteria=grid.criteria, scores=rows),
        **forms,
    }


@require_POST
@access(permissions.can_open_assignment, on=_own)
def declare(request: HttpRequest, row: Assignment) -> HttpResponse:
    form = DeclarationForm(request.POST)
    if not form.is_valid():
        return render(request, "assessment/evaluation.html", _page(row, declaration=form), status=422)
    conflict = form.cleaned_data["declared"] == Conflict.CONFLICT
    declarations.declare(row, conflict=conflict, note=form.cleaned_data["note"], actor=request.user)
    if conflict:
        messages.success(request, _("Declared. You do not evaluate this proposal; somebody else is asked."))
        return redirect("assessment:evaluations")
    messages.success(request, _("Declared. The proposal is open to you now."))
    return redirect("assessment:evaluation", row.pk)


@require_safe
@access(permissions.can_read_assigned, on=_own)
def evaluation_reading(request: HttpRequest, row: Assignment) -> HttpResponse:
    content = content_of(row.assessment.submission)
    context = {
        **evaluation_page(row, timezone.now()),
        "sections": reading(content, row.assessment.network.call),
        "attachments": content["attachments"],
    }
    return render(request, "assessment/evaluation_reading.html", context)


def _attachment(request: HttpRequest, pk: int, sha256: str) -> tuple[Assignment, Attachment]:
    row = _own(request, pk)
    return row, attachment_sent(row.assessment, sha256)


def _may_download(user: Any, found: tuple[Assignment, Attachment]) -> bool:
    return permissions.can_read_assigned(user, found[0])


@require_safe
@access(_may_download, on=_attachment)
def evaluation_attachment(request: HttpRequest, found: tuple[Assignment, Attachment]) -> FileResponse:
    log.info("attachment %s downloaded by evaluator %s", found[1].pk, request.user.pk)
    return attachment_answer(found[1])


# --- Scores --------------------------------------------------------------------------------------------------------


@require_POST
@access(permissions.can_open_assignment, on=_own)
def scores(request: HttpRequest, row: Assignment) -> HttpResponse:
    """Save a draft."""
    grid = criteria_of(row.assessment.network.call)
    form = ScoresForm(request.POST, criteria=grid.criteria, scores={})
    if not form.is_valid():
        return render(request, "assessment/evaluation.html", _page(row, form=form), status=422)
    try:
        scoring.save_scores(row, given=form.given, actor=request.user)
    except scoring.StaleScores as stale:
        return _stale(request, row, stale)
    except DomainError as refused:
        return _refused(request, row, form, refused)
    if "check" in request.POST:
        return redirect("assessment:hand_in", row.pk)
    messages.success(request, _("Your draft is saved. Nobody else sees it."))
    return redirect("assessment:evaluation", row.pk)


def _refused(request: HttpRequest, row: Assignment, form: ScoresForm, refused: DomainError) -> HttpResponse:
    """The proposal is not to be scored any more: what was typed is shown, so that nobody has to write it again."""
    row.refresh_from_db(fields=["revoked_at", "declared", "submitted_at"])
    typed = [(criterion, points.value(), reason.value()) for criterion, points, reason, _version in form.rows]
    kept = [each for each in typed if each[1] or each[2]]
    return render(request, "assessment/evaluation.html", _page(row, refused=refused.message, typed=kept), status=409)


def _stale(request: HttpRequest, row: Assignment, stale: scoring.StaleScores) -> HttpResponse:
    """What was typed stays in the form, with the versions of what was saved meanwhile, which stands beside it."""
    typed = request.POST.copy()
    for code, score in stale.theirs.items():
        typed[f"version_{code}"] = str(score.version)
    written = {code: score for code, score in stale.theirs.items() if score.points is not None or score.reason}
    grid = criteria_of(row.assessment.network.call)
    form = ScoresForm(typed, criteria=grid.criteria, scores={})
    context = _page(row, form=form, stale=stale.message, theirs=written)
    return render(request, "assessment/evaluation.html", context, status=409)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_read_assigned, on=_own)
def hand_in(request: HttpRequest, row: Assignment) -> HttpResponse:
    """Look at the saved draft as a whole, then hand it in."""
    if request.method == "POST":
        scoring.hand_in_scores(row, given={}, actor=request.user)
        messages.success(request, _("Handed in. You can see the others' scores as soon as they are in."))
        return redirect("assessment:evaluation", row.pk)
    return render(request, "assessment/evaluation_hand_in.html", evaluation_page(row, timezone.now()))


@require_safe
@access(permissions.can_compare_scores, on=_own)
def others(request: HttpRequest, row: Assignment) -> HttpResponseBase:
    """The scores of all who have handed in, by number: nobody's name."""
    found = _handed_in(row)
    if answer := list_answer(request, found, order=["number", "pk"], columns=SCORE_COLUMNS):
        return answer
    context = {**evaluation_page(row, timezone.now()), **compared(row)}
    return render(request, "assessment/evaluation_others.html", context)


def _handed_in(row: Assignment) -> QuerySet[Score]:
    standing = Assignment.objects.standing().filter(assessment=row.assessment_id, submitted_at__isnull=False)
    return Score.objects.filter(assignment__in=standing.values("pk")).annotate(number=F("assignment__number"))
