"""How the list of calls is narrowed and ordered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple

import django_filters
from django import forms
from django.db.models import CharField, Q, Value
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models import CONDITIONS, FACETS, CallQuerySet, Theme
from district_portal.accounts.models import District
from district_portal.shared.filters import ChoicesFilter, Pill
from district_portal.shared.ui import language, localised, long_day, query_string, query_without
from enterprises.models import OrganisationKind

STATUSES = [
    ("open", _("Open")),
    ("closing_soon", _("Closing within 14 days")),
    ("opening_soon", _("Opening soon")),
    ("in_assessment", _("In assessment")),
    ("closed", _("Closed")),
    ("all", _("All")),
]
DEFAULT_STATUSES = ["open", "opening_soon"]
BEST = "best"
ORDERINGS = [
    (BEST, _("Best match")),
    ("deadline", _("Deadline: soonest first")),
    ("-opened", _("Newest first")),
    ("-budget", _("Largest budget first")),
]
# Names for `keyset_page`: never NULL, the last one unique.
ORDERS = {
    BEST: ["-rank", "-opened_key", "-pk"],
    "deadline": ["deadline_key", "pk"],
    "-opened": ["-opened_key", "-pk"],
    "-budget": ["-budget_key", "-pk"],
}
# How many of the newest calls with the words are put in order of how well they match.
RANKED = 1000


class Named(NamedTuple):
    """A district or a theme."""

    pk: int
    slug: str
    name_it: str
    name_en: str


class Vocabulary(NamedTuple):
    districts: list[Named]
    themes: list[Named]


def vocabulary() -> Vocabulary:
    """The districts and themes that filters offer, in one query; read once for many filters."""
    found = Vocabulary([], [])
    parts = [
        model.objects.order_by().values_list(Value(kind, CharField()), "pk", "slug", "name_it", "name_en")
        for kind, model in (("districts", District), ("themes", Theme))
    ]
    for kind, *row in parts[0].union(parts[1], all=True).order_by("name_it"):
        getattr(found, kind).append(Named(*row))
    return found


class CallFilter(django_filters.FilterSet):
    """Filters of `/calls/`. Without a status: calls that are open or open soon. Names are those of the contract.

    Without an order: the best match first where words are looked for, else the soonest deadline.
    """

    q = django_filters.CharFilter(label=_("Search in calls"), method="search", widget=forms.SearchInput)
    ordering = django_filters.ChoiceFilter(label=_("Sort by"), method="unfiltered")
    status = ChoicesFilter(label=_("Status"), choices=STATUSES, method="in_statuses")
    role = ChoicesFilter(label=_("I represent a"), choices=OrganisationKind.choices, method="for_kinds")
    district = ChoicesFilter(label=_("District"), method="for_districts")
    theme = ChoicesFilter(label=_("Theme"), method="on_themes")
    deadline_before = django_filters.DateFilter(
        label=_("Deadline before"),
        method="closing_before",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(
        self,
        params: QueryDict,
        queryset: CallQuerySet,
        now: datetime,
        known: Vocabulary | None = None,
        *,
        scopes: Sequence[str] = ("public",),
    ) -> None:
        """`scopes`: of the reader for whom `queryset` is, see `CallQuerySet.scopes_of`."""
        self.params, self.now, self.scopes = params, now, scopes
        self.districts, self.themes = known or vocabulary()
        # Words that the last one may be the beginning of, where somebody may still be typing (`finding/words.py`).
        self.begun: Sequence[str] = ()
        # The calls that the facets leave, once they have been counted and are few; see `calls.finding.counts`.
        self.few: list[int] | None = None
        data = params.copy()
        if not set(data.getlist("status")) & set(CONDITIONS):
            data.setlist("status", DEFAULT_STATUSES)
        searching = bool(data.get("q", "").strip())
        usual = BEST if searching else "deadline"
        asked = data.get("ordering", "")
        self.ordering = asked if asked in ORDERS and (searching or asked != BEST) else usual
        # The usual order has no name in the form: so it can follow from whether words are looked for.
        data["ordering"] = "" if self.ordering == usual else self.ordering
        super().__init__(data, queryset)
        self.filters["ordering"].extra |= {
            "empty_label": dict(ORDERINGS)[usual],
            "choices": [choice for choice in ORDERINGS if choice[0] not in {usual, BEST}],
        }
        for name, rows in (("district", self.districts), ("theme", self.themes)):
            named = [(row.slug, localised(row, "name")) for row in rows]
            self.filters[name].extra["choices"] = sorted(named, key=lambda choice: choice[1])

    # --- One method for each filter

    def search(self, queryset: CallQuerySet, name: str, words: str) -> CallQuerySet:
        return queryset.matching(words, language(), self.begun)

    def in_statuses(self, queryset: CallQuerySet, name: str, statuses: list[str]) -> CallQuerySet:
        return queryset.in_statuses(statuses, self.now)

    def for_kinds(self, queryset: CallQuerySet, name: str, kinds: list[str]) -> CallQuerySet:
        return queryset.for_kinds(kinds)

    def for_districts(self, queryset: CallQuerySet, name: str, slugs: list[str]) -> CallQuerySet:
        return queryset.for_districts(slugs)

    def on_themes(self, queryset: CallQuerySet, name: str, slugs: list[str]) -> CallQuerySet:
        return queryset.on_themes(slugs)

    def closing_before(self, queryset: CallQuerySet, name: str, day: date) -> CallQuerySet:
        """Calls whose deadline lies before the day begins in Rome."""
        return queryset.filter(deadline_key__lt=datetime.combine(day, time(), timezone.get_default_timezone()))

    def unfiltered(self, queryset: CallQuerySet, name: str, value: str) -> CallQuerySet:
        return queryset

    # --- What follows from them

    @property
    def chosen(self) -> dict[str, Any]:
        """The values of the filters; what cannot be read is none."""
        self.form.is_valid()
        return {name: self.form.cleaned_data.get(name) for name in self.filters}

    @property
    def words(self) -> str:
        return str(self.chosen["q"] or "")

    @property
    def order(self) -> list[str]:
        return ORDERS[self.ordering]

    @property
    def order_of_all(self) -> list[str]:
        """For what holds all that is found: the best are picked out of the newest, so the newest come first."""
        return ORDERS["-opened" if self.ordering == BEST else self.ordering]

    @property
    def parts(self) -> Sequence[Q]:
        """For `keyset_page`: not where the best are picked out of the newest, or all that there are are known."""
        if self.ordering == BEST or self.few is not None:
            return ()
        return self.queryset.parts(self.chosen["status"], self.now, drafts=len(self.scopes) > 1)

    def found(self) -> CallQuerySet:
        """The calls under all filters."""
        return self.without() if self.few is None else self.without(*FACETS).among(self.few)

    def page_rows(self) -> CallQuerySet:
        """What the pages of the list go through, with `rank` where that is the order, and with what words mark."""
        rows = self.found()
        if self.ordering == BEST:
            rows = rows.best_of_newest(self.words, language(), self.begun, RANKED)
        return rows.with_headlines(self.words, language(), self.begun) if self.words else rows

    def without(self, *names: str) -> CallQuerySet:
        """The calls under all filters but these, in no order."""
        queryset: CallQuerySet = self.queryset
        for name, value in self.chosen.items():
            if name not in names:
                queryset = self.filters[name].filter(queryset, value)
        return queryset

    def pills(self) -> list[Pill]:
        """The filters that the reader has chosen (the default statuses are not chosen)."""
        found = []
        for name in ("status", "role", "district", "theme"):
            labels = dict(self.form.fields[name].choices)
            asked = dict.fromkeys(self.params.getlist(name))
            found += [
                Pill(labels[value], query_without(self.params, name, value)) for value in asked if value in labels
            ]
        if self.words:
            found.insert(0, Pill(f"“{self.words}”", query_string(self.params, q=None)))
        if day := self.chosen["deadline_before"]:
            label = _("Deadline before %(day)s") % {"day": long_day(day)}
            found.append(Pill(label, query_string(self.params, deadline_before=None)))
        return found
