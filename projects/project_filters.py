"""Filters of the list of funded projects."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from calls.filters import ChoicesFilter
from calls.models import Call
from district_portal.accounts.models import District
from district_portal.shared.filters import offered
from district_portal.shared.ui import localised
from projects.models import Award, Project


class ProjectFilter(filters.FilterSet):
    """`q` (acronym, title, partners), `call` and `district` (slugs, repeatable); others filter nothing."""

    q = filters.CharFilter(method="search", label=_("Acronym, title or partner"), widget=forms.SearchInput)
    call = ChoicesFilter(field_name="call__slug", label=_("Call"))
    district = ChoicesFilter(field_name="district__slug", label=_("District"))

    class Meta:
        model = Project
        fields = ["q", "call", "district"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Only what has projects is offered.
        calls = Call.objects.filter(Exists(Project.objects.filter(call=OuterRef("pk")))).order_by("-closes_at", "pk")
        districts = District.objects.filter(Exists(Project.objects.filter(district=OuterRef("pk")))).order_by("name_it")
        chosen = self.data.getlist("call") if self.data else []
        self.filters["call"].extra["choices"] = [
            (call.slug, localised(call, "title"))
            for call in offered(calls.only("slug", "title_it", "title_en"), chosen)
        ]
        self.filters["district"].extra["choices"] = [(one.slug, localised(one, "name")) for one in districts]

    def search(self, queryset: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        partners = Award.objects.filter(organisation__name__icontains=value).values("project")
        return queryset.filter(Q(acronym__icontains=value) | Q(title__icontains=value) | Q(pk__in=partners))
