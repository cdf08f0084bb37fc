"""All rules of a call at once: what a party meets, what is open, what is not known yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import ngettext

from calls.rules.base import Party, Rule, Verdict, in_order


@dataclass(frozen=True)
class Line:
    """One rule and how the party stands under it."""

    rule: Rule
    verdict: Verdict


@dataclass(frozen=True)
class Judgement:
    """A line for each rule that judges, in the order of the page."""

    lines: tuple[Line, ...]

    @property
    def met(self) -> int:
        return sum(line.verdict.met is True for line in self.lines)

    @property
    def of(self) -> int:
        return len(self.lines)

    @property
    def summary(self) -> str:
        """ "4 of 5 requirements met"; never "you are eligible"."""
        words = ngettext("%(met)s of %(count)s requirement met", "%(met)s of %(count)s requirements met", self.of)
        return words % {"met": self.met, "count": self.of}

    @property
    def open(self) -> tuple[Line, ...]:
        """What is not met, as far as it is known."""
        return tuple(line for line in self.lines if line.verdict.met is False)

    @property
    def unknown(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.verdict.met is None)


def judge(rules: Iterable[Rule], party: Party) -> Judgement:
    """How the party stands under each rule. Rules that judge nobody (criteria) have no line."""
    verdicts = ((rule, rule.check(party)) for rule in in_order(list(rules)))
    return Judgement(tuple(Line(rule, verdict) for rule, verdict in verdicts if verdict is not None))
