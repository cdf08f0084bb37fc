"""The rows that views of calls start from."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from calls.models import Call, Question


def visible_call(request: HttpRequest, slug: str) -> Call:
    calls = Call.objects.visible_to(request.user).select_related("programme__region", "facilitator")
    return get_object_or_404(calls, slug=slug)


def visible_question(request: HttpRequest, slug: str, pk: int) -> Question:
    questions = Question.objects.visible_to(request.user).select_related("call__programme", "asked_by")
    return get_object_or_404(questions, call=visible_call(request, slug), pk=pk)
