"""The rows that views of calls start from."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from calls.models import Call


def visible_call(request: HttpRequest, slug: str) -> Call:
    calls = Call.objects.visible_to(request.user).select_related("programme__region", "facilitator")
    return get_object_or_404(calls, slug=slug)
