"""The rows that the views of panel and ranking start from."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from assessment.models import Assessment, PanelMeeting, Ranking
from calls.models import Call


def the_call(request: HttpRequest, slug: str) -> Call:
    calls = Call.objects.visible_to(request.user).select_related("programme__region")
    return get_object_or_404(calls, slug=slug)


def panel_meeting(request: HttpRequest, pk: int) -> PanelMeeting:
    calls = Call.objects.prepared_by(request.user).values("pk")
    return get_object_or_404(PanelMeeting.objects.filter(call__in=calls).select_related("call__programme"), pk=pk)


def panel_assessment(request: HttpRequest, pk: int) -> Assessment:
    """Of calls that the person prepares, or of whose panel they are."""
    sits = PanelMeeting.objects.filter(members=request.user.pk).values("call")
    rows = Assessment.objects.filter(
        Q(pk__in=Assessment.objects.visible_to(request.user).values("pk")) | Q(network__call__in=sits)
    )
    return get_object_or_404(rows.select_related("network__call__programme", "network__district", "submission"), pk=pk)


def staff_ranking(request: HttpRequest, pk: int) -> Ranking:
    calls = Call.objects.prepared_by(request.user).values("pk")
    rows = Ranking.objects.filter(call__in=calls).select_related("call__programme", "made_by", "published_by")
    return get_object_or_404(rows, pk=pk)
