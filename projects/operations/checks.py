"""One line of the checklist of a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy

BRIEF = 90
"""Characters of a line in a narrow place."""


class Part(models.TextChoices):
    """Under which heading a check is shown; the order of the page."""

    PARTNERS = "partners", gettext_lazy("Who takes part")
    PROJECT = "project", gettext_lazy("The project and its costs")
    PAPERS = "papers", gettext_lazy("What you hand in")
    WAY = "way", gettext_lazy("On the way to the Region")


class Place(models.TextChoices):
    """Where what is missing is done; `projects.panels.checklist` knows the addresses."""

    NOWHERE = ""
    SUMMARY = "summary"
    PARTNERS = "partners"
    SEARCH = "search"
    PROPOSAL = "proposal"
    PLAN = "plan"
    BUDGET = "budget"
    DOCUMENTS = "documents"
    SIGN_OFF = "sign_off"


@dataclass(frozen=True)
class Check:
    """One line of the checklist: what is asked for, and where it is not met how it stands and what would meet it."""

    key: str
    """Kind of the rule, or the name of a check that every network has."""
    part: Part
    met: bool | None
    """None: not known yet."""
    text: str
    detail: str = ""
    blocks: bool = False
    """Whether it keeps the network from the stage that was asked about."""
    later: bool = False
    """Asked for when the proposal is sent: the review does not wait for it."""
    advice: bool = False
    """Never blocks."""
    place: Place = Place.NOWHERE
    search: Mapping[str, str] = field(default_factory=dict)
    """What the partner search is filled in with: the first gap."""
    title: str = ""
    """What a rule is about, in a few words."""

    @property
    def brief(self) -> str:
        """For a narrow place: what is met in one short line, else what is to do."""
        if self.met:
            return self.text if len(self.text) <= BRIEF or not self.title else self.title
        return f"{self.title}: {self.detail}" if self.title else str(self)

    @property
    def status(self) -> str:
        """Key into the table of statuses (`shared.ui.STATUS`)."""
        if self.met is None:
            return "check:advice" if self.advice else "check:unknown"
        return "check:met" if self.met else "check:open"

    def __str__(self) -> str:
        return f"{self.text} {self.detail}".strip()
