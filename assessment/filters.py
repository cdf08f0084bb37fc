"""Filters of the lists of the selection."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from assessment.models import Assessment, Assignment
from assessment.states import AssessmentState
from district_portal.accounts.models import District
from district_portal.shared.filters import ChoicesFilter
from district_portal.shared.ui import localised

ORDERS = {
    "received": ["received_at", "pk"],
    "-received": ["-received_at", "pk"],
    "-score": ["-score_key", "pk"],
    "score": ["score_key", "pk"],
}


class AssessmentFilter(filters.FilterSet):
    """`q` (title, lead, receipt number), `state` and `district` (repeatable), `todo`, `ordering`; unknown values filter
    nothing."""

    q = filters.CharFilter(method="with_words", label=_("Title, lead or receipt number"), widget=forms.SearchInput)
    state = ChoicesFilter(choices=AssessmentState.choices, label=_("State"), distinct=False)
    district = ChoicesFilter(field_name="network__district__slug", label=_("District"), distinct=False)
    todo = filters.ChoiceFilter(
        method="waiting_for",
        label=_("What is missing"),
        empty_label=_("All"),
        choices=[
            ("evaluators", _("Evaluators are missing")),
            ("scores", _("Scores are missing")),
        ],
    )
    ordering = filters.ChoiceFilter(
        method="sorted_later",
        label=_("Sort"),
        empty_label=None,
        choices=[
            ("received", _("First received")),
            ("-received", _("Last received")),
            ("-score", _("Most points")),
            ("score", _("Fewest points")),
        ],
    )

    class Meta:
        model = Assessment
        fields = ["state"]

    def __init__(self, *args: Any, evaluators: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.evaluators = evaluators
        mine = District.objects.filter(pk__in=self.queryset.order_by().values("network__district"))
        self.filters["district"].extra["choices"] = [(each.slug, localised(each, "name")) for each in mine]

    @property
    def order(self) -> list[str]:
        return ORDERS.get(self.data.get("ordering", ""), ORDERS["received"])

    def with_words(self, queryset: QuerySet[Assessment], name: str, value: str) -> QuerySet[Assessment]:
        found = Q(network__title__icontains=value) | Q(lead_name__icontains=value)
        return queryset.filter(found | Q(submission__number__iexact=value))

    def waiting_for(self, queryset: QuerySet[Assessment], name: str, value: str) -> QuerySet[Assessment]:
        admitted = queryset.filter(state=AssessmentState.ADMITTED)
        if value == "evaluators":
            return admitted.filter(evaluators_standing__lt=self.evaluators)
        return admitted.filter(evaluators_done__lt=F("evaluators_standing"))

    def sorted_later(self, queryset: QuerySet[Assessment], name: str, value: str) -> QuerySet[Assessment]:
        """Pages sort by `order`."""
        return queryset


class EvaluationFilter(filters.FilterSet):
    """`show`: what waits (as it is without), what was handed in, what has ended, all."""

    show = filters.ChoiceFilter(
        method="shown",
        label=_("Show"),
        empty_label=_("What waits for me"),
        choices=[("done", _("Handed in")), ("ended", _("Ended")), ("all", _("All"))],
    )

    class Meta:
        model = Assignment
        fields = []

    def shown(self, queryset: QuerySet[Assignment], name: str, value: str) -> QuerySet[Assignment]:
        match value:
            case "done":
                return queryset.standing().filter(submitted_at__isnull=False)
            case "ended":
                return queryset.exclude(pk__in=queryset.standing().values("pk"))
        return queryset

    @property
    def found(self) -> QuerySet[Assignment]:
        return self.qs if self.data.get("show") in ("done", "ended", "all") else self.queryset.waiting()
