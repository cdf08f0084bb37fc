"""Questions about a call: read by all, asked by who is signed in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from calls.forms.questions import AskForm, SearchForm
from calls.models import Call, Question
from calls.operations.questions import ask_question, require_askable, why_not_askable, withdraw_question
from calls.permissions import can_answer_questions, can_withdraw_question
from calls.reports import QUESTION_COLUMNS
from calls.states import UNPUBLISHED, QuestionState
from calls.views.rows import visible_call, visible_question
from district_portal.reports.lists import list_answer
from district_portal.shared.access import access, public, signed_in
from district_portal.shared.arrival import moment_of_arrival
from district_portal.shared.limits import limited
from district_portal.shared.pagination import count_capped, keyset_page
from district_portal.shared.ui import language

NEWEST_FIRST = ["-answered_at", "-pk"]
OWN_SHOWN = 20


@require_safe
@access(public, on=visible_call)
def question_list(request: HttpRequest, call: Call) -> HttpResponseBase:
    """All published answers, the newest first, and what the person has asked."""
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    published = call.questions.published().prefetch_related("corrections")
    if words:
        published = published.matching(words, language())
    if answer := list_answer(request, published, order=NEWEST_FIRST, columns=QUESTION_COLUMNS):
        return answer
    context = {
        "search": form,
        "words": words,
        "page": keyset_page(published, NEWEST_FIRST, request.GET.get("cursor")),
        "count": count_capped(published),
        **_own(request, call),
    }
    return _page(request, "calls/questions.html", call, context)


def _own(request: HttpRequest, call: Call) -> dict[str, Any]:
    """What only this person sees: their questions without a published answer, and how many wait for them."""
    if not request.user.is_authenticated:
        return {"own": [], "answers": False, "waiting": 0, "form": None}
    answers = can_answer_questions(request.user, call)
    own = call.questions.filter(asked_by=request.user, state__in=UNPUBLISHED).order_by("-asked_at", "-pk")
    return {
        "own": own[:OWN_SHOWN],
        "answers": answers,
        "waiting": call.questions.waiting().count() if answers else 0,
        "form": AskForm(answers=answers),
    }


@require_safe
@access(public, on=visible_question)
def question_detail(request: HttpRequest, question: Question) -> HttpResponse:
    """One question: where messages lead to."""
    user = request.user
    context = {
        "question": question,
        "heading": _("Question and answer") if question.state == QuestionState.ANSWERED else _("Question"),
        "answers": user.is_authenticated and can_answer_questions(user, question.call),
        "mine": can_withdraw_question(user, question),
    }
    return _page(request, "calls/question.html", question.call, context)


@require_http_methods(["GET", "HEAD", "POST"])
@access(signed_in, on=visible_call)
@limited("question", wait=3600)
def question_ask(request: HttpRequest, call: Call) -> HttpResponse:
    arrived = moment_of_arrival()
    answers = can_answer_questions(request.user, call)
    form = AskForm(request.POST if request.method == "POST" else None, answers=answers)
    if form.is_valid():
        ask_question(call, actor=request.user, arrived=arrived, **form.cleaned_data)
        messages.success(request, _("Your question is sent. You get a message when it is answered."))
        return redirect("calls:questions", slug=call.slug)
    if form.is_bound:
        require_askable(call, arrived)
    return _page(request, "calls/question_ask.html", call, {"form": form}, form)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_withdraw_question, on=visible_question)
def question_withdraw(request: HttpRequest, question: Question) -> HttpResponse:
    if request.method == "POST":
        withdraw_question(question, actor=request.user)
        messages.success(request, _("Your question is withdrawn"))
        return redirect("calls:questions", slug=question.call.slug)
    return _page(request, "calls/question_withdraw.html", question.call, {"question": question})


def _page(
    request: HttpRequest, template: str, call: Call, context: dict[str, Any], form: forms.Form | None = None
) -> HttpResponse:
    """`closed_words` say why nobody can ask any more. An invalid form is 422."""
    words = why_not_askable(call, timezone.now())
    status = 422 if form is not None and form.is_bound else 200
    shown = {"call": call, "closed_words": words, "questions_end": call.questions_until, **context}
    return render(request, template, shown, status=status)
