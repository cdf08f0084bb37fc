"""Calls (*bandi*) of a programme: what is funded, for whom, by when, and who is interested."""

from calls.models.call import Call, Tier
from calls.models.following import (
    REMINDER_DAYS,
    AlertPreferences,
    CalendarFeed,
    Follow,
    Frequency,
    Notice,
    SavedSearch,
    SearchAlert,
    Visit,
)
from calls.models.imports import CatalogueImport
from calls.models.interest import EligibilityAnswers, Interest, InterestMessage, InterestQuerySet, Visibility
from calls.models.parts import CallDeadline, CallDecision, CallDocument, CallFigure, CallMilestone, Figure
from calls.models.programme import CallFamily, Programme, Theme
from calls.models.publishing import Approval, CallVersion, SelectedActuator
from calls.models.querysets import CLOSING_SOON, CONDITIONS, CallQuerySet
from calls.models.questions import Correction, Question
from calls.models.rules import AidTable, CallRule, rules_of
from calls.models.search import FACETS, CallChange, FacetBits, FacetClock, SearchWord, facets, fold_changes, shown_sql

__all__ = [
    "CLOSING_SOON",
    "CONDITIONS",
    "FACETS",
    "REMINDER_DAYS",
    "AidTable",
    "AlertPreferences",
    "Approval",
    "CalendarFeed",
    "Call",
    "CallChange",
    "CallDeadline",
    "CallDecision",
    "CallDocument",
    "CallFamily",
    "CallFigure",
    "CallMilestone",
    "CallQuerySet",
    "CallRule",
    "CallVersion",
    "CatalogueImport",
    "Correction",
    "EligibilityAnswers",
    "FacetBits",
    "FacetClock",
    "Figure",
    "Follow",
    "Frequency",
    "Interest",
    "InterestMessage",
    "InterestQuerySet",
    "Notice",
    "Programme",
    "Question",
    "SavedSearch",
    "SearchAlert",
    "SearchWord",
    "SelectedActuator",
    "Theme",
    "Tier",
    "Visibility",
    "Visit",
    "facets",
    "fold_changes",
    "rules_of",
    "shown_sql",
]
