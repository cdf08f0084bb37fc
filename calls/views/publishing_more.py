"""Calls that come from other calls: copies, and the second of two."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from calls.forms.publishing_more import ActuatorForm, CopyForm
from calls.models import Call, SelectedActuator
from calls.operations.copying import copy_call
from calls.operations.tiers import remove_actuator, require_selecting, select_actuator, start_second_tier
from calls.panels.families import related
from calls.permissions import can_copy_call, can_prepare_call, can_prepare_part, can_start_second_tier
from calls.views.rows import visible_call
from district_portal.shared.access import access


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_copy_call, on=visible_call)
def call_copy(request: HttpRequest, call: Call) -> HttpResponse:
    form = CopyForm(request.POST if request.method == "POST" else None, call=call)
    if not form.is_valid():
        context = {"call": call, "form": form, "section": ""}
        return render(request, "publishing/copy.html", context, status=422 if form.is_bound else 200)
    copy = copy_call(call, actor=request.user, details=form.details)
    messages.success(request, _("The copy is a draft now. Enter its dates, and read its texts."))
    return redirect("publishing:detail", copy.slug)


# --- Two tiers -----------------------------------------------------------------------------------------------------


def visible_selection(request: HttpRequest, slug: str, pk: int) -> SelectedActuator:
    selected = SelectedActuator.objects.select_related("call", "organisation", "district")
    return get_object_or_404(selected, call=visible_call(request, slug), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_prepare_call, on=visible_call)
def actuators(request: HttpRequest, call: Call) -> HttpResponse:
    """Who was selected, for which district; and one more."""
    require_selecting(call)
    form = ActuatorForm(request.POST if request.method == "POST" else None, call=call, user=request.user)
    if form.is_valid():
        select_actuator(call, actor=request.user, **form.cleaned_data)
        messages.success(request, _("The actuator is recorded"))
        return redirect("publishing:actuators", call.slug)
    context = {
        "call": call,
        "section": "actuators",
        "form": form,
        "rows": related(call, request.user).selected,
    }
    return render(request, "publishing/actuators.html", context, status=422 if form.is_bound else 200)


@require_POST
@access(can_prepare_part, on=visible_selection)
def actuator_remove(request: HttpRequest, selected: SelectedActuator) -> HttpResponse:
    remove_actuator(selected, actor=request.user)
    messages.success(request, _("The actuator is removed"))
    return redirect("publishing:actuators", selected.call.slug)


@require_POST
@access(can_start_second_tier, on=visible_selection)
def second_tier(request: HttpRequest, selected: SelectedActuator) -> HttpResponse:
    draft = start_second_tier(selected, actor=request.user)
    messages.success(request, _("The call for networks is a draft now. Enter its texts, rules and dates."))
    return redirect("publishing:detail", draft.slug)
