"""What a rule of a call is: it explains itself, judges a party, and says what would meet it.

Rules know no database: who is judged is a `Party`, made from an organisation or from a network by those who have one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise


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
    cost: Decimal | None = None
    """EUR, of the whole project."""
    grant: Decimal | None = None
    cost_by_category: Mapping[str, Decimal] | None = None
    declared: frozenset[str] | None = None
    """Codes of the declarations that were given."""
    attached: frozenset[str] | None = None
    """Codes of the documents that are attached."""


@dataclass(frozen=True)
class Verdict:
    """How a party stands under one rule. `way_on` says what would meet it, and is empty exactly where it is met."""

    met: bool | None
    """None: not known yet."""
    text: str
    """How it is now, such as "4 of 5 SMEs"."""
    way_on: str = ""


@dataclass(frozen=True)
class Facts:
    """Columns of a call that follow from a rule (`Call.partners_min` …): what lists show and filters ask."""

    values: Mapping[str, Any] = field(default_factory=dict)


class Rule(ABC):
    """A kind of rule with its parameters. One subclass in one file of this package is a whole new kind."""

    kind: ClassVar[str]
    title: ClassVar[str | Promise]
    Form: ClassVar[type[forms.Form]]
    """Asks for the parameters; its `cleaned_data` is what is stored (JSON: amounts and shares as text)."""

    def __init__(self, **parameters: Any) -> None:
        self.parameters = parameters

    @abstractmethod
    def explain(self) -> str:
        """The rule in one sentence, in the reader's language."""

    @abstractmethod
    def check(self, party: Party) -> Verdict:
        """The verdict, in the reader's language; the same for the same party."""

    def facts(self) -> Facts:
        return Facts()
