"""Admissibility: the checklists, what follows from them, and the answer of a network."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment import permissions
from assessment.forms.admissibility import (
    ChecksForm,
    IntegrationForm,
    ObjectionForm,
    ReasonForm,
    RejectionForm,
    integration_initial,
)
from assessment.models import AdmissibilityCheck, Assessment
from assessment.operations import admissibility as operations
from assessment.operations import rejections
from assessment.panels.assessments import next_steps
from assessment.panels.frame import proposal_frame
from assessment.states import AssessmentState
from assessment.views.assessments import assessment_of, network_with_rejection
from assessment.words import published
from calls.procedure import procedure_of
from district_portal.shared.access import access
from district_portal.shared.arrival import moment_of_arrival
from projects.permissions import can_see_network

Stage = AdmissibilityCheck.Stage


def _proposal(assessment: Assessment) -> HttpResponse:
    return redirect("assessment:proposal", assessment.network.call.slug, assessment.network_id)


# --- Checklists ----------------------------------------------------------------------------------------------------


@require_safe
@access(permissions.can_read_assessment, on=assessment_of)
def checks(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    return render(request, "assessment/admissibility_checks.html", _checks(request, assessment))


def _staged(request: HttpRequest, slug: str, uuid: UUID, stage: str) -> Assessment:
    if stage not in Stage.values:
        raise Http404
    return assessment_of(request, slug, uuid)


@require_POST
@access(permissions.can_run_assessment, on=_staged)
def checks_save(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    stage = request.resolver_match.kwargs["stage"]
    lines = [line for line in operations.lines_of(assessment) if line[0].stage == stage]
    form = ChecksForm(request.POST, lines=lines, prefix=stage)
    if not form.is_valid():
        context = _checks(request, assessment, **{stage: form})
        return render(request, "assessment/admissibility_checks.html", context | {"invalid": form}, status=422)
    operations.save_checks(assessment, stage=stage, found=form.found, actor=request.user, moment=moment_of_arrival())
    messages.success(request, _("Saved."))
    address = reverse("assessment:checks", args=[assessment.network.call.slug, assessment.network_id])
    return redirect(f"{address}#{stage}")


def _checks(request: HttpRequest, assessment: Assessment, **bound: ChecksForm) -> dict[str, Any]:
    lines, now = operations.lines_of(assessment), timezone.now()
    announced = getattr(assessment, "announced", None)
    forms = []
    for stage in Stage:
        these = [line for line in lines if line[0].stage == stage]
        forms.append((stage, bound.get(stage.value) or ChecksForm(lines=these, prefix=stage.value)))
    return {
        **proposal_frame(assessment, request.user, "checks"),
        "stages": forms,
        "steps": next_steps(assessment, announced, now),
        "done": sum(check is not None for _item, check in lines),
        "total": len(lines),
    }


# --- What follows --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_run_assessment, on=assessment_of)
def admit(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    if request.method == "POST":
        operations.admit(assessment, actor=request.user, moment=moment_of_arrival())
        messages.success(request, _("Admitted to evaluation. Every member of the network gets a message."))
        return _proposal(assessment)
    return _ask(
        request,
        assessment,
        title=_("Admit “%(title)s” to evaluation?") % {"title": assessment.network.title},
        text=_("Every member of the network gets a message. The checks stay as they are."),
        button=_("Admit to evaluation"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_run_assessment, on=assessment_of)
def integration(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    call = assessment.network.call
    initial = integration_initial(
        assessment.network, operations.lines_of(assessment), procedure_of(call).integration_days
    )
    form = IntegrationForm(
        request.POST if request.method == "POST" else None, network=assessment.network, initial=initial
    )
    if form.is_valid():
        operations.ask_for_integration(
            assessment,
            sections=form.cleaned_data["sections"],
            text=form.cleaned_data["text"],
            due_at=form.cleaned_data["answer_by"],
            actor=request.user,
            moment=moment_of_arrival(),
        )
        messages.success(request, _("The network has a message. The clock stands still until it answers."))
        return _proposal(assessment)
    context = {**proposal_frame(assessment, request.user, "checks"), "form": form}
    return render(request, "assessment/admissibility_integration.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_run_assessment, on=assessment_of)
def announce(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    form = ReasonForm(request.POST if request.method == "POST" else None, initial={"reason": _reasons(assessment)})
    if form.is_valid():
        rejections.announce_rejection(
            assessment, reason=form.cleaned_data["reason"], actor=request.user, moment=moment_of_arrival()
        )
        messages.success(request, _("The rejection is announced. The network can answer."))
        return _proposal(assessment)
    days = procedure_of(assessment.network.call).objection_days
    return _ask(
        request,
        assessment,
        title=_("Announce the rejection of “%(title)s”?") % {"title": assessment.network.title},
        text=_("Every member of the network reads the reason. The lead has %(days)s days to answer; then you decide.")
        % {"days": days}
        if days
        else _("This call does not announce rejections."),
        button=_("Announce the rejection"),
        form=form,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_run_assessment, on=assessment_of)
def reject(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """The page shows the reason as the list of exclusions will; `preview` shows it again and decides nothing."""
    start = {"reason": _reasons(assessment)}
    form = RejectionForm(request.POST if request.method == "POST" else None, initial=start)
    if form.is_valid() and "preview" not in request.POST:
        rejections.reject(
            assessment, reason=form.cleaned_data["reason"], actor=request.user, moment=moment_of_arrival()
        )
        messages.success(request, _("Rejected. Every member of the network gets a message with the reason."))
        return _proposal(assessment)
    target = rejections.target_of(assessment)
    excluded = target == AssessmentState.EXCLUDED
    title = _("Exclude “%(title)s”?") if excluded else _("Find “%(title)s” not admissible?")
    context = {
        **proposal_frame(assessment, request.user, "checks"),
        "form": form,
        "heading": title % {"title": assessment.network.title},
        "button": _("Exclude") if excluded else _("Not admissible"),
        "target": target and f"assessment:{target}",
        "shown": published(form["reason"].value() or ""),
    }
    refused = form.is_bound and not form.is_valid()
    return render(request, "assessment/admissibility_reject.html", context, status=422 if refused else 200)


def _reasons(assessment: Assessment) -> str:
    """A draft from the lines that are not met."""
    lines = operations.lines_of(assessment)
    found = [(item, check) for item, check in lines if check is not None and check.finding != "met"]
    return "\n\n".join(
        _("Not met: “%(line)s” %(note)s") % {"line": item.text, "note": check.note} for item, check in found
    )


def _ask(request: HttpRequest, assessment: Assessment, *, form: Any = None, **words: Any) -> HttpResponse:
    cancel = reverse("assessment:checks", args=[assessment.network.call.slug, assessment.network_id])
    context = {
        **proposal_frame(assessment, request.user, "checks"),
        "form": form,
        "url": request.path,
        "cancel_url": cancel,
        "danger": False,
        **words,
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "assessment/assessment_confirm.html", context, status=status)


# --- The network's answer ------------------------------------------------------------------------------------------


def _may_see(user: Any, assessment: Assessment) -> bool:
    return can_see_network(user, assessment.network)


@require_safe
@access(_may_see, on=network_with_rejection)
def rejection(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    return render(request, "assessment/admissibility_rejection.html", _rejection(request, assessment, ObjectionForm()))


@require_POST
@access(permissions.can_answer_rejection, on=network_with_rejection)
def rejection_answer(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    moment = moment_of_arrival()
    form = ObjectionForm(request.POST)
    if not form.is_valid():
        context = _rejection(request, assessment, form)
        return render(request, "assessment/admissibility_rejection.html", context, status=422)
    rejections.answer_rejection(assessment, text=form.cleaned_data["text"], actor=request.user, moment=moment)
    messages.success(request, _("Your answer is sent. The Region decides now, and you get a message."))
    return redirect("assessment:rejection", assessment.network_id)


def _rejection(request: HttpRequest, assessment: Assessment, form: ObjectionForm) -> dict[str, Any]:
    announced, now = assessment.announced, timezone.now()
    waits = assessment.state == AssessmentState.REJECTION_ANNOUNCED and announced.answered_at is None
    return {
        "assessment": assessment,
        "network": assessment.network,
        "announced": announced,
        "form": form,
        "in_time": waits and now < announced.due_at,
        "may_answer": waits and now < announced.due_at and permissions.can_answer_rejection(request.user, assessment),
        "now": now,
    }
