"""How the list of calls is narrowed and ordered, and how many calls each choice would show."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models import CONDITIONS, Call, CallQuerySet, Theme
from district_portal.accounts.models import District
from district_portal.shared.counts import remembered
from district_portal.shared.filters import ChoicesFilter, Pill
from district_portal.shared.pagination import Count as ListCount
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
ORDERINGS = [
    ("deadline", _("Deadline: soonest first")),
    ("-opened", _("Newest first")),
    ("-budget", _("Largest budget first")),
]
FACETS = ["status", "role", "district", "theme"]
# Names for `keyset_page`: never NULL, the last one unique.
ORDERS = {
    "deadline": ["deadline_key", "pk"],
    "-opened": ["-opened_key", "-pk"],
    "-budget": ["-budget_key", "-pk"],
}


Vocabulary = tuple[list[District], list[Theme]]


def vocabulary() -> Vocabulary:
    """The districts and themes that filters offer; read once for many filters."""
    return list(District.objects.all()), list(Theme.objects.all())


class CallFilter(django_filters.FilterSet):
    """Filters of `/calls/`. Without a status: calls that are open or open soon. Names are those of the contract."""

    q = django_filters.CharFilter(label=_("Search in calls"), method="search", widget=forms.SearchInput)
    status = ChoicesFilter(label=_("Status"), choices=STATUSES, method="in_statuses")
    role = ChoicesFilter(label=_("I represent a"), choices=OrganisationKind.choices, method="for_kinds")
    district = ChoicesFilter(label=_("District"), method="for_districts")
    theme = ChoicesFilter(label=_("Theme"), method="on_themes")
    deadline_before = django_filters.DateFilter(
        label=_("Deadline before"),
        method="closing_before",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    ordering = django_filters.ChoiceFilter(label=_("Sort by"), choices=ORDERINGS, empty_label=None, method="unfiltered")

    def __init__(
        self, params: QueryDict, queryset: CallQuerySet, now: datetime, known: Vocabulary | None = None
    ) -> None:
        self.params, self.now = params, now
        self.districts, self.themes = known or vocabulary()
        data = params.copy()
        if not set(data.getlist("status")) & set(CONDITIONS):
            data.setlist("status", DEFAULT_STATUSES)
        if data.get("ordering") not in ORDERS:
            data["ordering"] = "deadline"
        super().__init__(data, queryset)
        for name, rows in (("district", self.districts), ("theme", self.themes)):
            named = [(row.slug, localised(row, "name")) for row in rows]
            self.filters[name].extra["choices"] = sorted(named, key=lambda choice: choice[1])

    # --- One method for each filter

    def search(self, queryset: CallQuerySet, name: str, words: str) -> CallQuerySet:
        return queryset.matching(words, language())

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
        return queryset.filter(closes_at__lt=datetime.combine(day, time(), timezone.get_default_timezone()))

    def unfiltered(self, queryset: CallQuerySet, name: str, value: str) -> CallQuerySet:
        return queryset

    # --- What the page shows of them

    @property
    def order(self) -> list[str]:
        return ORDERS[self.data["ordering"]]

    def counts(self, shown: ListCount) -> dict[str, dict[str, int]]:
        """For each choice of a facet, how many calls it would show under the other filters; `shown`: under all.

        Where there are many calls they are remembered for a minute; nothing where words match many of them.
        """
        if self.form.cleaned_data.get("q"):
            return {facet: {} for facet in FACETS} if shown.capped else self._count()
        # Only these filters and the drafts, which some readers see, tell one list's counts from another's.
        key = ("calls", str(self.queryset.query), {**self.form.cleaned_data, "ordering": None})
        return remembered(key, self._count, rows=lambda counts: counts["status"]["all"])

    def _count(self) -> dict[str, dict[str, int]]:
        """A query for each facet."""
        return {
            "status": self._status_counts(self._without("status")),
            "role": self._role_counts(self._without("role")),
            "district": self._linked_counts(self._without("district"), "districts", self.districts, none_is_all=True),
            "theme": self._linked_counts(self._without("theme"), "themes", self.themes, none_is_all=False),
        }

    def _without(self, facet: str) -> QuerySet[Call]:
        """The calls under all filters but one."""
        queryset = self.queryset
        for name, value in self.form.cleaned_data.items():
            if name != facet:
                queryset = self.filters[name].filter(queryset, value)
        return queryset.order_by()

    def _status_counts(self, calls: QuerySet[Call]) -> dict[str, int]:
        return calls.aggregate(
            **{status: Count("pk", filter=condition(self.now)) for status, condition in CONDITIONS.items()}
        )

    def _role_counts(self, calls: QuerySet[Call]) -> dict[str, int]:
        return calls.aggregate(
            **{kind: Count("pk", filter=Q(roles=[]) | Q(roles__contains=[kind])) for kind in OrganisationKind.values}
        )

    def _linked_counts(
        self, calls: QuerySet[Call], relation: str, rows: list[Any], *, none_is_all: bool
    ) -> dict[str, int]:
        found = dict(calls.values_list(relation).annotate(Count("pk")))
        everywhere = found.get(None, 0) if none_is_all else 0
        return {row.slug: found.get(row.pk, 0) + everywhere for row in rows}

    def pills(self) -> list[Pill]:
        """The filters that the reader has chosen (the default statuses are not chosen)."""
        found = []
        for name in ("status", "role", "district", "theme"):
            labels = dict(self.form.fields[name].choices)
            asked = dict.fromkeys(self.params.getlist(name))
            found += [
                Pill(labels[value], query_without(self.params, name, value)) for value in asked if value in labels
            ]
        if words := self.form.cleaned_data.get("q"):
            found.insert(0, Pill(f"“{words}”", query_string(self.params, q=None)))
        if day := self.form.cleaned_data.get("deadline_before"):
            label = _("Deadline before %(day)s") % {"day": long_day(day)}
            found.append(Pill(label, query_string(self.params, deadline_before=None)))
        return found
