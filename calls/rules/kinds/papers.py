"""What must be handed in: declarations and documents."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calls.rules import words
from calls.rules.base import Party, Rule, Scope, Verdict
from calls.rules.fields import Column, RowsField
from calls.rules.values import Values


class TextsField(RowsField):
    """Texts in both languages, each with a code."""

    def __init__(self, **kwargs: Any) -> None:
        columns = [
            Column("name_it", forms.CharField(label=gettext_lazy("In Italian"), max_length=300)),
            Column("name_en", forms.CharField(label=gettext_lazy("In English"), max_length=300, required=False)),
        ]
        super().__init__(columns, unique="name_it", code_from="name_it", **kwargs)


class Papers(Rule, registered=False):
    """Each of some texts, known by its code, must be there."""

    scope = Scope.PAPERS

    def read(self, given: Values) -> None:
        self.wanted = {row.text("code"): row.names() for row in given.rows(self.kind)}

    @abstractmethod
    def given(self, party: Party) -> Collection[str] | None: ...

    @abstractmethod
    def count(self, number: int) -> str: ...

    @property
    def codes(self) -> dict[str, str]:
        """Text in the reader's language by code."""
        return {code: words.named(names) for code, names in self.wanted.items()}

    def check(self, party: Party) -> Verdict:
        there = self.given(party)
        missing = [f"“{text}”" for code, text in self.codes.items() if code not in (there or ())]
        wanted = self.count(len(self.codes))
        text = _("%(count)s of %(wanted)s") % {"count": len(self.codes) - len(missing), "wanted": wanted}
        if not missing:
            return Verdict(True, text)
        way_on = _("Still needed: %(kinds)s.") % {"kinds": words.both(missing)}
        return Verdict(None if there is None else False, text, way_on)


class Declarations(Papers):
    kind = "declarations"
    title = gettext_lazy("Declarations")
    order = 10

    class Form(forms.Form):
        declarations = TextsField(label=gettext_lazy("What must be declared"))

    def explain(self) -> str:
        texts = words.both(f"“{text}”" for text in self.codes.values())
        sentence = ngettext("This must be declared: %(texts)s.", "These must be declared: %(texts)s.", len(self.wanted))
        return sentence % {"texts": texts}

    def given(self, party: Party) -> Collection[str] | None:
        return party.declared

    def count(self, number: int) -> str:
        return ngettext("%(count)s declaration", "%(count)s declarations", number) % {"count": number}


class Documents(Papers):
    kind = "documents"
    title = gettext_lazy("Documents to attach")
    order = 20

    class Form(forms.Form):
        documents = TextsField(label=gettext_lazy("What must be attached"))

    def explain(self) -> str:
        texts = words.both(f"“{text}”" for text in self.codes.values())
        sentence = ngettext("This must be attached: %(texts)s.", "These must be attached: %(texts)s.", len(self.wanted))
        return sentence % {"texts": texts}

    def given(self, party: Party) -> Collection[str] | None:
        return party.attached

    def count(self, number: int) -> str:
        return ngettext("%(count)s document", "%(count)s documents", number) % {"count": number}
