"""Who is interested in a call: for everyone as far as each may see, and all of them for its facilitators."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calls.filters.interests import InterestedFilter, InterestFilter
from calls.models import Call, InterestMessage
from calls.panels.interests import Row, kind_words, missing, totals
from calls.permissions import can_see_interests
from calls.reports import INTEREST_COLUMNS, INTERESTED_COLUMNS
from calls.views.rows import visible_call
from district_portal.reports.lists import list_answer
from district_portal.shared.access import access, public
from district_portal.shared.pagination import count_capped, keyset_page

RECENT_MESSAGES = 10


@require_safe
@access(public, on=visible_call)
def interested(request: HttpRequest, call: Call) -> HttpResponseBase:
    listed = InterestedFilter(request.GET, call, request.user)
    if answer := list_answer(request, listed.qs, order=listed.order, columns=INTERESTED_COLUMNS):
        return answer
    page = keyset_page(listed.qs, listed.order, request.GET.get("cursor"))
    in_full = request.user.is_authenticated and can_see_interests(request.user, call)
    context = {
        **_context(call, listed, page),
        "rows": [Row.of(interest) for interest in page],
        "interested": totals(call, request.user, in_full=in_full),
        "can_see_interests": in_full,
    }
    return _list_page(request, "interested", context)


@require_safe
@access(can_see_interests, on=visible_call)
def interest_list(request: HttpRequest, call: Call) -> HttpResponseBase:
    listed = InterestFilter(request.GET, call, request.user)
    if answer := list_answer(request, listed.qs, order=listed.order, columns=INTEREST_COLUMNS):
        return answer
    page = keyset_page(listed.qs, listed.order, request.GET.get("cursor"))
    messages = InterestMessage.objects.visible_to(request.user).filter(call=call).select_related("sender")
    context = {
        **_context(call, listed, page),
        "rows": [(interest, kind_words(interest.organisation, interest.size)) for interest in page],
        "missing": missing(listed.told, request.user),
        "messages_sent": messages.prefetch_related("organisations")[:RECENT_MESSAGES],
    }
    return _list_page(request, "interests", context)


def _context(call: Call, listed: InterestedFilter, page: Any) -> dict[str, Any]:
    return {
        "call": call,
        "form": listed.form,
        "pills": listed.pills(),
        # Of the rows alone: counting does not need what is shown of each.
        "count": count_capped(call.interests.filter(pk__in=listed.qs.order_by().values("pk"))),
        "page": page,
    }


def _list_page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, f"calls/_{name}_results.html" if partial else f"calls/{name}.html", context)
