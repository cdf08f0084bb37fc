"""Registering and withdrawing interest, and who is interested."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calls.forms.interest import InterestForm, WithdrawForm
from calls.models import Call, Interest
from calls.operations.interests import register_interest, withdraw_interest
from calls.operations.lifecycle import moment_of_arrival, require_open, why_not_open
from calls.permissions import can_register_interest, can_see_interests
from calls.reports import INTEREST_COLUMNS
from calls.views.rows import visible_call
from district_portal.reports.lists import list_answer
from district_portal.shared.access import access
from district_portal.shared.pagination import count_capped, keyset_page
from enterprises.models import Organisation


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_register_interest, on=visible_call)
def interest_register(request: HttpRequest, call: Call) -> HttpResponse:
    arrived = moment_of_arrival()
    organisations = list(Organisation.objects.acted_for_by(request.user).order_by("name"))
    if request.method != "POST":
        return _interest_page(request, call, InterestForm(organisations=organisations, initial=_told(request, call)))
    form = InterestForm(request.POST, organisations=organisations)
    if not form.is_valid():
        require_open(call, arrived)
        return _interest_page(request, call, form, status=422)
    register_interest(call, actor=request.user, organisation=form.organisation, arrived=arrived, details=form.details())
    messages.success(request, _("%(organisation)s is registered as interested") % {"organisation": form.organisation})
    return redirect(call)


def _told(request: HttpRequest, call: Call) -> dict[str, Any]:
    """What the organisation named in the address, or the only one, told before."""
    mine = Interest.objects.of_actor(request.user).filter(call=call).select_related("organisation")
    if slug := request.GET.get("organisation"):
        mine = mine.filter(organisation__slug=slug)
    found = list(mine[:2])
    return InterestForm.told(found[0]) if len(found) == 1 else {"organisation": slug}


def _interest_page(request: HttpRequest, call: Call, form: InterestForm, status: int = 200) -> HttpResponse:
    now = timezone.now()
    closed_words = "" if call.is_open_at(now) else why_not_open(call, now)
    return render(
        request, "calls/interest.html", {"call": call, "form": form, "closed_words": closed_words}, status=status
    )


@require_POST
@access(can_register_interest, on=visible_call)
def interest_withdraw(request: HttpRequest, call: Call) -> HttpResponse:
    acting = Organisation.objects.acted_for_by(request.user)
    if "organisation" not in request.POST:
        # Only those that are interested are a choice then: with at most one of them, nothing has to be asked.
        acting = acting.filter(interests__in=call.interests.active())
    form = WithdrawForm(request.POST, organisations=list(acting.order_by("name")))
    if not form.is_valid():
        return render(request, "calls/withdraw.html", {"call": call, "form": form}, status=422)
    if form.organisations:
        withdraw_interest(call, actor=request.user, organisation=form.organisation)
    messages.success(request, _("The interest is withdrawn"))
    return redirect(call)


@require_safe
@access(can_see_interests, on=visible_call)
def interest_list(request: HttpRequest, call: Call) -> HttpResponseBase:
    interests = (
        Interest.objects.visible_to(request.user)
        .filter(call=call)
        .active()
        .select_related("organisation__municipality", "organisation__district")
    )
    order = ["-registered_at", "-pk"]
    if answer := list_answer(request, interests, order=order, columns=INTEREST_COLUMNS):
        return answer
    page = keyset_page(interests, order, request.GET.get("cursor"))
    context = {"call": call, "page": page, "count": count_capped(interests)}
    return render(request, "calls/interests.html", context)
