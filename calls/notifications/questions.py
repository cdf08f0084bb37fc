"""What people are told about questions. Who asked is named to those who answer, and to nobody else."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.urls import reverse

from calls.concerned import people_concerned, people_who_prepare
from calls.models import Call, Correction, Question
from calls.states import QuestionState
from district_portal.accounts.models import Appointment, Role, User
from district_portal.notifications.outbox import Content, Message, NoLongerTrue, announce, without_language
from district_portal.shared.ui import localised


def _content(question: Question, path: str = "", **context: object) -> Content:
    """Leads to the question's page unless `path` says another one."""
    call = question.call
    return Content(
        path=without_language(path or question.get_absolute_url()),
        context={"question": question, "call": call, "title": localised(call, "title"), **context},
    )


def _load_asked(about: str) -> Content:
    """`about`: id of the question. One that was withdrawn or answered meanwhile needs nobody any more."""
    question = Question.objects.select_related("call", "asked_by").get(pk=about)
    if question.state != QuestionState.ASKED:
        raise NoLongerTrue
    return _content(question, reverse("calls:question_answer", args=[question.call.slug, question.pk]))


def _load_answered(about: str) -> Content:
    """`about`: id of the question."""
    return _content(Question.objects.select_related("call").get(pk=about))


def _load_corrected(about: str) -> Content:
    """`about`: id of the correction."""
    correction = Correction.objects.select_related("question__call").get(pk=about)
    return _content(correction.question, correction=correction)


def _load_set_aside(about: str) -> Content:
    """`about`: id of the question."""
    question = Question.objects.select_related("call").get(pk=about)
    if question.state != QuestionState.SET_ASIDE:
        raise NoLongerTrue  # answered meanwhile, which is told by another message
    return _content(question)


QUESTION_ASKED = Message("calls/question_asked", load=_load_asked)
QUESTION_ANSWERED = Message("calls/question_answered", load=_load_answered)
YOUR_QUESTION_ANSWERED = Message("calls/your_question_answered", load=_load_answered)
ANSWER_CORRECTED = Message("calls/answer_corrected", load=_load_corrected)
QUESTION_SET_ASIDE = Message("calls/question_set_aside", load=_load_set_aside)


def people_who_answer(call: Call) -> QuerySet[User]:
    """Each active person once for whom the questions of the call wait: its facilitator, those of its districts, and
    who prepares it by office. (Administrators may answer, too; nobody waits for them.)"""
    districts = list(call.districts.all())
    offices = Appointment.objects.current().filter(role=Role.FACILITATOR)
    if districts:
        regions = {district.region_id for district in districts}
        offices = offices.filter(Q(district__in=districts) | Q(district=None, region__in=regions))
    else:
        offices = offices.filter(region=call.programme.region_id)
    condition = Q(pk=call.facilitator_id) | Q(pk__in=offices.values("user"))
    return User.objects.filter(condition | Q(pk__in=people_who_prepare(call).values("pk")), is_active=True)


def question_asked(question: Question) -> None:
    """To those who answer for the call, once; not to who asked."""
    users = people_who_answer(question.call).exclude(pk__in=_known(question.asked_by_id))
    announce(QUESTION_ASKED, about=question.pk, key=str(question.pk), users=users)


def question_answered(question: Question) -> None:
    """To who asked, and to all whom the call concerns; not to who answered."""
    told = _known(question.asked_by_id, question.answered_by_id)
    users = people_concerned(question.call).exclude(pk__in=told)
    announce(QUESTION_ANSWERED, about=question.pk, key=str(question.pk), users=users)
    announce(YOUR_QUESTION_ANSWERED, about=question.pk, key=str(question.pk), users=_asker(question))


def answer_corrected(correction: Correction) -> None:
    """To who asked, who had answered and all whom the call concerns, once for each correction; not to who corrected."""
    question = correction.question
    about_it = _known(question.asked_by_id, question.answered_by_id)
    concerned = people_concerned(question.call).values("pk")
    users = User.objects.filter(Q(pk__in=about_it) | Q(pk__in=concerned)).exclude(pk__in=_known(correction.by_id))
    announce(ANSWER_CORRECTED, about=correction.pk, key=str(correction.pk), users=users)


def question_set_aside(question: Question) -> None:
    """To who asked only, with the reason."""
    announce(QUESTION_SET_ASIDE, about=question.pk, key=f"{question.pk}:{question.changes}", users=_asker(question))


def _known(*people: int | None) -> list[int]:
    """Those whose account has not been deleted."""
    return [pk for pk in people if pk]


def _asker(question: Question) -> list[User]:
    """Who asked, unless it is who acts now."""
    asker = question.asked_by
    return [asker] if asker and asker.pk != question.answered_by_id else []
