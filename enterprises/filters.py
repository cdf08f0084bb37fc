"""How the directory is narrowed, and how many organisations each choice would show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from district_portal.accounts.models import District, User
from district_portal.shared.filters import ChoicesFilter, Pill
from district_portal.shared.ui import localised, query_string, query_without
from enterprises.models import Competence, Concept, Municipality, Organisation, OrganisationKind
from enterprises.models.organisation import OrganisationQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

ORDER = ["name", "pk"]


class OrganisationFilter(django_filters.FilterSet):
    """Filters of `/organisations/`: `q`, `kind` and `district` (repeatable), `nuts` (a code or its beginning)."""

    q = django_filters.CharFilter(label=_("Search in organisations"), method="search", max_length=200)
    kind = ChoicesFilter(label=_("Kind"), choices=OrganisationKind.choices, method="of_kinds")
    district = ChoicesFilter(label=_("District"), method="of_districts")
    nuts = django_filters.CharFilter(label=_("Province (NUTS)"), method="in_area", max_length=5)

    def __init__(self, params: QueryDict, queryset: OrganisationQuerySet, user: User | AnonymousUser) -> None:
        self.params, self.user = params, user
        super().__init__(params, queryset)
        self.districts = list(District.objects.all())
        self.filters["district"].extra["choices"] = [(row.slug, localised(row, "name")) for row in self.districts]
        self.filters["q"].field.widget.input_type = "search"

    def search(self, queryset: OrganisationQuerySet, name: str, words: str) -> QuerySet[Organisation]:
        """By name, description and the competences that this reader may see (else the search would tell of them)."""
        concepts = Concept.objects.competences().matching(words)
        readable = Competence.objects.visible_to(self.user).filter(concept__in=concepts.values("pk"))
        return queryset.filter(
            Q(pk__in=Organisation.objects.matching(words).values("pk")) | Q(pk__in=readable.values("organisation"))
        )

    def of_kinds(self, queryset: OrganisationQuerySet, name: str, kinds: list[str]) -> QuerySet[Organisation]:
        return queryset.filter(kind__in=kinds) if kinds else queryset

    def of_districts(self, queryset: OrganisationQuerySet, name: str, slugs: list[str]) -> QuerySet[Organisation]:
        return queryset.filter(district__slug__in=slugs) if slugs else queryset

    def in_area(self, queryset: OrganisationQuerySet, name: str, code: str) -> QuerySet[Organisation]:
        """ITH54 is a province, ITH5 its region, IT the country; what is no code narrows nothing."""
        if not re.fullmatch(r"[A-Za-z]{2}[A-Za-z0-9]{0,3}", code):
            return queryset
        return queryset.filter(municipality__nuts__startswith=code.upper())

    def counts(self) -> dict[str, dict[str, int]]:
        """For each choice, how many organisations it would show under the other filters. One query for each facet."""
        return {
            "kind": self._counts("kind", "kind"),
            "district": self._counts("district", "district__slug"),
            "nuts": self._counts("nuts", "municipality__nuts"),
        }

    def _counts(self, facet: str, column: str) -> dict[str, int]:
        queryset = self.queryset
        for name, value in self.form.cleaned_data.items():
            if name != facet:
                queryset = self.filters[name].filter(queryset, value)
        return dict(queryset.order_by().values_list(column).annotate(Count("pk")))

    def area_choices(self, counts: dict[str, int]) -> list[tuple[str, str, int]]:
        """(code, words, number) of the provinces in which organisations are, and of the code now asked for."""
        provinces = dict(Municipality.objects.filter(nuts__in=counts).values_list("nuts", "province").distinct())
        choices = [(code, f"{provinces[code]} ({code})", counts[code]) for code in counts if code in provinces]
        asked = self.form.cleaned_data.get("nuts", "").upper()
        if asked and asked not in provinces:
            choices.append((asked, asked, sum(n for code, n in counts.items() if (code or "").startswith(asked))))
        return sorted(choices, key=lambda choice: choice[1])

    def pills(self) -> list[Pill]:
        found = []
        if words := self.form.cleaned_data.get("q"):
            found.append(Pill(f"“{words}”", query_string(self.params, q=None)))
        for name in ("kind", "district"):
            labels: dict[Any, Any] = dict(self.form.fields[name].choices)
            chosen = dict.fromkeys(self.form.cleaned_data.get(name, []))
            found += [Pill(labels[value], query_without(self.params, name, value)) for value in chosen]
        if code := self.form.cleaned_data.get("nuts"):
            found.append(Pill(code.upper(), query_string(self.params, nuts=None)))
        return found
