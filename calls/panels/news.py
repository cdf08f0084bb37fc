"""What is new in a call since a person looked at it last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Max, Q
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils.translation import gettext as _

from calls.models import Call, CallDeadline
from district_portal.shared.ui import language, localised, long_day, long_moment

SHOWN = 5
"""Of each kind, the newest: who was away for a year reads the page itself."""


class News(NamedTuple):
    icon: str
    title: str
    detail: str
    at: datetime
    url: str


def news_since(call: Call, deadlines: Sequence[CallDeadline], since: datetime) -> list[News]:
    """Newest first; empty when nothing is new. Three queries, for any number of news."""
    versions = _versions(call, since)
    notes = {news.title for news in versions}
    found = [*_deadlines(deadlines, since, notes), *versions, *_answers(call, since)]
    return sorted(found, key=lambda news: news.at, reverse=True)


def _deadlines(deadlines: Sequence[CallDeadline], since: datetime, told: set[str]) -> list[News]:
    """Where the deadline was moved, if only once or several times: where it stands now."""
    latest = deadlines[-1] if len(deadlines) > 1 else None
    if latest is None or latest.set_at is None or latest.set_at <= since:
        return []
    moment = long_moment(latest.closes_at) if latest.has_time else long_day(latest.closes_at)
    title = _("The deadline is now %(moment)s") % {"moment": moment}
    return [News("it-clock", title, "" if latest.note in told else latest.note, latest.set_at, "#timeline")]


def _versions(call: Call, since: datetime) -> list[News]:
    """Each new version with its note, and the documents that it brought or replaced."""
    # The one that the person knows is the first that is read: what came after it is compared with it.
    known = call.versions.filter(at__lte=since).aggregate(number=Coalesce(Max("number"), 1))["number"]
    rows = call.versions.filter(number__gte=known).order_by("number")
    versions = list(rows.values_list("number", "note", "at", "content__documents"))
    found = []
    for (*_known, before), (number, note, at, documents) in zip(versions, versions[1:], strict=False):
        url = reverse("calls:version", args=[call.slug, number])
        found.append(News("it-pencil", note, _documents(before or {}, documents or {}), at, url))
    return found[-SHOWN:]


def _documents(before: dict[str, Any], after: dict[str, Any]) -> str:
    """One line for the documents of a version; empty where they are those of the version before."""
    words = []
    for key, document in after.items():
        title = document["title_it"] if language() == "it" else document["title_en"] or document["title_it"]
        if key not in before:
            words.append(_("New document: %(title)s.") % {"title": title})
        elif before[key]["sha256"] != document["sha256"]:
            words.append(_("Replaced document: %(title)s.") % {"title": title})
    return " ".join(words)


def _answers(call: Call, since: datetime) -> list[News]:
    """Answers that were published or corrected."""
    questions = call.questions.published().annotate(told=Greatest("answered_at", Max("corrections__at")))
    found = []
    for question in questions.filter(Q(told__gt=since)).order_by("-told")[:SHOWN]:
        at: datetime = question.told  # type: ignore[attr-defined]  # annotated above
        corrected = at != question.answered_at
        title = _("Corrected answer: %(question)s") if corrected else _("New answer: %(question)s")
        url = reverse("calls:question", args=[call.slug, question.pk])
        words = title % {"question": localised(question, "question")}
        found.append(News("it-comment", words, "", at, url))
    return found
