"""The list of calls."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from calls.filters.calls import CallFilter
from calls.finding.counts import counts
from calls.finding.ways_on import mark_words, name_places, ways_on
from calls.finding.words import begun_by
from calls.models import Call, CallQuerySet
from calls.reports import CALL_COLUMNS
from district_portal.reports.lists import list_answer
from district_portal.shared.access import access, public
from district_portal.shared.pagination import keyset_page


@require_safe
@access(public)
def call_list(request: HttpRequest) -> HttpResponseBase:
    calls = Call.objects.visible_to(request.user)
    listed = CallFilter(request.GET, calls, timezone.now(), scopes=calls.scopes_of(request.user))
    listed.begun = begun_by(listed.words)
    if answer := _download(request, listed):
        return answer
    counted = counts(listed)
    rows = _with_rows(listed.page_rows()).with_places()
    if not counted.shown.value:
        rows = rows.none()
    page = keyset_page(rows, listed.order, request.GET.get("cursor"), parts=listed.parts)
    mark_words(page.rows, listed)
    name_places(page.rows, listed)
    context = {
        "now": listed.now,
        "filter": listed,
        "form": listed.form,
        "counts": counted.facets,
        "pills": listed.pills(),
        "count": counted.shown,
        "page": page,
        "ways_on": None if page.rows else ways_on(listed),
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, "calls/_results.html" if partial else "calls/list.html", context)


def _download(request: HttpRequest, listed: CallFilter) -> HttpResponseBase | None:
    """As JSON or CSV."""
    rows = _with_rows(listed.found()).prefetch_related("districts", "themes")
    return list_answer(request, rows, order=listed.order_of_all, columns=CALL_COLUMNS, parts=listed.parts)


def _with_rows(calls: CallQuerySet) -> CallQuerySet:
    """With all that a row of the list shows, in the same number of queries for any number of rows."""
    return (
        calls.with_interest_counts()
        .select_related("programme__region")
        .defer("body_it", "body_en", "plain_it", "plain_en", "search_it", "search_en")
    )
