"""What is written about questions: by who asks, and by those who answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calls.models import Question
from calls.operations.questions import AnswerTexts


class PlainText(forms.CharField):
    """Several lines, with the ends of lines as they are stored, whatever a browser sends."""

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace("\r\n", "\n")


def _text(label: Any, length: int, rows: int, *, missing: Any = None, help_text: Any = "") -> PlainText:
    """`missing`: what is said where nothing was written; None where that may be."""
    return PlainText(
        label=label,
        max_length=length,
        required=missing is not None,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing},
    )


class SearchForm(forms.Form):
    q = forms.CharField(label=_("Search in the answers"), max_length=200, required=False, widget=forms.SearchInput)


class AskForm(forms.Form):
    text = _text(
        _("Your question"),
        2000,
        4,
        help_text=_("One question at a time. Leave out names and secrets: the answer is read by all."),
        missing=_("Write your question, like: may a university lead a network?"),
    )
    on_behalf = forms.BooleanField(
        label=_("I ask on behalf of somebody else"),
        help_text=_("Their name is not kept. You get the answer, and can pass it on."),
        required=False,
    )

    def __init__(self, *args: Any, answers: bool, **kwargs: Any) -> None:
        """`answers`: whether the person is one of those who answer, and may ask for others."""
        super().__init__(*args, **kwargs)
        if not answers:
            del self.fields["on_behalf"]


class ChangeForm(forms.Form):
    """What those who answer do to a question as they have read it."""

    changes = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    @staticmethod
    def start(question: Question) -> dict[str, Any]:
        return {"changes": question.changes}


class AnswerForm(ChangeForm):
    question_it = _text(
        _("Question in Italian, as published"),
        2000,
        3,
        help_text=_("Say it so that all understand it, without naming who asked."),
        missing=_("Write the question as all will read it"),
    )
    answer_it = _text(_("Answer in Italian"), 5000, 6, missing=_("Write the answer"))
    question_en = _text(_("Question in English"), 2000, 3, help_text=_("Where it is empty, the Italian text is shown."))
    answer_en = _text(_("Answer in English"), 5000, 6)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in AnswerTexts.__dataclass_fields__:
            self.fields[name].widget.attrs["lang"] = name[-2:]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if bool(data.get("question_en")) != bool(data.get("answer_en")):
            missing = "answer_en" if data.get("question_en") else "question_en"
            self.add_error(missing, _("Write question and answer in English, or neither"))
        return data

    @property
    def texts(self) -> AnswerTexts:
        names = AnswerTexts.__dataclass_fields__
        return AnswerTexts(**{name: self.cleaned_data[name] for name in names})

    @staticmethod
    def start(question: Question) -> dict[str, Any]:
        """What is published, or what was asked."""
        return {
            "changes": question.changes,
            "question_it": question.question_it or question.text,
            "answer_it": question.answer_it,
            "question_en": question.question_en,
            "answer_en": question.answer_en,
        }


class CorrectForm(AnswerForm):
    note = forms.CharField(
        label=_("What is corrected, and why"),
        max_length=500,
        help_text=_("All read it, and the answer as it was before."),
        error_messages={"required": _("Say in one sentence what is corrected, and why")},
    )


class SetAsideForm(ChangeForm):
    reason = _text(
        _("Why it is not answered here"),
        500,
        3,
        help_text=_("Only who asked reads it."),
        missing=_("Give a reason, and say where the answer can be found"),
    )
