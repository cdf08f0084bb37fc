"""The panel: meetings, proposals with all scores side by side, the points it agrees on, calibration."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment.forms.panel import ConsensusForm, MeetingForm, MinutesForm, ReasonForm
from assessment.inputs import in_selection
from assessment.models import Assessment, PanelMeeting
from assessment.operations.meetings import close_meeting, edit_meeting, open_meeting, written
from assessment.operations.panel import (
    StaleConsensus,
    close_agreed,
    close_proposal,
    reopen_proposal,
    seen,
    set_consensus,
)
from assessment.panels.calibration import calibration
from assessment.panels.frame import call_frame
from assessment.panels.panel import Sheet, rows, sheet
from assessment.permissions import (
    can_read_calibration,
    can_read_panel,
    can_read_sheet,
    can_run_assessment,
    can_run_meeting,
    can_run_selection,
    can_set_consensus,
)
from assessment.states import AssessmentState
from assessment.views.panel_rows import panel_assessment, panel_meeting, the_call
from calls.models import Call
from calls.permissions import can_prepare_call
from calls.procedure import criteria_of
from calls.states import CallState
from district_portal.shared.access import access
from district_portal.shared.errors import DomainError


@require_safe
@access(can_read_panel, on=the_call)
def panel(request: HttpRequest, call: Call) -> HttpResponse:
    meetings = list(call.panels.select_related("chair").prefetch_related("members"))
    closed = call.state == CallState.PUBLISHED and call.closes_at is not None and call.closes_at <= timezone.now()
    context = {
        **call_frame(call, request.user, "panel"),
        "rows": rows(call, request.user),
        "meetings": meetings,
        "open": next((each for each in meetings if each.closed_at is None), None),
        "may_run": can_run_selection(request.user, call) and in_selection(call),
        "may_start": closed and can_prepare_call(request.user, call),
    }
    return render(request, "assessment/panel.html", context)


# --- Meetings --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_run_selection, on=the_call)
def panel_new(request: HttpRequest, call: Call) -> HttpResponse:
    form = MeetingForm(request.POST if request.method == "POST" else None, call=call)
    if not form.is_valid():
        return _meeting_page(request, call, form, None)
    open_meeting(call, actor=request.user, **form.cleaned_data)
    messages.success(request, _("The meeting is open. Its members can agree on points now."))
    return redirect("assessment:panel", slug=call.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_run_meeting, on=panel_meeting)
def panel_edit(request: HttpRequest, meeting: PanelMeeting) -> HttpResponse:
    """Who was present, and the minutes."""
    form = MinutesForm(
        request.POST if request.method == "POST" else None, call=meeting.call, initial=MinutesForm.start(meeting)
    )
    if not form.is_valid():
        return _meeting_page(request, meeting.call, form, meeting)
    try:
        edit_meeting(meeting, actor=request.user, **form.cleaned_data)
    except DomainError as refusal:
        meeting.refresh_from_db()
        typed = request.POST.copy()
        typed["before"] = written(meeting.minutes)
        form = MinutesForm(typed, call=meeting.call)
        return _meeting_page(request, meeting.call, form, meeting, refused=refusal.message)
    messages.success(request, _("The meeting is saved."))
    return redirect("assessment:panel", slug=meeting.call.slug)


def _meeting_page(
    request: HttpRequest, call: Call, form: MeetingForm, meeting: PanelMeeting | None, *, refused: str = ""
) -> HttpResponse:
    """`refused`: why what was typed could not be saved; it stays on the page, beside the minutes as they are."""
    context = {"form": form, "meeting": meeting, "refused": refused, **call_frame(call, request.user, "panel")}
    status = 409 if refused else 422 if form.is_bound else 200
    return render(request, "assessment/panel_meeting.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_run_meeting, on=panel_meeting)
def panel_close(request: HttpRequest, meeting: PanelMeeting) -> HttpResponse:
    if request.method != "POST":
        return _confirm(
            request,
            meeting.call,
            title=_("Close this meeting?"),
            text=_("Its minutes and its points stay as they are from then on. You can open another meeting."),
            url=reverse("assessment:panel_close", args=[meeting.pk]),
            button=_("Close the meeting"),
        )
    close_meeting(meeting, actor=request.user)
    messages.success(request, _("The meeting is closed."))
    return redirect("assessment:panel", slug=meeting.call.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_run_meeting, on=panel_meeting)
def panel_agreed(request: HttpRequest, meeting: PanelMeeting) -> HttpResponse:
    """Take the means of all proposals on which the evaluators agree."""
    if request.method != "POST":
        return _confirm(
            request,
            meeting.call,
            title=_("Take the means where the evaluators agree?"),
            text=_(
                "Every proposal that all have scored, and on which they lie nowhere further apart than a fifth of a "
                "criterion's points, gets the means and is closed. The others stay for the panel."
            ),
            url=reverse("assessment:panel_agreed", args=[meeting.pk]),
            button=_("Take the means"),
        )
    count = close_agreed(meeting, actor=request.user)
    words = ngettext("%(count)d proposal is closed.", "%(count)d proposals are closed.", count)
    messages.success(request, words % {"count": count})
    return redirect("assessment:panel", slug=meeting.call.slug)


def _confirm(request: HttpRequest, call: Call, **words: Any) -> HttpResponse:
    context = {
        **call_frame(call, request.user, "panel"),
        "cancel_url": reverse("assessment:panel", args=[call.slug]),
        **words,
    }
    return render(request, "assessment/ranking_confirm.html", context)


# --- One proposal ----------------------------------------------------------------------------------------------------


@require_safe
@access(can_read_sheet, on=panel_assessment)
def panel_proposal(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    found = sheet(assessment, request.user)
    return _sheet_page(request, assessment, found, _form(assessment, found))


@require_POST
@access(can_set_consensus, on=panel_assessment)
def panel_consensus(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """Save the points of the panel."""
    found = sheet(assessment, request.user)
    form = _form(assessment, found, request.POST)
    if not form.is_valid():
        return _sheet_page(request, assessment, found, form, status=422)
    try:
        set_consensus(
            assessment,
            meeting=_open_meeting(assessment.network.call),
            agreed=form.agreed,
            before=form.cleaned_data["before"],
            actor=request.user,
        )
    except DomainError as refusal:
        typed = request.POST.copy()
        if isinstance(refusal, StaleConsensus):
            # What the others saved is in the table above; sent again, the form knows it.
            typed["before"] = seen(assessment.consensus.all())
        form = _form(assessment, found, typed)
        return _sheet_page(request, assessment, found, form, status=409, refused=refusal.message)
    messages.success(request, _("The panel's points are saved."))
    return redirect("assessment:panel_proposal", pk=assessment.pk)


@require_POST
@access(can_set_consensus, on=panel_assessment)
def panel_proposal_close(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """The points count from now on."""
    close_proposal(assessment, meeting=_open_meeting(assessment.network.call), actor=request.user)
    messages.success(request, _("“%(network)s” is evaluated.") % {"network": assessment.network})
    return redirect("assessment:panel", slug=assessment.network.call.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_run_assessment, on=panel_assessment)
def panel_reopen(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {
            **call_frame(assessment.network.call, request.user, "panel"),
            "title": _("Open “%(network)s” again?") % {"network": assessment.network},
            "text": _("The panel can change its points. A draft of the ranking no longer holds then."),
            "url": reverse("assessment:panel_reopen", args=[assessment.pk]),
            "button": _("Open again"),
            "cancel_url": reverse("assessment:panel_proposal", args=[assessment.pk]),
            "form": form,
        }
        return render(request, "assessment/ranking_confirm.html", context, status=422 if form.is_bound else 200)
    reopen_proposal(assessment, reason=form.cleaned_data["reason"], actor=request.user)
    messages.success(request, _("“%(network)s” is open again.") % {"network": assessment.network})
    return redirect("assessment:panel_proposal", pk=assessment.pk)


def _open_meeting(call: Call) -> PanelMeeting:
    meeting = call.panels.filter(closed_at=None).first()
    if meeting is None:
        raise DomainError(_("No meeting of the panel is open. Open one first."))
    return meeting


def _form(assessment: Assessment, found: Sheet, data: Any = None) -> ConsensusForm:
    return ConsensusForm(
        data,
        criteria=criteria_of(assessment.network.call).criteria,
        means=found.means,
        agreed=found.agreed,
        initial={"before": seen(assessment.consensus.all())},
    )


def _sheet_page(
    request: HttpRequest,
    assessment: Assessment,
    found: Sheet,
    form: ConsensusForm,
    *,
    status: int = 200,
    refused: str = "",
) -> HttpResponse:
    """`refused`: why what was typed could not be saved; it stays on the page."""
    call = assessment.network.call
    meeting = call.panels.filter(closed_at=None).first()
    admitted = assessment.state == AssessmentState.ADMITTED
    context = {
        **call_frame(call, request.user, "panel"),
        "assessment": assessment,
        "sheet": found,
        "form": form,
        "refused": refused,
        "meeting": meeting,
        "may_set": admitted
        and meeting
        and not found.out
        and found.lines
        and can_set_consensus(request.user, assessment),
        "may_close": found.total_agreed != "–",
        "may_reopen": assessment.state == AssessmentState.EVALUATED
        and in_selection(call)
        and can_run_assessment(request.user, assessment),
    }
    return render(request, "assessment/panel_proposal.html", context, status=status)


@require_safe
@access(can_read_calibration, on=the_call)
def panel_calibration(request: HttpRequest, call: Call) -> HttpResponse:
    context = {
        **call_frame(call, request.user, "panel_calibration"),
        "criteria": criteria_of(call).criteria,
        "evaluators": calibration(call),
    }
    return render(request, "assessment/calibration.html", context)
