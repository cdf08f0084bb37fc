"""What kinds of organisation take part, and in which legal form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calls.rules import words
from calls.rules.base import Party, Rule, Scope, Verdict
from calls.rules.fields import Column, RowsField
from calls.rules.kinds.members import MOST
from calls.rules.values import Values
from enterprises.models import OrganisationKind


class Roles(Rule):
    kind = "roles"
    title = gettext_lazy("Kinds of organisation that may take part")
    scope = Scope.WHO
    order = 10

    class Form(forms.Form):
        kinds = forms.MultipleChoiceField(
            label=gettext_lazy("Who may take part"),
            choices=OrganisationKind.choices,
            widget=forms.CheckboxSelectMultiple,
        )

    def read(self, given: Values) -> None:
        self.kinds = [OrganisationKind(kind).value for kind in given.texts("kinds")]

    def explain(self) -> str:
        return _("Who may take part: %(kinds)s.") % {"kinds": words.both(words.plural(kind) for kind in self.kinds)}

    def check(self, party: Party) -> Verdict:
        barred = sorted(member.name for member in party.members if member.kind not in self.kinds)
        whole = len(party.members)
        text = _("%(count)s of %(wanted)s") % {
            "count": whole - len(barred),
            "wanted": words.organisations(whole),
        }
        if not barred:
            return Verdict(True, text)
        sentence = _("The call is not for %(names)s: look for partners among %(kinds)s.")
        kinds = words.both(words.plural(kind) for kind in self.kinds)
        return Verdict(False, text, sentence % {"names": words.both(barred), "kinds": kinds})

    def facts(self) -> Mapping[str, Any]:
        return {"roles": self.kinds}


class RolesWanted(Rule):
    kind = "roles_wanted"
    title = gettext_lazy("Kinds of organisation that must take part")
    scope = Scope.TOGETHER
    order = 30

    class Form(forms.Form):
        wanted = RowsField(
            [
                Column(
                    "kind",
                    forms.ChoiceField(label=gettext_lazy("Kind"), choices=[("", "–"), *OrganisationKind.choices]),
                ),
                Column(
                    "fewest",
                    forms.IntegerField(label=gettext_lazy("How many, at least"), min_value=1, max_value=MOST),
                ),
            ],
            unique="kind",
            label=gettext_lazy("Who must take part"),
        )

    def read(self, given: Values) -> None:
        rows = given.rows("wanted")
        self.wanted = {OrganisationKind(row.text("kind")).value: row.number("fewest") for row in rows}

    def explain(self) -> str:
        kinds = words.both(words.counted(kind, count) for kind, count in self.wanted.items())
        return _("Among those who take part are at least %(kinds)s.") % {"kinds": kinds}

    def check(self, party: Party) -> Verdict:
        there = {kind: sum(member.kind == kind for member in party.members) for kind in self.wanted}
        missing = {kind: count - there[kind] for kind, count in self.wanted.items() if there[kind] < count}
        parts = [
            _("%(count)s of %(wanted)s") % {"count": there[kind], "wanted": words.counted(kind, count)}
            for kind, count in self.wanted.items()
        ]
        text = ", ".join(parts)
        if not missing:
            return Verdict(True, text)
        kinds = words.both(words.counted(kind, count) for kind, count in missing.items())
        return Verdict(False, text, _("Still needed: %(kinds)s.") % {"kinds": kinds})


class LegalForms(Rule):
    kind = "legal_forms"
    title = gettext_lazy("Legal forms")
    scope = Scope.TOGETHER
    order = 40

    class Form(forms.Form):
        allowed = forms.MultipleChoiceField(
            label=gettext_lazy("Legal forms"),
            choices=words.choices(words.LegalForm),
            widget=forms.CheckboxSelectMultiple,
        )

    def read(self, given: Values) -> None:
        self.allowed = [words.LegalForm(form) for form in given.texts("allowed")]

    def explain(self) -> str:
        forms_named = words.either(form.label for form in self.allowed)
        return _("Those who take part are joined as: %(forms)s.") % {"forms": forms_named}

    def check(self, party: Party) -> Verdict:
        if party.legal_form is None:
            return Verdict(None, _("The legal form is not known"), _("Enter the legal form."))
        text = str(words.LegalForm(party.legal_form).label)
        if party.legal_form in self.allowed:
            return Verdict(True, text)
        sentence = ngettext("Choose this form: %(forms)s.", "Choose one of these forms: %(forms)s.", len(self.allowed))
        return Verdict(False, text, sentence % {"forms": words.either(form.label for form in self.allowed)})
