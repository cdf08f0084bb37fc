"""What a proposal says: the questions of the call's template, each with its limit in characters."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calls.rules import words
from calls.rules.base import Party, Rule, Scope, Verdict
from calls.rules.fields import CODE_LENGTH, Column, RowsField
from calls.rules.values import Values
from district_portal.shared.ui import number

FEWEST_CHARACTERS, MOST_CHARACTERS = 50, 20_000


@dataclass(frozen=True)
class Question:
    code: str
    names: tuple[str, str]
    """Italian and English; one of them may be empty."""
    hints: tuple[str, str]
    """Both may be empty."""
    limit: int
    """Characters, spaces included."""
    per_partner: bool
    """Every partner answers it for itself."""
    optional: bool


class Questions(Rule):
    """The code of a question stays when its text is changed: answers that were written are not lost."""

    kind = "questions"
    title = gettext_lazy("Questions of the proposal")
    scope = Scope.PAPERS
    order = 5
    asked = False

    class Form(forms.Form):
        questions = RowsField(
            [
                Column("name_it", forms.CharField(label=gettext_lazy("Question in Italian"), max_length=300)),
                Column(
                    "name_en",
                    forms.CharField(label=gettext_lazy("Question in English"), max_length=300, required=False),
                ),
                Column(
                    "hint_it", forms.CharField(label=gettext_lazy("Hint in Italian"), max_length=500, required=False)
                ),
                Column(
                    "hint_en", forms.CharField(label=gettext_lazy("Hint in English"), max_length=500, required=False)
                ),
                Column(
                    "limit",
                    forms.IntegerField(
                        label=gettext_lazy("Characters at most"),
                        min_value=FEWEST_CHARACTERS,
                        max_value=MOST_CHARACTERS,
                    ),
                ),
                Column("per_partner", forms.BooleanField(label=gettext_lazy("Each partner"), required=False)),
                Column("optional", forms.BooleanField(label=gettext_lazy("May stay empty"), required=False)),
                Column("code", forms.SlugField(required=False, max_length=CODE_LENGTH, widget=forms.HiddenInput)),
            ],
            unique="name_it",
            code_from="name_it",
            cards=True,
            label=gettext_lazy("Questions"),
            help_text=gettext_lazy("Characters are counted with spaces."),
        )

    def read(self, given: Values) -> None:
        rows = given.rows("questions")
        self.questions = [
            Question(
                row.text("code"),
                row.names(),
                row.both("hint"),
                row.number("limit"),
                row.flag("per_partner"),
                row.flag("optional"),
            )
            for row in rows
        ]

    def explain(self) -> str:
        parts = [self._said(question) for question in self.questions]
        sentence = ngettext(
            "The proposal answers this question: %(questions)s.",
            "The proposal answers these questions: %(questions)s.",
            len(parts),
        )
        return sentence % {"questions": words.both(parts)}

    @staticmethod
    def _said(question: Question) -> str:
        given = {"text": words.named(question.names), "limit": number(question.limit)}
        if question.per_partner:
            return _("“%(text)s” (each partner, up to %(limit)s characters)") % given
        return _("“%(text)s” (up to %(limit)s characters)") % given

    def check(self, party: Party) -> Verdict:
        """Only what has to be answered is counted."""
        wanted = [question for question in self.questions if not question.optional]
        missing = [question for question in wanted if question.code not in (party.answered or ())]
        whole = ngettext("%(count)s question answered", "%(count)s questions answered", len(wanted))
        text = _("%(count)s of %(wanted)s") % {
            "count": len(wanted) - len(missing),
            "wanted": whole % {"count": len(wanted)},
        }
        if not missing:
            return Verdict(True, text)
        names = words.both(f"“{words.named(question.names)}”" for question in missing)
        way_on = _("Still to be answered: %(questions)s.") % {"questions": names}
        return Verdict(None if party.answered is None else False, text, way_on)
