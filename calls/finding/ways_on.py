"""What helps a reader of the list: the words found and the names of places, and ways on where nothing was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import IntegerField, Value
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from calls.filters.calls import CallFilter
from calls.finding.counts import count_without
from calls.finding.words import meant
from calls.models import Call
from district_portal.shared.pagination import Count
from district_portal.shared.search import marked
from district_portal.shared.ui import language, localised_with_language, long_day, query_string


class WayOn(NamedTuple):
    """A filter that stands in the way, the address without it, and how many calls that shows."""

    label: str
    url: str
    count: Count


class WaysOn(NamedTuple):
    """`meant`: words that were perhaps meant, with the address that looks for them; or None."""

    meant: tuple[str, str] | None
    without: list[WayOn]


def mark_words(calls: Sequence[Call], listed: CallFilter) -> None:
    """Give each call of `page_rows` `title_marked` and `summary_marked`: with the words looked for marked, if any."""
    for call in calls:
        call.title_marked = _marked(call, "title", call.title_found if listed.words else None)
        call.summary_marked = _marked(call, "summary", call.summary_found if listed.words else None)


def name_places(calls: Sequence[Call], listed: CallFilter) -> None:
    """Give each call `with_places` `named_districts` and `named_themes`: what the filters know already."""
    for call in calls:
        call.named_districts = [row for row in listed.districts if row.pk in call.district_ids]
        call.named_themes = [row for row in listed.themes if row.pk in call.theme_ids]


def _marked(call: Call, field: str, headline: str | None) -> SafeString:
    """What the reader sees of a field, in its language."""
    text, written_in = localised_with_language(call, field)
    found = marked(text, headline)
    return found if written_in == language() else format_html('<span lang="{}">{}</span>', written_in, found)


def ways_on(listed: CallFilter) -> WaysOn:
    """From a list without calls."""
    chosen = _chosen(listed)
    numbers = count_without(listed, list(chosen))
    without = [
        WayOn(label, query_string(listed.params, **{name: "all" if name == "status" else None}), numbers[name])
        for name, label in chosen.items()
        if numbers[name].value
    ]
    return WaysOn(_meant(listed), without)


def _meant(listed: CallFilter) -> tuple[str, str] | None:
    """Words that lead to calls, under the same filters if they do, else among all calls."""
    words = meant(listed.words, language(), listed.queryset) if listed.words else None
    if words is None:
        return None
    here, anywhere = (
        calls.matching(words, language()).order_by().values_list(Value(place, IntegerField()), flat=True)[:1]
        for place, calls in enumerate((listed.without("q"), listed.queryset))
    )
    places = set(here.union(anywhere, all=True))
    if not places:
        return None
    return words, query_string(listed.params, q=words) if 0 in places else "?" + urlencode(
        {"q": words, "status": "all"}
    )


def _chosen(listed: CallFilter) -> dict[str, str]:
    """Each filter that narrows the list, in words. The statuses that are shown by default narrow it, too."""
    chosen = {}
    values = listed.chosen
    if listed.words:
        chosen["q"] = f"“{listed.words}”"
    for name in ("status", "role", "district", "theme"):
        if values[name] and "all" not in values[name]:
            labels = dict(listed.form.fields[name].choices)
            chosen[name] = ", ".join(str(labels[value]) for value in values[name])
    if day := values["deadline_before"]:
        chosen["deadline_before"] = _("Deadline before %(day)s") % {"day": long_day(day)}
    return chosen
