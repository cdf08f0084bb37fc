"""How the directory is narrowed, and how many organisations each choice would show."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import django_filters
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from district_portal.accounts.models import District, User
from district_portal.shared.counts import remembered
from district_portal.shared.filters import ChoicesFilter, Pill
from district_portal.shared.pagination import COUNT_CAP
from district_portal.shared.ui import localised, query_string, query_without
from enterprises.models import Competence, Concept, Municipality, Organisation, OrganisationKind
from enterprises.models.organisation import OrganisationQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

ORDER = ["name", "pk"]
FACETS = ["kind", "district", "nuts"]
# Matches that are looked up at once.
FEW = COUNT_CAP


class Cell(NamedTuple):
    """How many organisations are of a kind, in a district (slug) and in a province (NUTS code)."""

    kind: str
    district: str | None
    nuts: str | None
    number: int


def _by_facets(organisations: QuerySet[Organisation]) -> list[Cell]:
    columns = ("kind", "district__slug", "municipality__nuts")
    return [Cell(*row) for row in organisations.order_by().values_list(*columns).annotate(Count("pk"))]


def _area(code: str) -> str:
    """A NUTS code or its beginning; empty for what is none."""
    return code.upper() if re.fullmatch(r"[A-Za-z]{2}[A-Za-z0-9]{0,3}", code) else ""


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
        """By name, description and the competences that this reader may see (else the search would tell of them).

        Few matches are looked up at once, and then ordered. When there are many, the database walks along the order
        and looks at each organisation until the page is full: collecting all of them would cost more with each one.
        """
        few, many = self._matches
        if few is not None:
            return queryset.filter(pk__in=few)
        # A subquery of one value, not EXISTS: that one the database would answer for all organisations beforehand.
        return queryset.alias(
            _competence=Subquery(many.filter(organisation=OuterRef("pk")).order_by().values("pk")[:1])
        ).filter(Organisation.objects.words(words) | Q(_competence__isnull=False))

    @cached_property
    def _matches(self) -> tuple[set[int] | None, QuerySet[Competence]]:
        """The organisations that the words match, or None where there are many; and the competences."""
        words = self.form.cleaned_data["q"]
        concepts = list(Concept.objects.competences().matching(words).values_list("pk", flat=True))
        readable = Competence.objects.visible_to(self.user).filter(concept__in=concepts)
        named = set(Organisation.objects.matching(words).order_by().values_list("pk", flat=True)[: FEW + 1])
        if len(named) <= FEW:
            # An organisation has a handful of matching competences at most.
            competent = list(readable.order_by().values_list("organisation", flat=True)[: 2 * FEW])
            if len(competent) < 2 * FEW and len(named.union(competent)) <= FEW:
                return named.union(competent), readable
        return None, readable

    def of_kinds(self, queryset: OrganisationQuerySet, name: str, kinds: list[str]) -> QuerySet[Organisation]:
        return queryset.filter(kind__in=kinds) if kinds else queryset

    def of_districts(self, queryset: OrganisationQuerySet, name: str, slugs: list[str]) -> QuerySet[Organisation]:
        return queryset.filter(district__slug__in=slugs) if slugs else queryset

    def in_area(self, queryset: OrganisationQuerySet, name: str, code: str) -> QuerySet[Organisation]:
        """ITH54 is a province, ITH5 its region, IT the country; what is no code narrows nothing."""
        area = _area(code)
        return queryset.filter(municipality__nuts__startswith=area) if area else queryset

    def counts(self) -> dict[str, dict[str | None, int]]:
        """For each choice, how many organisations it would show under the other filters.

        Nothing where words match many organisations: then the numbers would cost more than the page.
        """
        words = self.form.cleaned_data.get("q")
        if words and self._matches[0] is None:
            return {facet: {} for facet in FACETS}
        cells = self._cells(words)
        return {facet: self._counted(cells, facet) for facet in FACETS}

    def _cells(self, words: str) -> list[Cell]:
        """Organisations by all facets at once: as many cells as there are combinations, however many organisations."""
        if words:
            return _by_facets(self.search(self.queryset, "q", words))
        listed = remembered(
            "listed organisations",
            lambda: _by_facets(Organisation.objects.filter(listed=True)),
            rows=lambda cells: sum(cell.number for cell in cells),
        )
        if not self.user.is_authenticated:
            return listed
        return listed + _by_facets(self.queryset.filter(listed=False))

    def _counted(self, cells: list[Cell], facet: str) -> dict[str | None, int]:
        chosen = self.form.cleaned_data
        kinds = facet != "kind" and chosen.get("kind")
        districts = facet != "district" and chosen.get("district")
        area = facet != "nuts" and _area(chosen.get("nuts", ""))
        counted: Counter[str | None] = Counter()
        for cell in cells:
            if kinds and cell.kind not in kinds or districts and cell.district not in districts:
                continue
            if area and not (cell.nuts or "").startswith(area):
                continue
            counted[getattr(cell, facet)] += cell.number
        return dict(counted)

    def area_choices(self, counts: dict[str | None, int]) -> list[tuple[str, str, int | None]]:
        """(code, words, number) of the provinces in which organisations are, and of the code now asked for.

        Without counts all provinces that the listed organisations are in, without their numbers.
        """
        if not counts:
            return self._areas_without_numbers()
        provinces = dict(Municipality.objects.filter(nuts__in=counts).values_list("nuts", "province").distinct())
        choices = [(code, f"{provinces[code]} ({code})", counts[code]) for code in counts if code in provinces]
        asked = self.form.cleaned_data.get("nuts", "").upper()
        if asked and asked not in provinces:
            choices.append((asked, asked, sum(n for code, n in counts.items() if (code or "").startswith(asked))))
        return sorted(choices, key=lambda choice: choice[1])

    def _areas_without_numbers(self) -> list[tuple[str, str, int | None]]:
        codes = {cell.nuts for cell in self._cells("") if cell.nuts}
        provinces = Municipality.objects.filter(nuts__in=codes).values_list("nuts", "province").distinct()
        choices: list[tuple[str, str, int | None]] = [(code, f"{name} ({code})", None) for code, name in provinces]
        asked = self.form.cleaned_data.get("nuts", "").upper()
        if asked and asked not in codes:
            choices.append((asked, asked, None))
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
