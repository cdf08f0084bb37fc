"""What the browser offers below a field while somebody types: at most ten options, for htmx."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from district_portal.shared.access import access, signed_in
from enterprises.forms.fields import activity_label
from enterprises.models import Concept, Municipality

LIMIT = 10


def _typed(request: HttpRequest, field: str) -> str:
    """What was typed so far; PostgreSQL takes no NUL."""
    return request.GET.get(field, "").replace("\0", "").strip()[:100]


def _answer(request: HttpRequest, options: list[str]) -> HttpResponse:
    return render(request, "enterprises/_options.html", {"options": options})


@require_safe
@access(signed_in)
def municipality_options(request: HttpRequest) -> HttpResponse:
    typed = _typed(request, "municipality")
    found = Municipality.objects.starting_with(typed)[:LIMIT] if typed else []
    return _answer(request, [str(municipality) for municipality in found])


@require_safe
@access(signed_in)
def activity_options(request: HttpRequest) -> HttpResponse:
    typed = _typed(request, "ateco")
    found = Concept.objects.activities().matching(typed)[:LIMIT] if typed else []
    return _answer(request, [activity_label(activity) for activity in found])
