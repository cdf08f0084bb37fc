"""The list of calls."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from calls.filters import CallFilter
from calls.models import Call, CallQuerySet
from calls.reports import CALL_COLUMNS
from district_portal.reports.lists import list_answer
from district_portal.shared.access import access, public
from district_portal.shared.pagination import count_capped, keyset_page


@require_safe
@access(public)
def call_list(request: HttpRequest) -> HttpResponseBase:
    now = timezone.now()
    calls = Call.objects.visible_to(request.user)
    listed = CallFilter(request.GET, calls, now)
    shown = _with_rows(listed.qs)
    if answer := list_answer(request, shown, order=listed.order, columns=CALL_COLUMNS):
        return answer
    count = count_capped(listed.qs)
    context = {
        "now": now,
        "filter": listed,
        "form": listed.form,
        "counts": listed.counts(count),
        "pills": listed.pills(),
        "count": count,
        "page": keyset_page(shown, listed.order, request.GET.get("cursor")),
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, "calls/_results.html" if partial else "calls/list.html", context)


def _with_rows(calls: CallQuerySet) -> CallQuerySet:
    """With all that a row of the list shows, in the same number of queries for any number of rows."""
    return (
        calls.with_interest_counts()
        .select_related("programme__region")
        .prefetch_related("districts", "themes")
        .defer("body_it", "body_en", "search_it", "search_en")
    )
