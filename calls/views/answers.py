"""Questions as those who answer see them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from calls.forms.questions import AnswerForm, ChangeForm, CorrectForm, SetAsideForm
from calls.models import Call, Question
from calls.operations.questions import StaleQuestion, answer_question, correct_answer, set_question_aside
from calls.permissions import can_answer_question, can_answer_questions
from calls.reports import WAITING_COLUMNS
from calls.states import UNPUBLISHED, QuestionState
from calls.views.rows import visible_call, visible_question
from district_portal.reports.lists import list_answer
from district_portal.shared.access import access
from district_portal.shared.pagination import count_capped, keyset_page

OLDEST_FIRST = ["state", "asked_at", "pk"]


@require_safe
@access(can_answer_questions, on=visible_call)
def question_waiting(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Questions without a published answer: those that wait, the oldest first, then those that were set aside."""
    questions = call.questions.filter(state__in=UNPUBLISHED).select_related("asked_by", "answered_by")
    if answer := list_answer(request, questions, order=OLDEST_FIRST, columns=WAITING_COLUMNS):
        return answer
    context = {
        "call": call,
        "now": timezone.now(),
        "page": keyset_page(questions, OLDEST_FIRST, request.GET.get("cursor")),
        "count": count_capped(questions.waiting()),
    }
    return render(request, "calls/questions_waiting.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_answer_question, on=visible_question)
def question_answer(request: HttpRequest, question: Question) -> HttpResponse:
    if request.method != "POST" and question.state == QuestionState.ANSWERED:
        return redirect("calls:question_correct", slug=question.call.slug, pk=question.pk)
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=AnswerForm.start(question))
    if not form.is_valid():
        return _form_page(request, "calls/question_answer.html", question, form)
    try:
        answer_question(question, actor=request.user, texts=form.texts, changes=form.cleaned_data["changes"])
    except StaleQuestion as stale:
        return _stale_page(request, stale)
    messages.success(request, _("The answer is published, and whom it concerns gets a message."))
    return redirect(question)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_answer_question, on=visible_question)
def question_correct(request: HttpRequest, question: Question) -> HttpResponse:
    if request.method != "POST" and question.state != QuestionState.ANSWERED:
        return redirect("calls:question_answer", slug=question.call.slug, pk=question.pk)
    form = CorrectForm(request.POST if request.method == "POST" else None, initial=CorrectForm.start(question))
    if not form.is_valid():
        return _form_page(request, "calls/question_correct.html", question, form)
    data = form.cleaned_data
    try:
        done = correct_answer(
            question, actor=request.user, texts=form.texts, note=data["note"], changes=data["changes"]
        )
    except StaleQuestion as stale:
        return _stale_page(request, stale)
    words = _("The answer is corrected, and whom it concerns gets a message.") if done else _("Nothing was changed.")
    messages.success(request, words)
    return redirect(question)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_answer_question, on=visible_question)
def question_set_aside(request: HttpRequest, question: Question) -> HttpResponse:
    form = SetAsideForm(request.POST if request.method == "POST" else None, initial=SetAsideForm.start(question))
    if not form.is_valid():
        return _form_page(request, "calls/question_set_aside.html", question, form)
    data = form.cleaned_data
    try:
        set_question_aside(question, actor=request.user, reason=data["reason"], changes=data["changes"])
    except StaleQuestion as stale:
        return _stale_page(request, stale)
    messages.success(request, _("The question is set aside, and who asked gets a message."))
    return redirect("calls:questions_waiting", slug=question.call.slug)


def _form_page(request: HttpRequest, template: str, question: Question, form: ChangeForm) -> HttpResponse:
    context = {"call": question.call, "question": question, "form": form}
    return render(request, template, context, status=422 if form.is_bound else 200)


def _stale_page(request: HttpRequest, stale: StaleQuestion) -> HttpResponse:
    """Their text, and what was typed in a form that can still be sent where that makes sense."""
    question = stale.question
    typed = request.POST.copy()
    typed["changes"] = str(question.changes)
    context: dict[str, Any] = {"call": question.call, "theirs": question, "typed": typed}
    if "answer_it" in typed:
        answered = question.state == QuestionState.ANSWERED
        # Not bound: nothing is wrong with what was typed.
        context["form"] = (CorrectForm if answered else AnswerForm)(initial=typed.dict())
        context["route"] = "calls:question_correct" if answered else "calls:question_answer"
    return render(request, "calls/question_stale.html", context, status=409)
