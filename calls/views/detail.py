"""The page of a call."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from calls import detail, interests
from calls.eligibility import check_of
from calls.models import Call
from calls.operations.lifecycle import why_not_open
from calls.views.rows import visible_call
from district_portal.shared.access import access, public
from enterprises.models import Organisation


@require_safe
@access(public, on=visible_call)
def call_detail(request: HttpRequest, call: Call) -> HttpResponse:
    now, user = timezone.now(), request.user
    open_now = call.is_open_at(now)
    organisations = list(Organisation.objects.acted_for_by(user).order_by("name")) if user.is_authenticated else []
    return render(
        request,
        "calls/detail.html",
        {
            "call": call,
            "now": now,
            "open_now": open_now,
            "closed_words": "" if open_now else why_not_open(call, now),
            "time_left": detail.time_left(call, now),
            "facts": detail.facts(call),
            "kinds": detail.kinds(call),
            "districts": call.districts.all(),
            "themes": call.themes.all(),
            "timeline": detail.timeline(call, list(call.deadlines.all()), list(call.milestones.all()), now),
            "documents": call.documents.all(),
            "figures": call.figures.all(),
            "eligibility": check_of(call, now=now, organisations=organisations, chosen=request.GET.get("organisation")),
            "organisations": organisations,
            **interests.panel(call, user),
        },
    )
