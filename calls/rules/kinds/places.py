"""From where the organisations come: countries and districts, all of them or at least some."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calls.rules import words
from calls.rules.base import Member, Party, Rule, Scope, Verdict
from calls.rules.fields import CountriesField, DistrictsField, country
from calls.rules.kinds.members import MOST
from calls.rules.values import Values


class PlacesForm(forms.Form):
    fewest = forms.IntegerField(
        label=gettext_lazy("How many of the organisations, at least"),
        help_text=gettext_lazy("Leave it empty if all of them must come from there"),
        min_value=1,
        max_value=MOST,
        required=False,
    )


class Places(Rule, registered=False):
    """All organisations, or at least `fewest`, come from one of some places."""

    fewest: int | None

    @abstractmethod
    def place(self, member: Member) -> str | None: ...

    @property
    @abstractmethod
    def places(self) -> Collection[str]: ...

    @property
    @abstractmethod
    def names(self) -> str:
        """The places in a sentence: "Italy or France"."""

    @abstractmethod
    def enter(self, names: str, count: int) -> str:
        """What to enter where the place of `count` organisations is not known."""

    def read(self, given: Values) -> None:
        self.fewest = given.number_or_none("fewest")

    def check(self, party: Party) -> Verdict:
        inside = sum(self.place(member) in self.places for member in party.members)
        unknown = sorted(member.name for member in party.members if self.place(member) is None)
        outside = sorted(member.name for member in party.members if self.place(member) not in (None, *self.places))
        wanted = len(party.members) if self.fewest is None else self.fewest
        text = _("%(count)s of %(wanted)s") % {"count": inside, "wanted": words.organisations(wanted)}
        if inside >= wanted:
            return Verdict(True, text)
        enter = self.enter(words.both(unknown), len(unknown))
        if self.fewest is None:
            return Verdict(False, text, self._without(outside)) if outside else Verdict(None, text, enter)
        if inside + len(unknown) >= wanted:
            return Verdict(None, text, enter)
        more = ngettext(
            "%(count)s more organisation is needed from here: %(names)s.",
            "%(count)s more organisations are needed from here: %(names)s.",
            wanted - inside,
        )
        return Verdict(False, text, more % {"count": wanted - inside, "names": self.names})

    def _without(self, outside: list[str]) -> str:
        sentence = ngettext(
            "Continue without %(names)s, which comes from elsewhere.",
            "Continue without %(names)s, which come from elsewhere.",
            len(outside),
        )
        return sentence % {"names": words.both(outside)}


class Countries(Places):
    kind = "countries"
    title = gettext_lazy("Countries")
    scope = Scope.WHO
    order = 20

    class Form(PlacesForm):
        field_order = ["countries", "fewest"]
        countries = CountriesField(label=gettext_lazy("Countries"))

    def read(self, given: Values) -> None:
        super().read(given)
        self.countries = given.texts("countries")

    @property
    def places(self) -> Collection[str]:
        return self.countries

    @property
    def names(self) -> str:
        return words.either(sorted(country(code) for code in self.countries))

    def place(self, member: Member) -> str | None:
        return member.country

    def explain(self) -> str:
        if self.fewest is None:
            return _("Every organisation is established in %(names)s.") % {"names": self.names}
        sentence = ngettext(
            "At least %(count)s organisation is established in %(names)s.",
            "At least %(count)s organisations are established in %(names)s.",
            self.fewest,
        )
        return sentence % {"count": self.fewest, "names": self.names}

    def enter(self, names: str, count: int) -> str:
        sentence = ngettext(
            "Enter the VAT number or the municipality of %(names)s.",
            "Enter the VAT numbers or the municipalities of %(names)s.",
            count,
        )
        return sentence % {"names": names}


class Districts(Places):
    kind = "districts"
    title = gettext_lazy("Districts")
    scope = Scope.WHO
    order = 21

    class Form(PlacesForm):
        field_order = ["districts", "fewest"]
        districts = DistrictsField(label=gettext_lazy("Districts"))

    def read(self, given: Values) -> None:
        super().read(given)
        self.districts = {row.text("slug"): row.names() for row in given.rows("districts")}

    @property
    def places(self) -> Collection[str]:
        return self.districts

    @property
    def names(self) -> str:
        return words.either(words.named(names) for names in self.districts.values())

    def place(self, member: Member) -> str | None:
        return member.district

    def explain(self) -> str:
        if self.fewest is None:
            return _("Every organisation belongs to the district %(names)s.") % {"names": self.names}
        sentence = ngettext(
            "At least %(count)s organisation belongs to the district %(names)s.",
            "At least %(count)s organisations belong to the district %(names)s.",
            self.fewest,
        )
        return sentence % {"count": self.fewest, "names": self.names}

    def enter(self, names: str, count: int) -> str:
        sentence = ngettext("Enter the district of %(names)s.", "Enter the districts of %(names)s.", count)
        return sentence % {"names": names}
