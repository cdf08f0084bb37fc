"""Columns of the lists that can be downloaded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from calls.models import Question
from district_portal.reports.lists import Column
from district_portal.shared.ui import localised
from enterprises.models import EnterpriseSize


def _names(rows: Iterable[Any]) -> str:
    return "; ".join(localised(row, "name") for row in rows)


CALL_COLUMNS = [
    Column("slug", _("Address"), lambda call: call.slug),
    Column("title", _("Title"), lambda call: localised(call, "title")),
    Column("programme", _("Programme"), lambda call: localised(call.programme, "name")),
    Column("status", _("Status"), lambda call: call.status.removeprefix("call:")),
    Column("opens_at", _("Opening"), lambda call: call.opens_at),
    Column("closes_at", _("Deadline"), lambda call: call.deadline_shown),
    Column("districts", _("Districts"), lambda call: _names(call.districts.all())),
    Column("themes", _("Themes"), lambda call: _names(call.themes.all())),
    Column("roles", _("Who may take part"), lambda call: "; ".join(call.roles)),
    Column("budget", _("Budget (EUR)"), lambda call: call.budget),
    Column("grant_share", _("Grant, as a share of the cost"), lambda call: call.grant_share),
    Column("grant_max", _("Highest grant (EUR)"), lambda call: call.grant_max),
    Column("partners_min", _("Fewest partners"), lambda call: call.partners_min),
    Column("interested", _("Organisations interested"), lambda call: call.interested),
    Column("illustrative", _("Illustrative"), lambda call: call.illustrative),
    Column("url", _("Page"), lambda call: settings.PORTAL_URL + call.get_absolute_url()),
]


def _joined(names: list[str]) -> str:
    return "; ".join(names)


# Of rows that came `as_seen_by` the reader. No identifier and no moment: what is shown is told by these words alone.
INTERESTED_COLUMNS = [
    Column("organisation", _("Organisation"), lambda interest: interest.name),
    Column("kind", _("Kind"), lambda interest: interest.organisation.get_kind_display()),
    Column("size", _("Size"), lambda interest: EnterpriseSize(interest.size).label if interest.size else None),
    Column("place", _("Place"), lambda interest: str(interest.organisation.municipality or "") or None),
    Column("offered", _("Competences offered"), lambda interest: _joined(interest.shown_offered)),
    Column("offers", _("Offers"), lambda interest: interest.offers),
    Column("sought", _("Competences sought"), lambda interest: _joined(interest.shown_sought)),
    Column("seeks", _("Looks for"), lambda interest: interest.seeks),
    Column("wants_to_lead", _("Would like to lead"), lambda interest: interest.wants_to_lead),
    Column("url", _("Page"), lambda interest: settings.PORTAL_URL + interest.organisation.get_absolute_url()),
]
INTEREST_COLUMNS = [
    *INTERESTED_COLUMNS,
    Column("in_network", _("In a network"), lambda interest: interest.in_network),
    Column("visibility", _("Who may see it"), lambda interest: interest.visibility),
    Column("note", _("Note"), lambda interest: interest.note),
    Column("registered_at", _("Registered"), lambda interest: interest.registered_at),
]

VERSION_COLUMNS = [
    Column("number", _("Version"), lambda version: version.number),
    Column("at", _("From"), lambda version: version.at),
    Column("note", _("What changed, and why"), lambda version: version.note),
]


def _corrected(question: Question) -> datetime | None:
    """When the answer was corrected last."""
    return max((correction.at for correction in question.corrections.all()), default=None)


QUESTION_COLUMNS = [
    Column("id", _("Number"), lambda question: question.pk),
    Column("question", _("Question"), lambda question: localised(question, "question")),
    Column("answer", _("Answer"), lambda question: localised(question, "answer")),
    Column("answered_at", _("Answered"), lambda question: question.answered_at),
    Column("corrected_at", _("Corrected"), _corrected),
]
# For those who answer: who asked is named to nobody else.
WAITING_COLUMNS = [
    Column("id", _("Number"), lambda question: question.pk),
    Column("state", _("State"), lambda question: question.state),
    Column("question", _("Question"), lambda question: question.text),
    Column("asked_at", _("Asked"), lambda question: question.asked_at),
    Column("asked_by", _("Asked by"), lambda question: str(question.asked_by) if question.asked_by else None),
    Column("on_behalf", _("On behalf of somebody else"), lambda question: question.on_behalf),
    Column("reason", _("Why it is not answered here"), lambda question: question.reason or None),
]

PREPARED_COLUMNS = [
    Column("slug", _("Address"), lambda call: call.slug),
    Column("title_it", _("Title in Italian"), lambda call: call.title_it),
    Column("title_en", _("Title in English"), lambda call: call.title_en),
    Column("programme", _("Programme"), lambda call: localised(call.programme, "name")),
    Column("state", _("State"), lambda call: call.state),
    Column("status", _("Status"), lambda call: call.status.removeprefix("call:")),
    Column("waits", _("Waits for approval"), lambda call: call.waits),
    Column("opens_at", _("Opening"), lambda call: call.opens_at),
    Column("closes_at", _("Deadline"), lambda call: call.deadline_shown),
    Column("published_at", _("Published"), lambda call: call.published_at),
    Column("url", _("Page"), lambda call: settings.PORTAL_URL + call.get_absolute_url()),
]
