"""How many small and medium enterprises take part, and how many of them are independent.

Independent are enterprises that no other member controls, and that nobody controls who also controls another member
(Recommendation 2003/361/EC, art. 3). The members of one group therefore count once, and not at all beside a large
enterprise of their own group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calls.rules import words
from calls.rules.base import Member, Party, Rule, Scope, Verdict
from calls.rules.kinds.members import FewestForm
from calls.rules.values import Values


@dataclass(frozen=True)
class Count:
    """A number that is at least `sure`, and more if the enterprises of `unknown` size are small or medium."""

    sure: int
    possible: int
    unknown: tuple[str, ...]


def smes(members: Sequence[Member]) -> Count:
    """Small and medium enterprises."""
    sure = sum(member.is_sme is True for member in members)
    unknown = tuple(sorted(member.name for member in members if member.is_sme is None))
    return Count(sure, sure + len(unknown), unknown)


def independent_smes(members: Sequence[Member]) -> Count:
    """Groups of enterprises (one that stands alone is its own) that are small or medium as a whole."""
    groups = undertakings(members)
    sure = sum(all(member.is_sme for member in group) for group in groups)
    possible = sum(all(member.is_sme is not False for member in group) for group in groups)
    unknown = tuple(sorted(member.name for group in groups for member in group if member.is_sme is None))
    return Count(sure, possible, unknown)


def undertakings(members: Sequence[Member]) -> list[list[Member]]:
    """Enterprises by who controls them. A group may be named after one of the members."""
    controllers = {member.group.casefold() for member in members if member.group}
    groups: dict[str | int, list[Member]] = {}
    for number, member in enumerate(member for member in members if member.kind == "enterprise"):
        own = member.name.casefold()
        key: str | int = member.group.casefold() or (own if own in controllers else number)
        groups.setdefault(key, []).append(member)
    return list(groups.values())


def _verdict(count: Count, wanted: int, text: str, more: str) -> Verdict:
    """`more` says how many are missing if no enterprise of unknown size counts."""
    if count.sure >= wanted:
        return Verdict(True, text)
    if not count.unknown:
        return Verdict(False, text, more)
    enter = ngettext("Enter the size of %(names)s.", "Enter the sizes of %(names)s.", len(count.unknown))
    enter %= {"names": words.both(count.unknown)}
    return Verdict(None, text, enter) if count.possible >= wanted else Verdict(False, text, f"{more} {enter}")


class MinimumSmes(Rule):
    kind = "minimum_smes"
    title = gettext_lazy("Fewest small and medium enterprises")
    scope = Scope.TOGETHER
    order = 20
    Form = FewestForm

    def read(self, given: Values) -> None:
        self.fewest = given.number("fewest")

    def explain(self) -> str:
        sentence = ngettext(
            "At least %(count)s small or medium enterprise takes part.",
            "At least %(count)s small or medium enterprises take part.",
            self.fewest,
        )
        return sentence % {"count": self.fewest}

    def check(self, party: Party) -> Verdict:
        count = smes(party.members)
        missing = self.fewest - count.sure
        more = ngettext(
            "%(count)s more small or medium enterprise is needed.",
            "%(count)s more small or medium enterprises are needed.",
            missing,
        )
        text = _("%(count)s of %(wanted)s") % {"count": count.sure, "wanted": words.smes(self.fewest)}
        return _verdict(count, self.fewest, text, more % {"count": missing})

    def facts(self) -> Mapping[str, Any]:
        return {"partners_min": self.fewest} if self.fewest > 1 else {}


class IndependentSmes(Rule, registered=False):
    """What the two rules on independent enterprises share."""

    Form = FewestForm

    def read(self, given: Values) -> None:
        self.fewest = given.number("fewest")

    def check(self, party: Party) -> Verdict:
        count = independent_smes(party.members)
        wanted = ngettext(
            "%(count)s independent small or medium enterprise",
            "%(count)s independent small or medium enterprises",
            self.fewest,
        )
        missing = self.fewest - count.sure
        more = ngettext(
            "%(count)s more independent small or medium enterprise is needed.",
            "%(count)s more independent small or medium enterprises are needed.",
            missing,
        )
        text = _("%(count)s of %(wanted)s") % {"count": count.sure, "wanted": wanted % {"count": self.fewest}}
        return _verdict(count, self.fewest, text, more % {"count": missing})


class MinimumIndependentSmes(IndependentSmes):
    kind = "minimum_independent_smes"
    title = gettext_lazy("Fewest independent small and medium enterprises")
    scope = Scope.TOGETHER
    order = 21

    def explain(self) -> str:
        sentence = ngettext(
            "At least %(count)s small or medium enterprise takes part that is independent of the others.",
            "At least %(count)s small or medium enterprises take part that are independent of one another.",
            self.fewest,
        )
        return sentence % {"count": self.fewest}

    def facts(self) -> Mapping[str, Any]:
        return {"partners_min": self.fewest} if self.fewest > 1 else {}


class SmesBesideLarge(IndependentSmes):
    kind = "smes_beside_large"
    title = gettext_lazy("Large enterprises only with small ones")
    scope = Scope.TOGETHER
    order = 22

    def explain(self) -> str:
        sentence = ngettext(
            "A large enterprise takes part only together with at least %(count)s independent small or medium "
            "enterprise.",
            "A large enterprise takes part only together with at least %(count)s independent small or medium "
            "enterprises.",
            self.fewest,
        )
        return sentence % {"count": self.fewest}

    def check(self, party: Party) -> Verdict:
        enterprises = [member for member in party.members if member.kind == "enterprise"]
        if all(member.is_sme for member in enterprises):
            return Verdict(True, _("No large enterprise takes part"))
        verdict = super().check(party)
        if verdict.met is not False or any(member.is_sme is False for member in enterprises):
            return verdict
        # Too few, and nobody knows yet whether a large one takes part.
        unknown = sorted(member.name for member in enterprises if member.is_sme is None)
        enter = ngettext("Enter the size of %(names)s.", "Enter the sizes of %(names)s.", len(unknown))
        return Verdict(None, verdict.text, enter % {"names": words.both(unknown)})
