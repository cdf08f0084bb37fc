"""What a call needs before it can be shown: said on its publishing page, and asked by the operations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from calls.models import Call
from calls.states import UNAPPROVED, CallState
from district_portal.shared.ui import short_day, short_moment

BOTH = (CallState.PLANNED, CallState.PUBLISHED)


class Check(NamedTuple):
    """One line of the list. Without `needed_for` it is advice: the second person decides."""

    title: str
    met: bool
    text: str
    """How it is now, and what is missing."""
    section: str
    """Where it is entered: the route of the publishing pages."""
    needed_for: Sequence[CallState] = ()


def checks(call: Call, now: datetime) -> list[Check]:
    """All lines, in the reader's language. Five queries."""
    return [
        _texts(call),
        _dates(call, now),
        _plain(call),
        _part(_("Rules"), call.rules.exists(), _("Enter what an organisation or a network must bring."), "rules"),
        _part(
            _("Facilitator"),
            call.facilitator_id is not None,
            _("Name the person whom organisations can ask."),
            "edit",
        ),
        _part(
            _("Documents"),
            call.documents.current().exists(),
            _("Add the text of the call as a document."),
            "documents",
        ),
    ]


def missing(call: Call, target: CallState, now: datetime) -> list[Check]:
    """What is needed for the state and not there yet."""
    return [check for check in checks(call, now) if target in check.needed_for and not check.met]


def _part(title: str, met: bool, way_on: str, section: str) -> Check:
    return Check(title, met, _("Entered") if met else way_on, section)


def _texts(call: Call) -> Check:
    names = {
        "title_it": _("title in Italian"),
        "title_en": _("title in English"),
        "summary_it": _("one sentence, in Italian"),
        "summary_en": _("one sentence, in English"),
        "body_it": _("text in Italian"),
        "body_en": _("text in English"),
    }
    empty = [words for name, words in names.items() if not getattr(call, name)]
    text = _("Missing: %(texts)s") % {"texts": ", ".join(empty)} if empty else _("Complete in Italian and English")
    return Check(_("Texts in both languages"), not empty, text, "edit", BOTH)


def _plain(call: Call) -> Check:
    met = bool(call.plain_it and call.plain_en)
    text = _("Complete in Italian and English") if met else _("Say in a few short sentences who gets what, and how.")
    return Check(_("Summary in plain words"), met, text, "edit")


def _dates(call: Call, now: datetime) -> Check:
    needed = [CallState.PUBLISHED]
    to_come = call.state in UNAPPROVED
    section = "extend" if call.state == CallState.PUBLISHED else "edit"
    if not (call.opens_at and call.closes_at):
        words = _("Opening and deadline are not known.")
        if to_come:
            words = _("Opening and deadline are not known. You can announce the call as opening soon without them.")
        return Check(_("Dates"), False, words, section, needed if to_come else ())
    if to_come and call.closes_at <= now:
        return Check(_("Dates"), False, _("The deadline has passed: enter a new one."), section, needed)
    shown = short_moment(call.closes_at) if call.deadline_has_time else short_day(call.closes_at)
    words = _("From %(opens)s to %(closes)s (Rome time)") % {"opens": short_moment(call.opens_at), "closes": shown}
    return Check(_("Dates"), True, words, section, needed)
