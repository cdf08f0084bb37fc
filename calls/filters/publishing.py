"""How the calls that one prepares are narrowed."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from calls.models import Approval, Call, CallQuerySet
from calls.states import ApprovalState, CallState
from district_portal.shared.filters import ChoicesFilter, Pill
from district_portal.shared.ui import language, query_string, query_without

ORDER = ["-pk"]


def with_requests(calls: CallQuerySet) -> QuerySet[Call]:
    """Adds `waits`: whether a request for approval waits."""
    waiting = Approval.objects.filter(call=OuterRef("pk"), state=ApprovalState.WAITING)
    return calls.annotate(waits=Exists(waiting))


class PublishingFilter(django_filters.FilterSet):
    """Filters of `/publishing/`: words, stored states, and what waits for approval."""

    q = django_filters.CharFilter(label=_("Search in calls"), method="search", max_length=200, widget=forms.SearchInput)
    state = ChoicesFilter(label=_("State"), choices=CallState.choices, field_name="state")
    waiting = django_filters.BooleanFilter(
        label=_("Waits for approval"), method="only_waiting", widget=forms.CheckboxInput
    )

    def search(self, queryset: CallQuerySet, name: str, words: str) -> CallQuerySet:
        return queryset.matching(words, language())

    def only_waiting(self, queryset: CallQuerySet, name: str, wanted: bool) -> QuerySet[Call]:
        return queryset.filter(waits=True) if wanted else queryset

    def pills(self, params: QueryDict) -> list[Pill]:
        """The filters in use."""
        found = []
        if words := self.form.cleaned_data.get("q"):
            found.append(Pill(f"“{words}”", query_string(params, q=None)))
        labels = dict(CallState.choices)
        for state in dict.fromkeys(params.getlist("state")):
            if state in labels:
                found.append(Pill(str(labels[state]), query_without(params, "state", state)))
        if self.form.cleaned_data.get("waiting"):
            found.append(Pill(str(_("Waits for approval")), query_string(params, waiting=None)))
        return found
