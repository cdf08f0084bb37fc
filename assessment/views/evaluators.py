"""Evaluators of a call: who they are, who evaluates what, and the profile that they fill in themselves."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment import permissions
from assessment.forms.admissibility import ReasonForm
from assessment.forms.evaluators import AssignAllForm, AssignForm, DueForm, ProfileForm
from assessment.models import Assessment, Assignment, EvaluatorProfile
from assessment.operations import assignment as operations
from assessment.panels.assessments import assignments_of
from assessment.panels.frame import call_frame, proposal_frame
from assessment.panels.ties import candidates, evaluators_page, plan_page, shortage
from assessment.states import AssessmentState
from assessment.views.assessments import assessment_of, call_of
from calls.models import Call
from calls.procedure import procedure_of
from district_portal.accounts.models import User
from district_portal.shared.access import access
from district_portal.shared.arrival import moment_of_arrival

WEEKS = 3


def _due() -> str:
    return (timezone.localdate() + timedelta(weeks=WEEKS)).isoformat()


# --- The whole call ------------------------------------------------------------------------------------------------


@require_safe
@access(permissions.can_read_selection, on=call_of)
def evaluators(request: HttpRequest, call: Call) -> HttpResponse:
    rows = evaluators_page(call)
    context = {
        **call_frame(call, request.user, "evaluators"),
        "evaluators": rows,
        "shortage": shortage(call, rows),
        "evaluators_each": procedure_of(call).evaluators,
    }
    return render(request, "assessment/evaluator_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_run_selection, on=call_of)
def assign_all(request: HttpRequest, call: Call) -> HttpResponse:
    """A preview of the plan, then the plan itself: only as it was looked at."""
    bound = request.method == "POST"
    form = AssignAllForm(request.POST if bound else None)
    if bound and form.is_valid():
        made = operations.assign_all(
            call,
            digest=form.cleaned_data["digest"],
            due_on=form.cleaned_data["due_on"],
            actor=request.user,
            moment=moment_of_arrival(),
        )
        words = ngettext("%(count)s assignment is made.", "%(count)s assignments are made.", len(made))
        messages.success(request, words % {"count": len(made)})
        return redirect("assessment:evaluators", call.slug)
    planned = operations.plan_assignments(call)
    if not bound:
        form = AssignAllForm(initial={"digest": planned.plan.digest, "due_on": _due()})
    context = {**call_frame(call, request.user, "evaluators"), **plan_page(call, planned), "form": form}
    return render(request, "assessment/assign_plan.html", context, status=422 if bound else 200)


# --- One proposal --------------------------------------------------------------------------------------------------


@require_safe
@access(permissions.can_read_assessment, on=assessment_of)
def proposal_candidates(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    context = {
        **proposal_frame(assessment, request.user, "candidates"),
        **candidates(assessment),
        "assignments": assignments_of(assessment, request.user),
        "wanted": procedure_of(assessment.network.call).evaluators,
        "in_evaluation": assessment.state == AssessmentState.ADMITTED,
        "form": DueForm(initial={"due_on": _due()}),
        "now": timezone.now(),
    }
    return render(request, "assessment/assign_candidates.html", context)


@require_POST
@access(permissions.can_run_assessment, on=assessment_of)
def assign(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    form = AssignForm(request.POST, assessment=assessment)
    if not form.is_valid():
        context = {
            **proposal_frame(assessment, request.user, "candidates"),
            **candidates(assessment),
            "assignments": assignments_of(assessment, request.user),
            "wanted": procedure_of(assessment.network.call).evaluators,
            "in_evaluation": assessment.state == AssessmentState.ADMITTED,
            "form": form,
            "now": timezone.now(),
        }
        return render(request, "assessment/assign_candidates.html", context, status=422)
    row = operations.assign_evaluator(
        assessment,
        evaluator=form.cleaned_data["evaluator"],
        due_on=form.cleaned_data["due_on"],
        actor=request.user,
        moment=moment_of_arrival(),
    )
    messages.success(request, _("%(name)s has the proposal, and a message.") % {"name": row.evaluator})
    return redirect("assessment:candidates", assessment.network.call.slug, assessment.network_id)


def _assignment(request: HttpRequest, slug: str, uuid: UUID, pk: int) -> Assignment:
    assessment = assessment_of(request, slug, uuid)
    row = get_object_or_404(Assignment.objects.select_related("evaluator"), assessment=assessment, pk=pk)
    row.assessment = assessment
    return row


def _may_run(user: User, row: Assignment) -> bool:
    return permissions.can_run_assessment(user, row.assessment)


@require_http_methods(["GET", "HEAD", "POST"])
@access(_may_run, on=_assignment)
def revoke(request: HttpRequest, row: Assignment) -> HttpResponse:
    form = ReasonForm(request.POST if request.method == "POST" else None)
    args = [row.assessment.network.call.slug, row.assessment.network_id]
    if form.is_valid():
        operations.revoke_assignment(
            row, reason=form.cleaned_data["reason"], actor=request.user, moment=moment_of_arrival()
        )
        messages.success(request, _("The proposal is taken back from %(name)s.") % {"name": row.evaluator})
        return redirect("assessment:candidates", *args)
    scored = _("The scores that were handed in count no more.") if row.submitted_at else ""
    context = {
        **proposal_frame(row.assessment, request.user, "candidates"),
        "title": _("Take the proposal back from %(name)s?") % {"name": row.evaluator},
        "text": " ".join(filter(None, [_("The evaluator gets a message, without the reason."), scored])),
        "button": _("Take back"),
        "danger": True,
        "form": form,
        "url": request.path,
        "cancel_url": reverse("assessment:candidates", args=args),
    }
    return render(request, "assessment/assessment_confirm.html", context, status=422 if form.is_bound else 200)


@require_POST
@access(_may_run, on=_assignment)
def remind(request: HttpRequest, row: Assignment) -> HttpResponse:
    operations.remind_evaluator(row, actor=request.user, moment=moment_of_arrival())
    messages.success(request, _("%(name)s has a reminder.") % {"name": row.evaluator})
    return redirect("assessment:candidates", row.assessment.network.call.slug, row.assessment.network_id)


# --- The evaluator's own profile -----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_evaluate)
def profile(request: HttpRequest) -> HttpResponse:
    own = EvaluatorProfile.objects.filter(user=request.user).first() or EvaluatorProfile(user=request.user)
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=own)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("assessment:evaluations")
    return render(request, "assessment/evaluator_profile.html", {"form": form}, status=422 if form.is_bound else 200)
