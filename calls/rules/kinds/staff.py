"""Whom the project employs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calls.rules import words
from calls.rules.base import Party, Rule, Scope, Verdict
from calls.rules.values import Values


class Staff(Rule):
    """Graduates to be hired, contracts to be made permanent; where a call names both, one of them is enough."""

    kind = "staff"
    title = gettext_lazy("Staff to be hired")
    scope = Scope.PROJECT
    order = 60

    class Form(forms.Form):
        graduates = forms.IntegerField(
            label=gettext_lazy("Graduates hired, at least"), min_value=1, max_value=100, required=False
        )
        permanent = forms.IntegerField(
            label=gettext_lazy("Contracts made permanent, at least"), min_value=1, max_value=100, required=False
        )

        def clean(self) -> dict[str, Any]:
            cleaned = super().clean() or {}
            if not self.errors and not cleaned.get("graduates") and not cleaned.get("permanent"):
                raise ValidationError(_("Enter a number of graduates, a number of contracts, or both."))
            return cleaned

    def read(self, given: Values) -> None:
        self.graduates = given.number_or_none("graduates")
        self.permanent = given.number_or_none("permanent")
        if self.graduates is None and self.permanent is None:
            raise KeyError("neither graduates nor permanent")

    def explain(self) -> str:
        hire = ngettext(
            "at least %(count)s graduate is hired", "at least %(count)s graduates are hired", self.graduates or 0
        )
        keep = ngettext(
            "at least %(count)s contract is made permanent",
            "at least %(count)s contracts are made permanent",
            self.permanent or 0,
        )
        parts = [hire % {"count": self.graduates}] if self.graduates else []
        parts += [keep % {"count": self.permanent}] if self.permanent else []
        return _("For the project %(conditions)s.") % {"conditions": words.either(parts)}

    def check(self, party: Party) -> Verdict:
        asked = [
            (wanted, there, name)
            for wanted, there, name in [
                (self.graduates, party.graduates_hired, _graduates),
                (self.permanent, party.contracts_made_permanent, _contracts),
            ]
            if wanted is not None
        ]
        parts = [
            _("%(count)s of %(wanted)s") % {"count": there or 0, "wanted": name(wanted)}
            for wanted, there, name in asked
        ]
        text = ", ".join(parts)
        if any(there is not None and there >= wanted for wanted, there, _name in asked):
            return Verdict(True, text)
        if any(there is None for _wanted, there, _name in asked):
            return Verdict(None, text, _("Enter how many people will be hired or made permanent."))
        ways = words.either(name(wanted - (there or 0)) for wanted, there, name in asked)
        return Verdict(False, text, _("Still needed: %(kinds)s.") % {"kinds": ways})


def _graduates(count: int) -> str:
    return ngettext("%(count)s graduate hired", "%(count)s graduates hired", count) % {"count": count}


def _contracts(count: int) -> str:
    words = ngettext("%(count)s contract made permanent", "%(count)s contracts made permanent", count)
    return words % {"count": count}
