"""Calls (*bandi*) of a programme: what is funded, for whom, by when, and who is interested."""

from calls.models.call import Call
from calls.models.interest import Interest, InterestQuerySet
from calls.models.parts import CallDeadline, CallDecision, CallDocument, CallFigure, CallMilestone, Figure
from calls.models.programme import Programme, Theme
from calls.models.querysets import CLOSING_SOON, CONDITIONS, CallQuerySet

__all__ = [
    "CLOSING_SOON",
    "CONDITIONS",
    "Call",
    "CallDeadline",
    "CallDecision",
    "CallDocument",
    "CallFigure",
    "CallMilestone",
    "CallQuerySet",
    "Figure",
    "Interest",
    "InterestQuerySet",
    "Programme",
    "Theme",
]
