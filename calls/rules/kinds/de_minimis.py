"""De minimis aid, Regulation 2023/2831: what a single undertaking had in the years before, and the new aid."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calls.rules import words
from calls.rules.base import Member, Party, Rule, Scope, Verdict
from calls.rules.fields import AmountField
from calls.rules.kinds.smes import undertakings
from calls.rules.values import Values
from district_portal.shared.ui import money

# Art. 3(2) of the regulation: EUR in any period of years. A suggestion; what the call says decides.
CEILING, YEARS = Decimal(300_000), 3


class DeMinimis(Rule):
    """Enterprises only. Members of one group are a single undertaking: they share what is left of the ceiling."""

    kind = "de_minimis"
    title = gettext_lazy("De minimis aid")
    scope = Scope.PROJECT
    order = 55
    asked = False

    class Form(forms.Form):
        ceiling = AmountField(label=gettext_lazy("Ceiling (EUR)"), initial=CEILING)
        years = forms.IntegerField(
            label=gettext_lazy("Years before the award that count"), min_value=1, max_value=10, initial=YEARS
        )

    def read(self, given: Values) -> None:
        self.ceiling = given.decimal("ceiling")
        self.years = given.number("years")

    def explain(self) -> str:
        sentence = ngettext(
            "Aid is de minimis: with this grant, an enterprise and those in its group have at most %(ceiling)s within "
            "%(count)s year.",
            "Aid is de minimis: with this grant, an enterprise and those in its group have at most %(ceiling)s within "
            "%(count)s years.",
            self.years,
        )
        return sentence % {"ceiling": money(self.ceiling), "count": self.years}

    def check(self, party: Party) -> Verdict:
        groups = undertakings(party.members)
        over = {_names(group): much for group in groups if (much := _beyond(group)) is not None and much > 0}
        known = [group for group in groups if _beyond(group) is not None]
        text = _("%(count)s of %(wanted)s") % {"count": len(known) - len(over), "wanted": _undertakings(len(groups))}
        if over:
            lower = _("Lower the aid of %(names)s by %(amount)s.")
            ways = [lower % {"names": names, "amount": money(much)} for names, much in sorted(over.items())]
            return Verdict(False, text, " ".join(ways))
        ways = _unknown(groups)
        return Verdict(None, text, " ".join(ways)) if ways else Verdict(True, text)


def _beyond(group: Sequence[Member]) -> Decimal | None:
    """EUR by which the aid of a single undertaking passes what is left; None where something is not known."""
    left = [member.headroom for member in group if member.headroom is not None]
    aid = [member.aid for member in group if member.aid is not None]
    if len(left) < len(group) or len(aid) < len(group):
        return None
    return sum(aid, Decimal(0)) - min(left)


def _unknown(groups: Sequence[Sequence[Member]]) -> list[str]:
    members = [member for group in groups for member in group]
    unstated = sorted(member.name for member in members if member.headroom is None)
    unplanned = sorted(member.name for member in members if member.aid is None)
    ways = []
    if unstated:
        state = ngettext(
            "%(names)s must state the de minimis aid that it had.",
            "%(names)s must state the de minimis aid that they had.",
            len(unstated),
        )
        ways.append(state % {"names": words.both(unstated)})
    if unplanned:
        enter = ngettext("Enter the costs of %(names)s.", "Enter the costs of %(names)s.", len(unplanned))
        ways.append(enter % {"names": words.both(unplanned)})
    return ways


def _names(group: Sequence[Member]) -> str:
    return words.both(sorted(member.name for member in group))


def _undertakings(count: int) -> str:
    return ngettext("%(count)s undertaking", "%(count)s undertakings", count) % {"count": count}
