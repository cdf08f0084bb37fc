"""How many organisations take part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calls.rules import words
from calls.rules.base import Party, Rule, Scope, Verdict
from calls.rules.values import Values

MOST = 100


class FewestForm(forms.Form):
    fewest = forms.IntegerField(label=gettext_lazy("How many, at least"), min_value=1, max_value=MOST)


class MinimumMembers(Rule):
    kind = "minimum_members"
    title = gettext_lazy("Fewest members")
    scope = Scope.TOGETHER
    order = 10
    Form = FewestForm

    def read(self, given: Values) -> None:
        self.fewest = given.number("fewest")

    def explain(self) -> str:
        sentence = ngettext(
            "At least %(count)s organisation takes part, the lead included.",
            "At least %(count)s organisations take part, the lead included.",
            self.fewest,
        )
        return sentence % {"count": self.fewest}

    def check(self, party: Party) -> Verdict:
        count = len(party.members)
        text = _("%(count)s of %(wanted)s") % {"count": count, "wanted": words.organisations(self.fewest)}
        if count >= self.fewest:
            return Verdict(True, text)
        missing = self.fewest - count
        more = ngettext("%(count)s more organisation is needed.", "%(count)s more organisations are needed.", missing)
        return Verdict(False, text, more % {"count": missing})

    def facts(self) -> Mapping[str, Any]:
        return {"partners_min": self.fewest}


class MaximumMembers(Rule):
    kind = "maximum_members"
    title = gettext_lazy("Most members")
    scope = Scope.TOGETHER
    order = 11

    class Form(forms.Form):
        most = forms.IntegerField(label=gettext_lazy("How many, at most"), min_value=1, max_value=MOST)

    def read(self, given: Values) -> None:
        self.most = given.number("most")

    def explain(self) -> str:
        sentence = ngettext(
            "At most %(count)s organisation takes part, the lead included.",
            "At most %(count)s organisations take part, the lead included.",
            self.most,
        )
        return sentence % {"count": self.most}

    def check(self, party: Party) -> Verdict:
        count = len(party.members)
        text = _("%(count)s, at most %(most)s") % {"count": words.organisations(count), "most": self.most}
        if count <= self.most:
            return Verdict(True, text)
        much = count - self.most
        less = ngettext("%(count)s organisation is too many.", "%(count)s organisations are too many.", much)
        return Verdict(False, text, less % {"count": much})
