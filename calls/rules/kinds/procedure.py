"""How a proposal gets to the Region, and what happens to it there: these rules judge nobody."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calls.rules import words
from calls.rules.base import Party, Rule, Scope
from calls.rules.fields import Column, RowsField
from calls.rules.values import Values

EVALUATORS, INTEGRATION_DAYS = 2, 10
MOST_DAYS = 90
TIED_CRITERIA = 6


class Channel(models.TextChoices):
    PORTAL = "portal", gettext_lazy("in this portal")
    HAND_OVER = "hand_over", gettext_lazy("handed over to the Region's own system, or by certified mail (PEC)")


class Procedure(Rule, registered=False):
    """Says how it is done, and asks nothing of anybody."""

    asked: ClassVar[bool] = False

    def check(self, party: Party) -> None:
        return None


class Submission(Procedure):
    kind = "submission"
    title = gettext_lazy("How proposals are sent")
    scope = Scope.PAPERS
    order = 30

    class Form(forms.Form):
        channel = forms.ChoiceField(
            label=gettext_lazy("Where the proposal is sent"),
            choices=words.choices(Channel),
            help_text=gettext_lazy("Handed over: the portal makes the files, and keeps the Region's protocol number."),
        )
        review = forms.BooleanField(
            label=gettext_lazy("A facilitator approves the proposal before it is sent"), required=False, initial=True
        )

    def read(self, given: Values) -> None:
        self.channel = Channel(given.text("channel"))
        self.review = given.flag("review")

    def explain(self) -> str:
        if self.channel == Channel.PORTAL:
            if self.review:
                return _("The proposal is sent to the Region in this portal, once a facilitator has approved it.")
            return _("The proposal is sent to the Region in this portal.")
        if self.review:
            return _(
                "Once a facilitator has approved the proposal, this portal makes its files, which you hand over to "
                "the Region's own system or send by certified mail (PEC)."
            )
        return _(
            "This portal makes the files of the proposal, which you hand over to the Region's own system or send by "
            "certified mail (PEC)."
        )


class Priority(models.TextChoices):
    """What decides between equal points; the moment of submission is always last.

    A criterion is named by its place in the call's grid, as a rule knows nothing of the others.
    """

    CRITERION_1 = "criterion_1", gettext_lazy("the points for criterion 1")
    CRITERION_2 = "criterion_2", gettext_lazy("the points for criterion 2")
    CRITERION_3 = "criterion_3", gettext_lazy("the points for criterion 3")
    CRITERION_4 = "criterion_4", gettext_lazy("the points for criterion 4")
    CRITERION_5 = "criterion_5", gettext_lazy("the points for criterion 5")
    CRITERION_6 = "criterion_6", gettext_lazy("the points for criterion 6")
    SMES = "smes", gettext_lazy("more small and medium enterprises")
    GRADUATES = "graduates", gettext_lazy("more graduates to be hired")

    @property
    def criterion(self) -> int | None:
        """Its place, counted from 1."""
        name, _line, place = self.value.partition("_")
        return int(place) if name == "criterion" else None


class Selection(Procedure):
    kind = "selection"
    title = gettext_lazy("Evaluators, ties and times to answer")
    scope = Scope.ASSESSMENT
    order = 20

    class Form(forms.Form):
        evaluators = forms.IntegerField(
            label=gettext_lazy("Evaluators for each proposal"), min_value=1, max_value=9, initial=EVALUATORS
        )
        priorities = RowsField(
            [
                Column(
                    "priority",
                    forms.ChoiceField(label=gettext_lazy("Decides"), choices=[("", "–"), *words.choices(Priority)]),
                )
            ],
            unique="priority",
            required=False,
            label=gettext_lazy("What decides between equal points, in this order"),
            help_text=gettext_lazy("Last of all, the earlier submission decides."),
        )
        objection_days = forms.IntegerField(
            label=gettext_lazy("Days to answer an announced rejection"),
            min_value=1,
            max_value=MOST_DAYS,
            required=False,
            help_text=gettext_lazy("Empty: rejections are not announced. The law exempts rankings."),
        )
        integration_days = forms.IntegerField(
            label=gettext_lazy("Days to complete a proposal when the Region asks for it"),
            min_value=1,
            max_value=MOST_DAYS,
            initial=INTEGRATION_DAYS,
        )

    def read(self, given: Values) -> None:
        self.evaluators = given.number("evaluators")
        rows = given.rows("priorities") if given.has("priorities") else ()
        self.priorities = [Priority(row.text("priority")) for row in rows]
        self.objection_days = given.number_or_none("objection_days")
        self.integration_days = given.number("integration_days")

    def explain(self) -> str:
        parts = [self._evaluators(), self._ties(), self._integration()]
        if self.objection_days is not None:
            parts.append(self._objection(self.objection_days))
        return _("%(parts)s.") % {"parts": "; ".join(parts)}

    def _evaluators(self) -> str:
        sentence = ngettext(
            "Each proposal is read by %(count)s evaluator",
            "Each proposal is read by %(count)s evaluators",
            self.evaluators,
        )
        return sentence % {"count": self.evaluators}

    def _ties(self) -> str:
        if not self.priorities:
            return _("between equal points the earlier submission decides")
        names = ", ".join(str(priority.label) for priority in self.priorities)
        return _("between equal points these decide, in this order: %(names)s, the earlier submission") % {
            "names": names
        }

    def _integration(self) -> str:
        sentence = ngettext(
            "there is %(count)s day to complete a proposal when the Region asks for it",
            "there are %(count)s days to complete a proposal when the Region asks for it",
            self.integration_days,
        )
        return sentence % {"count": self.integration_days}

    def _objection(self, days: int) -> str:
        sentence = ngettext(
            "a rejection is announced, with %(count)s day to answer",
            "a rejection is announced, with %(count)s days to answer",
            days,
        )
        return sentence % {"count": days}


class Stage(models.TextChoices):
    """Of the two checks that come before the scoring."""

    FORMAL = "formal", gettext_lazy("formal")
    SUBSTANTIVE = "substantive", gettext_lazy("substantive")


class Admissibility(Procedure):
    kind = "admissibility"
    title = gettext_lazy("Checks of admissibility")
    scope = Scope.ASSESSMENT
    order = 5

    class Form(forms.Form):
        checks = RowsField(
            [
                Column(
                    "stage",
                    forms.ChoiceField(label=gettext_lazy("Check"), choices=[("", "–"), *words.choices(Stage)]),
                ),
                Column("name_it", forms.CharField(label=gettext_lazy("In Italian"), max_length=300)),
                Column("name_en", forms.CharField(label=gettext_lazy("In English"), max_length=300, required=False)),
            ],
            unique="name_it",
            code_from="name_it",
            label=gettext_lazy("What is checked before a proposal is scored"),
        )

    def read(self, given: Values) -> None:
        rows = given.rows("checks")
        self.checks = {row.text("code"): (Stage(row.text("stage")), row.names()) for row in rows}

    def explain(self) -> str:
        parts = [
            _("“%(text)s” (%(stage)s)") % {"text": words.named(names), "stage": stage.label}
            for stage, names in self.checks.values()
        ]
        sentence = ngettext(
            "Before a proposal is scored, this is checked: %(checks)s.",
            "Before a proposal is scored, these are checked: %(checks)s.",
            len(parts),
        )
        return sentence % {"checks": words.both(parts)}
