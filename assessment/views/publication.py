"""The published ranking, for everyone: with the list of exclusions, its earlier versions, and as open data."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessment.models import Ranking
from assessment.panels.ranking import columns, lines_of, parts, prepared, shown, totals
from district_portal.reports.lists import list_answer
from district_portal.shared.access import access, public

ORDER = ["place", "pk"]


@require_safe
@access(public)
def public_ranking(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The latest version, or the one of `?version=`; `?format=csv` and `json` are open data."""
    rankings = Ranking.objects.public().filter(call__slug=slug).select_related("call__programme__region")
    versions = list(rankings.order_by("-number"))
    if not versions:
        raise Http404
    wanted = request.GET.get("version", "")
    found = versions[0] if not wanted else None
    if wanted.isdecimal() and len(wanted) < 5:
        found = next((each for each in versions if each.number == int(wanted)), None)
    if found is None:
        raise Http404
    if answer := list_answer(request, prepared(found), order=ORDER, columns=columns(found)):
        return answer
    ranked, excluded = parts(shown(found, lines_of(found), short=True))
    context = {
        "call": found.call,
        "ranking": found,
        "ranked": ranked,
        "excluded": excluded,
        "totals": totals(found),
        "versions": versions,
        "latest": versions[0],
    }
    return render(request, "assessment/ranking_public.html", context)
