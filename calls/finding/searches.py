"""Saved searches as filters: one way to write each, a name in words, and which new calls they find."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import IntegerField, Value
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from calls.filters.calls import DEFAULT_STATUSES, CallFilter, vocabulary
from calls.models import Call, SavedSearch
from calls.operations.news import news_for

NAME_LENGTH = SavedSearch._meta.get_field("name").max_length


def canonical(listed: CallFilter) -> str:
    """The filters as a query string, the same for all ways to write them: sorted, known names and values only, and
    without what changes nothing of what is found (order, page, the statuses that are shown anyway)."""
    pairs: list[tuple[str, str]] = []
    for name, value in sorted(listed.form.cleaned_data.items()):
        if name != "ordering":
            pairs += [(name, word) for word in _words(name, value)]
    return urlencode(pairs)


def _words(name: str, value: Any) -> list[str]:
    if isinstance(value, date):
        return [value.isoformat()]
    if isinstance(value, str):
        return [value.strip()] if value.strip() else []
    words = sorted(set(value or []))
    if name == "status" and "all" in words:
        return ["all"]
    return [] if name == "status" and words == sorted(DEFAULT_STATUSES) else words


def suggested_name(listed: CallFilter) -> str:
    """The filters in words; mails quote the name, so nothing in it is quoted."""
    labels = [str(pill.label).strip("“”") for pill in listed.pills()]
    words = ", ".join(labels) or _("All calls that are open or open soon")
    return words if len(words) <= NAME_LENGTH else f"{words[: NAME_LENGTH - 1]}…"


def list_url(query: str) -> str:
    return reverse("calls:list") + (f"?{query}" if query else "")


def find(searches: Sequence[SavedSearch], now: datetime) -> dict[int, list[int]]:
    """For each search the new calls that it finds, as a visitor who reads the person's language would; one query
    for all of them. Searches that find nothing are left out."""
    known = vocabulary() if searches else None
    branches = []
    for search in searches:
        with translation.override(search.user.language):
            calls = Call.objects.visible_to(AnonymousUser()).filter(pk__in=news_for(search, now))
            matches = CallFilter(QueryDict(search.query), calls, now, known).qs
            branches.append(matches.order_by().annotate(search=Value(search.pk, IntegerField())))
    pairs = [branch.values_list("search", "pk") for branch in branches]
    found: dict[int, list[int]] = {}
    for search_id, call_id in pairs[0].union(*pairs[1:], all=True) if pairs else ():
        found.setdefault(search_id, []).append(call_id)
    return found
