"""Filters of the participants' list."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models import Category, Registration
from events.states import RegistrationState

ARRIVED = "arrived"


class ParticipantFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name, email, organisation or code"), method="search", max_length=100)
    state = django_filters.MultipleChoiceFilter(
        label=pgettext_lazy("of a registration", "State"),
        choices=[(ARRIVED, pgettext_lazy("registration", "Arrived")), *RegistrationState.choices],
        widget=forms.CheckboxSelectMultiple,
        method="in_state",
    )
    category = django_filters.MultipleChoiceFilter(
        label=_("Category"), choices=Category.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Registration
        fields: list[str] = []

    def search(self, queryset: QuerySet[Registration], name: str, value: str) -> QuerySet[Registration]:
        """Each word must be found somewhere."""
        for word in value.split():
            queryset = queryset.filter(
                Q(given_name__icontains=word)
                | Q(family_name__icontains=word)
                | Q(email__icontains=word)
                | Q(organisation__icontains=word)
                | Q(code__istartswith=word)
            )
        return queryset

    def in_state(self, queryset: QuerySet[Registration], name: str, value: list[str]) -> QuerySet[Registration]:
        if not value:
            return queryset
        chosen = Q(state__in=[state for state in value if state != ARRIVED])
        if ARRIVED in value:
            chosen |= Q(arrived_at__isnull=False)
        return queryset.filter(chosen)
