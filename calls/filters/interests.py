"""How the lists of the interested are narrowed: for everyone, and for the facilitator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from calls.models import Call, Interest, InterestQuerySet, Visibility
from calls.panels.interests import told
from district_portal.accounts.models import User
from district_portal.shared.filters import ChoicesFilter, Pill
from district_portal.shared.ui import localised, query_string, query_without
from enterprises.models import Concept, EnterpriseSize, Organisation, OrganisationKind

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

ORDERS = {
    "-registered": ["-registered_at", "-pk"],
    "name": ["name", "pk"],
    "kind": ["kind", "name", "pk"],
}


class InterestedFilter(django_filters.FilterSet):
    """Filters of `/calls/<slug>/interested/`: `kind`, `offers` and `seeks` (codes of competences, repeatable), `lead`.

    Nobody is found by a competence that the reader does not see with the interest.
    """

    kind = ChoicesFilter(label=_("Kind"), choices=OrganisationKind.choices, method="of_kinds")
    offers = ChoicesFilter(label=_("Offers"), method="telling")
    seeks = ChoicesFilter(label=_("Looks for"), method="telling")
    lead = django_filters.BooleanFilter(
        label=_("Would like to lead"), widget=forms.CheckboxInput, method="who_would_lead"
    )
    multiple = ["kind", "offers", "seeks"]
    single = ["lead"]

    class Meta:
        model = Interest
        fields = []

    def __init__(self, params: QueryDict, call: Call, user: User | AnonymousUser) -> None:
        self.params, self.call, self.user = params, call, user
        super().__init__(params, call.interests.active().as_seen_by(user))
        self.told = told(call, user)
        for name, what in (("offers", "offered"), ("seeks", "sought")):
            self.filters[name].extra["choices"] = [(row.code, localised(row, "name")) for row in self.told[what]]

    def of_kinds(self, queryset: InterestQuerySet, name: str, kinds: list[str]) -> InterestQuerySet:
        return queryset.filter(organisation__kind__in=kinds) if kinds else queryset

    def telling(self, queryset: InterestQuerySet, name: str, codes: list[str]) -> InterestQuerySet:
        what = {"offers": "offered", "seeks": "sought"}[name]
        return queryset.telling(self.user, what, codes) if codes else queryset

    def who_would_lead(self, queryset: InterestQuerySet, name: str, value: bool) -> InterestQuerySet:
        return queryset.filter(wants_to_lead=True) if value else queryset

    @property
    def order(self) -> list[str]:
        return ["name", "pk"]

    def pills(self) -> list[Pill]:
        """The filters in use, each with the address without it."""
        found, data = [], self.form.cleaned_data
        if words := data.get("q"):
            found.append(Pill(f"“{words}”", query_string(self.params, q=None)))
        for name in self.multiple:
            field = self.form.fields[name]
            labels: dict[Any, Any] = dict(field.choices)
            for value in dict.fromkeys(data.get(name) or []):
                found.append(Pill(f"{field.label}: {labels[value]}", query_without(self.params, name, value)))
        found += [
            Pill(self.form.fields[name].label, query_string(self.params, **{name: None}))
            for name in self.single
            if data.get(name)
        ]
        return found


class InterestFilter(InterestedFilter):
    """Filters of the facilitator's `/calls/<slug>/interests/`: also `q`, `size`, `visibility`, `free`, `ordering`."""

    q = django_filters.CharFilter(
        label=_("Search"), method="search", max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    size = ChoicesFilter(label=_("Size"), choices=EnterpriseSize.choices, method="of_sizes")
    visibility = ChoicesFilter(label=_("Who may see it"), choices=Visibility.choices, method="seen_by")
    free = django_filters.BooleanFilter(
        label=_("Not in a network yet"), widget=forms.CheckboxInput, method="without_network"
    )
    ordering = django_filters.ChoiceFilter(
        label=_("Order"),
        choices=[("-registered", _("Newest first")), ("name", _("By name")), ("kind", _("By kind"))],
        empty_label=None,
        method="unfiltered",
    )
    multiple = ["kind", "size", "offers", "seeks", "visibility"]
    single = ["lead", "free"]

    def search(self, queryset: InterestQuerySet, name: str, words: str) -> QuerySet[Interest]:
        """By name, description and what was told for this call."""
        written = Q(offers__icontains=words) | Q(seeks__icontains=words) | Q(note__icontains=words)
        concepts = Concept.objects.competences().matching(words).values_list("code", flat=True)
        codes = list(concepts[:200])
        for what in ("offered", "sought"):
            links = Interest.objects.told_to(self.user, what).filter(concept__code__in=codes)
            written |= Q(pk__in=links.values("interest"))
        return queryset.filter(written | Q(organisation__in=Organisation.objects.matching(words).values("pk")))

    def of_sizes(self, queryset: InterestQuerySet, name: str, sizes: list[str]) -> InterestQuerySet:
        return queryset.filter(size__in=sizes) if sizes else queryset

    def seen_by(self, queryset: InterestQuerySet, name: str, values: list[str]) -> InterestQuerySet:
        return queryset.filter(visibility__in=values) if values else queryset

    def without_network(self, queryset: InterestQuerySet, name: str, value: bool) -> InterestQuerySet:
        return queryset.filter(in_network=False) if value else queryset

    def unfiltered(self, queryset: InterestQuerySet, name: str, value: str) -> InterestQuerySet:
        return queryset

    @property
    def order(self) -> list[str]:
        return ORDERS.get(self.params.get("ordering", ""), ORDERS["-registered"])
