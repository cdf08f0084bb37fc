"""Parts of every list's filters: choices that forgive unknown values, and the pills of those in use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import django_filters
from django import forms
from django.db.models import QuerySet

# A menu longer than this cannot be read, and would make every page as heavy as the portal is old.
OFFERED = 100


class KnownChoices(forms.MultipleChoiceField):
    """Several of the choices; what is none of them is left out, because it comes from an address somebody typed."""

    def clean(self, value: Any) -> list[str]:
        return [item for item in self.to_python(value) if self.valid_value(item)]


class ChoicesFilter(django_filters.MultipleChoiceFilter):
    """A repeatable parameter, shown as check boxes."""

    field_class = KnownChoices

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, **kwargs)


def offered(rows: QuerySet[Any], chosen: Iterable[str | None]) -> list[Any]:
    """What a menu offers of `rows`, which have a `slug`: the first hundred, and those chosen in the address."""
    first = list(rows[:OFFERED])
    missing = {slug for slug in chosen if slug} - {row.slug for row in first}
    return first + list(rows.filter(slug__in=missing)) if missing and len(first) == OFFERED else first


class Pill(NamedTuple):
    """A filter in use, and the address of the list without it."""

    label: str
    url: str
