"""Keyset paging: previous and next, at the same cost on every page, and counts that stop counting."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.formats import number_format

Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 20
COUNT_CAP = 1000


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: list[Row]
    next_cursor: str | None
    previous_cursor: str | None

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Count:
    """A count that stops at `COUNT_CAP`: `value` rows, or more than that."""

    value: int
    capped: bool

    def __str__(self) -> str:
        return f"{self.value}+" if self.capped else number_format(self.value, force_grouping=True)


def count_capped(queryset: QuerySet[Any], cap: int = COUNT_CAP) -> Count:
    found = queryset.order_by()[: cap + 1].count()
    return Count(min(found, cap), found > cap)


def keyset_page(
    queryset: QuerySet[Row],
    order: Sequence[str],
    cursor: str | None,
    size: int = PAGE_SIZE,
    parts: Sequence[Q] = (),
) -> Page[Row]:
    """One page of `queryset` in `order` (names with an optional `-`, never null, the last one unique).

    `parts`: conditions that divide all rows of the queryset, each with an index of its own that has the order; the page
    is then put together from the first rows of each. A cursor that cannot be read shows the first page: it comes from
    an address that somebody typed.
    """
    position = _decode(cursor, queryset, order)
    backwards = position is not None and position[0]
    ordering = [_reverse(name) for name in order] if backwards else list(order)
    rows = queryset.order_by(*ordering)
    if position is not None:
        rows = rows.filter(_after(ordering, position[1]))
    if len(parts) > 1:
        firsts = [rows.filter(part).select_related(None).values("pk")[: size + 1] for part in parts]
        rows = queryset.filter(pk__in=firsts[0].union(*firsts[1:], all=True)).order_by(*ordering)
    elif parts:
        rows = rows.filter(*parts)
    found = list(rows[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_next = backwards or more
    has_previous = more if backwards else position is not None
    return Page(
        rows=found,
        next_cursor=_encode(found[-1], order, backwards=False) if found and has_next else None,
        previous_cursor=_encode(found[0], order, backwards=True) if found and has_previous else None,
    )


def _reverse(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _after(ordering: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows that come after `values`: (a > x) or (a = x and b > y) or …"""
    condition, equal = Q(), Q()
    for name, value in zip(ordering, values, strict=True):
        field = name.removeprefix("-")
        condition |= equal & Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal &= Q(**{field: value})
    # Repeats the first bound, so that PostgreSQL can start inside the index instead of filtering from its beginning.
    first = ordering[0].removeprefix("-")
    return Q(**{f"{first}__{'lte' if ordering[0].startswith('-') else 'gte'}": values[0]}) & condition


def _encode(row: Model, order: Sequence[str], *, backwards: bool) -> str:
    values = [_plain(getattr(row, name.removeprefix("-"))) for name in order]
    raw = json.dumps(["p" if backwards else "n", *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (int, float, str)):
        return value
    return str(value)  # Decimal, UUID


def _decode(cursor: str | None, queryset: QuerySet[Any], order: Sequence[str]) -> tuple[bool, list[Any]] | None:
    if not cursor:
        return None
    try:
        direction, *values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if direction not in ("n", "p") or len(values) != len(order) or None in values:
            return None
        return direction == "p", [
            _checked(_field(queryset, name.removeprefix("-")), value) for name, value in zip(order, values, strict=True)
        ]
    except (ValueError, TypeError, binascii.Error, ArithmeticError, ValidationError):
        return None


def _checked(field: Any, raw: Any) -> Any:
    """The value of a field. Its validators keep out what the database would refuse, such as 1e1000000."""
    value = field.to_python(raw)
    field.run_validators(value)
    return value


def _field(queryset: QuerySet[Any], name: str) -> Any:
    annotation = queryset.query.annotations.get(name)
    if annotation is not None:
        return annotation.output_field
    field = queryset.model._meta.pk if name == "pk" else queryset.model._meta.get_field(name)
    # A generated column is checked as what it is made of.
    return getattr(field, "output_field", field)
