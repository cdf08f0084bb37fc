"""The page of a call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from calls.models import Call, CallDeadline, Follow
from calls.operations.following import look_at_call
from calls.operations.lifecycle import why_not_open
from calls.panels import detail, documents, families, interests, questions
from calls.panels.eligibility import check_of
from calls.panels.news import news_since
from calls.panels.rulebook import rulebook
from calls.views.rows import visible_call
from district_portal.shared.access import access, public
from enterprises.models import Organisation


@require_safe
@access(public, on=visible_call)
def call_detail(request: HttpRequest, call: Call) -> HttpResponse:
    """Each panel says for itself what it shows; what is missing is left out."""
    now, user = timezone.now(), request.user
    organisations = list(Organisation.objects.acted_for_by(user).order_by("name")) if user.is_authenticated else []
    prefetch_related_objects([call], "rules")  # read by the check and in words
    deadlines, districts = list(call.deadlines.all()), list(call.districts.all())
    context = {
        "call": call,
        "now": now,
        "districts": districts,
        "themes": call.themes.all(),
        "kinds": detail.kinds(call),
        "facts": detail.facts(call),
        "brief": detail.brief(call, districts),
        "timeline": detail.timeline(call, deadlines, list(call.milestones.all()), now),
        "figures": call.figures.all(),
        "changed": call.versions.filter(number__gt=1).values("number", "at").first(),
        "organisations": organisations,
        "eligibility": check_of(call, now=now, organisations=organisations, chosen=request.GET.get("organisation")),
        "rules": rulebook(call),
        **_deadline(call, now),
        **documents.panel(call),
        **interests.panel(call, user),
        **questions.panel(call, now),
        **families.panel(call, user),
        **_of_reader(request, call, deadlines, now),
    }
    return render(request, "calls/detail.html", context)


def _deadline(call: Call, now: datetime) -> dict[str, Any]:
    open_now = call.is_open_at(now)
    return {
        "open_now": open_now,
        # Nobody can be interested in it yet, nor can it have funded anything: neither is told of.
        "to_come": call.status_at(now) in ("call:draft", "call:planned"),
        "closed_words": "" if open_now else why_not_open(call, now),
        "time_left": detail.time_left(call, now),
    }


def _of_reader(request: HttpRequest, call: Call, deadlines: list[CallDeadline], now: datetime) -> dict[str, Any]:
    """Whether the person follows the call, and what is new since their last visit."""
    if not request.user.is_authenticated:
        return {"followed": False, "since": None, "news": []}
    since = look_at_call(call, actor=request.user, moment=now, seen=_is_seen(request))
    return {
        "followed": Follow.objects.visible_to(request.user).filter(call=call).exists(),
        "since": since,
        "news": news_since(call, deadlines, since) if since else [],
    }


def _is_seen(request: HttpRequest) -> bool:
    """Whether a person looks: not at what a browser fetches in advance, nor where only the head is asked for."""
    purposes = [request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz")]
    return request.method == "GET" and not any("prefetch" in purpose for purpose in purposes)
