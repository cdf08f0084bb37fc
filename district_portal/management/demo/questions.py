"""The demonstration's plain summaries, and questions with their answers: `data/questions.json`.

Days are counted back from the day on which the demonstration is made. All of it is made up, about made-up calls.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from calls.models import Call, Correction, Question, Visit
from calls.states import QuestionState
from district_portal.accounts.models import User
from district_portal.management.demo.dates import days

DATA = Path(__file__).parent / "data" / "questions.json"
# In these calls questions end a week before the deadline, in the others with it.
END_EARLIER, QUESTIONS_END = {"main", "sterile", "software"}, days(7)
TEXTS = ["question_it", "answer_it", "question_en", "answer_en"]


def make(users: dict[str, User], calls: dict[str, Call], moment: datetime) -> None:
    data = json.loads(DATA.read_text(encoding="utf-8"))
    for key, texts in data["plain"].items():
        call = calls[key]
        call.plain_it, call.plain_en = texts["it"], texts["en"]
        if key in END_EARLIER:
            call.questions_until = call.closes_at - QUESTIONS_END
        call.save(update_fields=["plain_it", "plain_en", "questions_until"])
    for spec in data["questions"]:
        _question(spec, calls[spec["call"]], users, moment)
    # So that there is something new for who looks again.
    Visit.objects.create(user=users["novamed"], call=calls["main"], at=moment - days(9))


def _question(spec: dict[str, Any], call: Call, users: dict[str, User], moment: datetime) -> None:
    question = Question(
        call=call,
        text=spec["text"],
        on_behalf=spec.get("on_behalf", False),
        asked_by=users[spec["asker"]],
        asked_at=moment - days(spec["asked"]),
    )
    if spec["answered"] is not None:
        question.state, question.changes = QuestionState.ANSWERED, 1
        question.answered_by, question.answered_at = users[spec["by"]], moment - days(spec["answered"])
        for name in TEXTS:
            setattr(question, name, spec[name])
    question.save()
    if correction := spec.get("correction"):
        _correct(question, correction, users, moment)


def _correct(question: Question, spec: dict[str, Any], users: dict[str, User], moment: datetime) -> None:
    before = {name: getattr(question, name) for name in TEXTS}
    Correction.objects.create(
        question=question, at=moment - days(spec["days"]), by=users[spec["by"]], note=spec["note"], **before
    )
    question.answer_it, question.answer_en, question.changes = spec["answer_it"], spec["answer_en"], 2
    question.save()
