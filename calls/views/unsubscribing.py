"""Switching an alert off by the link of its mail, without signing in. Whoever has the secret address may do it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from calls.finding.searches import list_url
from calls.models import SavedSearch
from calls.operations.alerts import switch_off, switch_on
from district_portal.shared.access import access, public


def named_search(request: HttpRequest, token: str) -> SavedSearch:
    return get_object_or_404(SavedSearch.objects.select_related("user"), token=token)


@require_http_methods(["GET", "HEAD", "POST"])
@access(public, on=named_search)
def off(request: HttpRequest, search: SavedSearch) -> HttpResponse:
    """A page that asks (mail programs open links by themselves), and says when it is done."""
    if request.method == "POST":
        switch_off(search)
        return redirect("alerts:off", token=search.token)
    answer = render(request, "alerts/off.html", {"search": search, "search_url": list_url(search.query)})
    answer["X-Robots-Tag"] = "noindex"
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
@access(public, on=named_search)
def on(request: HttpRequest, search: SavedSearch) -> HttpResponse:
    switch_on(search)
    return redirect("alerts:off", token=search.token)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@access(public, on=named_search)
def one_click(request: HttpRequest, search: SavedSearch) -> HttpResponse:
    """The address in the mail's List-Unsubscribe (RFC 8058): a mail program sends a POST without cookie, and needs no
    page. People who open it are led to the page, in their language.

    Nothing but the secret is asked for: what it can do is what it is for, and can be undone.
    """
    if request.method == "POST":
        switch_off(search)
        return HttpResponse("ok\n", content_type="text/plain")
    with override(search.user.language):
        return redirect("alerts:off", token=search.token)
