"""Parts of every list's filters: choices that forgive unknown values, and the pills of those in use."""

from __future__ import annotations

from typing import Any, NamedTuple

import django_filters
from django import forms


class KnownChoices(forms.MultipleChoiceField):
    """Several of the choices; what is none of them is left out, because it comes from an address somebody typed."""

    def clean(self, value: Any) -> list[str]:
        return [item for item in self.to_python(value) if self.valid_value(item)]


class ChoicesFilter(django_filters.MultipleChoiceFilter):
    """A repeatable parameter, shown as check boxes."""

    field_class = KnownChoices

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, **kwargs)


class Pill(NamedTuple):
    """A filter in use, and the address of the list without it."""

    label: str
    url: str
