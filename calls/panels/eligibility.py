"""The eligibility self-check of a call: its rules as questions, filled in with what is known of an organisation.

It is guidance: it says "4 of 5 requirements met", never "you are eligible".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.models import Call, EligibilityAnswers, rules_of
from calls.parties import party_of
from calls.rules import Party, Rule, Scope, Unreadable, Verdict
from calls.states import UNAPPROVED, CallState
from enterprises.models import Organisation

SECONDS_A_QUESTION = 20


@dataclass(frozen=True)
class Link:
    words: str
    url: str


@dataclass(frozen=True)
class Question:
    """One rule and how it is answered. `hint` and `link` say what would meet it, and are empty where it is met."""

    kind: str
    sentence: str
    answer: bool | None
    """True: yes. False: not yet. None: not answered and not known."""
    from_profile: bool
    """The answer is what is known of the organisation; nobody has given another."""
    hint: str
    link: Link | None


@dataclass(frozen=True)
class Check:
    """The whole check, for one organisation or for a visitor."""

    call: Call
    questions: Sequence[Question]
    organisation: Organisation | None
    organisations: Sequence[Organisation]
    """All for which the person acts: one of them may be chosen."""
    saved_at: datetime | None
    """When answers were saved, if any are."""

    @property
    def met(self) -> int:
        return sum(question.answer is True for question in self.questions)

    @property
    def open(self) -> int:
        return sum(question.answer is False for question in self.questions)

    @property
    def unknown(self) -> int:
        return sum(question.answer is None for question in self.questions)

    @property
    def colour(self) -> str:
        """Suffix of `dn-note--`: green where all is met, amber where something is open, else blue."""
        return "ok" if self.met == len(self.questions) else "soon" if self.open else ""

    @property
    def length(self) -> str:
        """ "5 questions, about 2 minutes"."""
        count = len(self.questions)
        minutes = -(-count * SECONDS_A_QUESTION // 60)
        questions = ngettext("%(count)s question", "%(count)s questions", count) % {"count": count}
        about = ngettext("about %(count)s minute", "about %(count)s minutes", minutes) % {"count": minutes}
        return f"{questions}, {about}"

    @property
    def headline(self) -> str:
        count = len(self.questions)
        if self.met == count:
            return ngettext("The requirement is met.", "All %(count)s requirements met.", count) % {"count": count}
        words = ngettext("%(met)s of %(count)s requirement met", "%(met)s of %(count)s requirements met", count)
        words %= {"met": self.met, "count": count}
        if self.unknown:
            return _("%(met)s, %(unknown)s not known yet.") % {"met": words, "unknown": self.unknown}
        if self.open == 1 and count > 2:
            return _("Almost there: %(met)s.") % {"met": words}
        return f"{words}."

    @property
    def detail(self) -> str:
        """What is open, in a sentence; empty where nothing is."""
        if not self.open:
            return ""
        if self.call.closes_at is None:
            words = ngettext("%(count)s requirement is open.", "%(count)s requirements are open.", self.open)
        else:
            words = ngettext(
                "%(count)s requirement is open, and you can still solve it before the deadline.",
                "%(count)s requirements are open, and you can still solve them before the deadline.",
                self.open,
            )
        return words % {"count": self.open}


def check_of(
    call: Call,
    *,
    now: datetime,
    organisations: Sequence[Organisation] = (),
    chosen: str | None = None,
    given: Mapping[str, bool] | None = None,
) -> Check | None:
    """The check of a call, or None where there is nothing to ask: no rule that judges, or the call is over.

    `organisations` are those for which the person acts; `chosen` is the slug of one of them (another one, or none: the
    first). `given` are answers by kind of rule; None: those that are saved for the organisation.
    """
    rules = asked(call, now)
    if not rules:
        return None
    organisation = next((row for row in organisations if row.slug == chosen), next(iter(organisations), None))
    saved = EligibilityAnswers.objects.filter(call=call, organisation=organisation).first() if organisation else None
    if given is None:
        given = _kept(rules, saved.answers) if saved else {}
    known = verdicts(rules, organisation)
    advice = _Advice(call, organisation)
    return Check(
        call,
        [_question(rule, known[rule.kind], given.get(rule.kind), advice) for rule in rules],
        organisation,
        organisations,
        saved.saved_at if saved else None,
    )


def asked(call: Call, now: datetime) -> list[Rule]:
    """The rules that a person can answer, as long as the call is not over: not what only the application decides
    (grant, intensities), nor what judges nobody (criteria)."""
    over = call.state not in (*UNAPPROVED, CallState.PUBLISHED)
    if over or call.closes_at is not None and call.closes_at <= now:
        return []
    nobody = Party(members=())
    rules = (rule for rule in rules_of(call) if rule.asked and not isinstance(rule, Unreadable))
    return [rule for rule in rules if rule.check(nobody) is not None]


def verdicts(rules: Sequence[Rule], organisation: Organisation | None) -> dict[str, Verdict]:
    """How the organisation alone stands under each rule, by kind; of a visitor nothing is known."""
    party = party_of(organisation) if organisation else Party(members=())
    found = {rule.kind: rule.check(party) for rule in rules}
    known = {kind: verdict for kind, verdict in found.items() if verdict is not None}
    if organisation is None:
        return {kind: Verdict(None, verdict.text, verdict.way_on) for kind, verdict in known.items()}
    return known


def answers_to_keep(rules: Sequence[Rule], organisation: Organisation, given: Mapping[str, bool]) -> dict[str, Any]:
    """The answers that say something else than what is known: only they are kept, so that the rest stays current.

    Each with the parameters of the rule that was asked: an answer to another rule is none.
    """
    known = verdicts(rules, organisation)
    return {
        rule.kind: {"yes": given[rule.kind], "asked": rule.parameters}
        for rule in rules
        if rule.kind in given and known[rule.kind].met is not given[rule.kind]
    }


def _kept(rules: Sequence[Rule], answers: Mapping[str, Any]) -> dict[str, bool]:
    """Answers by kind to the rules as they are now."""
    return {
        rule.kind: answers[rule.kind]["yes"]
        for rule in rules
        if rule.kind in answers and answers[rule.kind]["asked"] == rule.parameters
    }


def _question(rule: Rule, known: Verdict, given: bool | None, advice: _Advice) -> Question:
    answer = known.met if given is None else given
    hint, link = advice.on(rule, known) if answer is False else ("", None)
    return Question(rule.kind, rule.explain(), answer, given is None and known.met is not None, hint, link)


class _Advice:
    """What would meet a rule that is not met: a sentence and a link."""

    def __init__(self, call: Call, organisation: Organisation | None) -> None:
        self._call = call
        self._organisation = organisation
        self._page = call.get_absolute_url()

    def on(self, rule: Rule, verdict: Verdict) -> tuple[str, Link | None]:
        counted = f"{verdict.text}. {verdict.way_on}" if verdict.met is False else verdict.way_on
        if rule.scope == Scope.TOGETHER:
            # Of a visitor's partners nothing is known: a number would be wrong.
            return (counted if self._organisation else ""), self._partners
        if rule.scope == Scope.PAPERS:
            return verdict.way_on, Link(_("Documents of this call"), f"{self._page}#documents")
        if rule.scope == Scope.WHO and self._organisation:
            return counted, Link(_("Look at your profile"), reverse("enterprises:edit", args=[self._organisation.slug]))
        return verdict.way_on, None

    @cached_property
    def _partners(self) -> Link:
        interested = self._call.interests.active().count()
        if not interested:
            return Link(_("Find organisations"), reverse("enterprises:list"))
        words = ngettext(
            "%(count)s organisation is interested in this call", "%(count)s organisations are interested in this call",
            interested,
        )  # fmt: skip
        return Link(words % {"count": interested}, f"{self._page}#interest")
