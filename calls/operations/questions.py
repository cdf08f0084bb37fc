"""Everything that changes a question about a call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.models import Call, Correction, Question
from calls.notifications import questions as notifications
from calls.operations.lifecycle import hold_dates
from calls.states import QUESTION_MOVES, CallState, QuestionState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from district_portal.shared.states import check_move
from district_portal.shared.ui import long_day, long_moment

ASKABLE = {CallState.PLANNED, CallState.PUBLISHED}


@dataclass(frozen=True)
class AnswerTexts:
    """A question and its answer, as published. English may be empty: the Italian text is shown then."""

    question_it: str
    answer_it: str
    question_en: str = ""
    answer_en: str = ""


class StaleQuestion(DomainError):
    """Somebody else answered, corrected or set aside meanwhile; `question` is as they left it."""

    def __init__(self, question: Question) -> None:
        super().__init__(_("Somebody else has worked on this question meanwhile. Compare both texts."))
        self.question = question


# --- Until when one may ask ----------------------------------------------------------------------------------------


def why_not_askable(call: Call, moment: datetime) -> str:
    """One sentence for a call about which nobody may ask at the moment; empty where one may.

    Questions end at `questions_until`, or with the deadline where nothing else is said: in before it, out from it on.
    """
    if call.state == CallState.CANCELLED:
        return _("This call was cancelled: it takes no more questions.")
    ends = call.questions_until or call.closes_at
    if call.state in ASKABLE and (ends is None or moment < ends):
        return ""
    if call.state == CallState.DRAFT:
        return _("This call is not public yet: nobody can ask about it.")
    if ends is None or moment < ends:
        return _("This call takes no more questions.")
    if call.questions_until is None and not call.deadline_has_time:
        return _("Questions about this call ended on %(day)s.") % {"day": long_day(call.deadline_day)}
    return _("Questions about this call ended on %(moment)s (Rome time).") % {"moment": long_moment(ends)}


def require_askable(call: Call, arrived: datetime) -> None:
    """Raises `DomainError` unless the call, as it was read, took questions when the request arrived."""
    if words := why_not_askable(call, arrived):
        raise DomainError(words)


# --- Who asks ------------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_question(call: Call, *, actor: User, text: str, arrived: datetime, on_behalf: bool = False) -> Question:
    """Ask about a call. The same words again, while they wait for an answer, are one question.

    `on_behalf`: a facilitator asks for somebody whose name is not kept. Raises `DomainError` unless the call took
    questions at `arrived`.
    """
    call = hold_dates(call)
    require_askable(call, arrived)
    # One person's questions come one after the other, so that a double click is seen.
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    waiting = Question.objects.waiting().filter(call=call, asked_by=actor, text=text)
    if same := waiting.first():
        return same
    question = Question.objects.create(call=call, text=text, on_behalf=on_behalf, asked_by=actor, asked_at=arrived)
    notifications.question_asked(question)
    return question


@transaction.atomic
def withdraw_question(question: Question, *, actor: User) -> Question:
    """Take a question back before it is answered; again changes nothing. Raises `DomainError` once it is answered."""
    question = _lock(question)
    if question.state == QuestionState.WITHDRAWN:
        return question
    if question.state != QuestionState.ASKED:
        raise DomainError(_("This question has been dealt with: it can't be withdrawn any more."))
    question.state = QuestionState.WITHDRAWN
    question.save(update_fields=["state"])
    return question


# --- Who answers ---------------------------------------------------------------------------------------------------


@transaction.atomic
def answer_question(question: Question, *, actor: User, texts: AnswerTexts, changes: int) -> Question:
    """Publish the answer for all to read. `changes`: what the question counted when the answer was written.

    Raises `StaleQuestion` when somebody else was quicker, `DomainError` when it was withdrawn.
    """
    question = _lock_unchanged(question, changes)
    check_move(QUESTION_MOVES, question.state, QuestionState.ANSWERED)
    question.state, question.reason = QuestionState.ANSWERED, ""
    question.answered_by, question.answered_at = actor, timezone.now()
    _write(question, texts)
    notifications.question_answered(question)
    return question


@transaction.atomic
def correct_answer(
    question: Question, *, actor: User, texts: AnswerTexts, note: str, changes: int
) -> Correction | None:
    """Replace a published answer and keep what it said before, with a note that all read.

    The same texts again change nothing: None. Raises `StaleQuestion` when somebody else was quicker.
    """
    question = _lock_unchanged(question, changes)
    if question.state != QuestionState.ANSWERED:
        raise DomainError(_("This question has no answer that could be corrected."))
    before = AnswerTexts(question.question_it, question.answer_it, question.question_en, question.answer_en)
    if before == texts:
        return None
    correction = Correction.objects.create(question=question, by=actor, note=note, **vars(before))
    _write(question, texts)
    notifications.answer_corrected(correction)
    return correction


@transaction.atomic
def set_question_aside(question: Question, *, actor: User, reason: str, changes: int) -> Question:
    """Say to who asked, and nobody else, why the question is not answered here. It may still be answered later.

    Raises `StaleQuestion` when somebody else was quicker, `DomainError` when it was withdrawn.
    """
    question = _lock_unchanged(question, changes)
    check_move(QUESTION_MOVES, question.state, QuestionState.SET_ASIDE)
    question.state, question.reason = QuestionState.SET_ASIDE, reason
    question.answered_by, question.changes = actor, question.changes + 1
    question.save(update_fields=["state", "reason", "answered_by", "changes"])
    notifications.question_set_aside(question)
    return question


def _lock(question: Question) -> Question:
    locked = Question.objects.select_for_update(of=["self"]).select_related("call__programme", "asked_by")
    return locked.get(pk=question.pk)


def _lock_unchanged(question: Question, changes: int) -> Question:
    question = _lock(question)
    if question.changes != changes:
        raise StaleQuestion(question)
    if question.state == QuestionState.WITHDRAWN:
        raise DomainError(_("Who asked this question has withdrawn it. Nothing needs to be done."))
    return question


def _write(question: Question, texts: AnswerTexts) -> None:
    for name, text in vars(texts).items():
        setattr(question, name, text)
    question.changes += 1
    question.save()
