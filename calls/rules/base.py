"""What a rule of a call is: it explains itself, judges a party, and says what would meet it.

Rules know no database: who is judged is a `Party`, made from an organisation (`calls.parties`) or from a network
(`projects.parties`). Parameters are what a kind's `Form` asks for, stored as JSON (amounts and shares as text).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from calls.rules.aid import AidVersion
from calls.rules.fields import form_data, from_stored
from calls.rules.values import Values, stored


@dataclass(frozen=True)
class Member:
    """One organisation of a party, as far as it is known; None is unknown, never a guess."""

    name: str
    kind: str
    """Value of `OrganisationKind`."""
    size: str | None = None
    """Value of `EnterpriseSize`, by its latest declaration."""
    country: str | None = None
    """ISO 3166-1, two letters."""
    nuts: str | None = None
    district: str | None = None
    """Slug."""
    group: str = ""
    """Who controls it; members of the same group are not independent of each other."""
    cost_share: Decimal | None = None
    """Of the project's cost, between 0 and 1."""
    cost_by_activity: Mapping[str, Decimal] | None = None
    """EUR by activity of the tables of aid (`aid.Activity`)."""
    aid: Decimal | None = None
    """EUR of aid that it would get."""
    headroom: Decimal | None = None
    """EUR of de minimis aid that its single undertaking may still get, before this one; None until it has stated
    what it had."""
    other_networks: tuple[str, ...] | None = None
    """Other living networks of the same call in which it takes part: their titles, "" for one that is not public."""

    @property
    def is_sme(self) -> bool | None:
        """Micro, small or medium (Recommendation 2003/361/EC); None where no size is declared. Enterprises only."""
        if self.kind != "enterprise":
            return False
        return None if self.size is None else self.size != "large"


@dataclass(frozen=True)
class Party:
    """Who would take part: one organisation that asks for itself, or the members of a network."""

    members: tuple[Member, ...]
    legal_form: str | None = None
    """Value of `words.LegalForm`."""
    cost: Decimal | None = None
    """EUR, of the whole project."""
    grant: Decimal | None = None
    cost_by_category: Mapping[str, Decimal] | None = None
    """EUR by category of cost (`words.CostCategory`)."""
    bonuses: frozenset[str] | None = None
    """Bonuses of the tables of aid to which the project has a right."""
    award_on: date | None = None
    """Day on which the aid is granted: it decides on the version of the tables of aid."""
    declared: frozenset[str] | None = None
    """Codes of the declarations that were given."""
    attached: frozenset[str] | None = None
    """Codes of the documents that are attached."""
    answered: frozenset[str] | None = None
    """Codes of the template's questions that everyone who has to has answered."""
    graduates_hired: int | None = None
    contracts_made_permanent: int | None = None


@dataclass(frozen=True)
class Verdict:
    """How a party stands under one rule. `way_on` says what would meet it, and is empty exactly where it is met."""

    met: bool | None
    """None: not known yet."""
    text: str
    """How it is now, such as "4 of 5 small or medium enterprises"."""
    way_on: str = ""

    @property
    def status(self) -> str:
        """Key into the table of statuses (`shared.ui.STATUS`)."""
        return {True: "check:met", False: "check:open", None: "check:unknown"}[self.met]


class Scope(models.TextChoices):
    """What a rule speaks about; the order in which rules are shown."""

    WHO = "who", _("Who may take part")
    TOGETHER = "together", _("Who takes part together")
    PROJECT = "project", _("The project and its costs")
    PAPERS = "papers", _("What you hand in")
    ASSESSMENT = "assessment", _("How proposals are assessed")


RULES: dict[str, type[Rule]] = {}
"""Every kind of rule; a class is in it as soon as it is defined."""


class Rule(ABC):
    """A kind of rule with its parameters. One subclass in one file of `calls.rules.kinds` is a whole new kind."""

    kind: ClassVar[str]
    """What is stored, such as `minimum_members`."""
    title: ClassVar[str | Promise]
    scope: ClassVar[Scope]
    order: ClassVar[int]
    """Place among the rules of its scope."""
    needs_aid: ClassVar[bool] = False
    """Whether the call must have a table of aid."""
    asked: ClassVar[bool] = True
    """Whether people are asked about it in the self-check; False for what only the application can tell."""
    Form: ClassVar[type[forms.Form]]
    """Asks for the parameters: `Form(rule.initial)`, or `Form(data)`, whose `cleaned_data` becomes `stored`."""

    def __init_subclass__(cls, *, registered: bool = True, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not registered:
            return
        if cls.kind in RULES:
            raise TypeError(f"two kinds of rule are named {cls.kind!r}: {RULES[cls.kind]} and {cls}")
        RULES[cls.kind] = cls

    def __init__(self, parameters: Mapping[str, Any], *, aid: AidVersion | None = None) -> None:
        """`parameters` as stored; `aid` is the call's version of the tables of aid.

        Raises `KeyError`, `TypeError`, `ValueError` or `ArithmeticError` for parameters that the kind does not
        understand.
        """
        self.parameters = parameters
        self.aid = aid
        self.read(Values(parameters))

    @abstractmethod
    def read(self, given: Values) -> None:
        """Take the parameters as attributes of their types."""

    @abstractmethod
    def explain(self) -> str:
        """The rule in one sentence, in the reader's language."""

    @abstractmethod
    def check(self, party: Party) -> Verdict | None:
        """The verdict, in the reader's language; the same for the same party. None: the rule judges nobody."""

    def facts(self) -> Mapping[str, Any]:
        """Columns of `Call` that follow from the rule (`partners_min` …): what lists show and filters ask."""
        return {}

    @property
    def initial(self) -> dict[str, Any]:
        """The parameters as values of the form's fields."""
        fields = self.Form.base_fields
        given = self.parameters
        return {name: from_stored(field, given[name]) if name in given else None for name, field in fields.items()}

    @classmethod
    def parameters_of(cls, form: forms.Form) -> dict[str, Any]:
        """What is stored of a valid form: only what JSON knows."""
        return {name: stored(value) for name, value in form.cleaned_data.items() if value not in (None, "", [])}

    @classmethod
    def form_for(cls, parameters: Mapping[str, Any]) -> forms.Form:
        """The form, filled in with stored parameters, as if a browser had sent them. Raises as `form_data`."""
        return cls.Form(form_data(cls.Form, parameters))


class Unreadable(Rule, registered=False):
    """Stands for a stored rule that no class understands, so that nobody overlooks it and the page still stands."""

    kind = "unreadable"
    title = _("Rule that can't be shown")
    scope = Scope.PAPERS
    order = 100
    Form = forms.Form

    def read(self, given: Values) -> None:
        pass

    def explain(self) -> str:
        return str(_("The call has one more rule, which can't be shown here: ask the office."))

    def check(self, party: Party) -> Verdict:
        return Verdict(None, str(_("Not known")), str(_("Ask the office which rule this is.")))


def in_order(rules: Sequence[Rule]) -> list[Rule]:
    """Rules as they are shown: by scope, then by kind."""
    scopes = list(Scope)
    return sorted(rules, key=lambda rule: (scopes.index(rule.scope), rule.order, rule.kind))
