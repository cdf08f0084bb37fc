"""Every list of the portal as JSON and CSV: same filters, same permissions as its page."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _

from district_portal.reports.cells import Dialect, csv_cell, dialect_named
from district_portal.shared.errors import DomainError
from district_portal.shared.pagination import PAGE_SIZE, keyset_page
from district_portal.shared.ui import query_string

CSV_ROWS_MAX = 10_000
SIZE_MAX = 100
BATCH = 500


@dataclass(frozen=True)
class Column:
    """One column of a list. `value(row)` is a text, number, Decimal, date, aware moment, or None for unknown."""

    name: str
    title: str | Promise
    value: Callable[[Any], Any]


def list_answer(
    request: HttpRequest,
    queryset: QuerySet[Any],
    *,
    order: Sequence[str],
    columns: Sequence[Column],
    parts: Sequence[Q] = (),
    complete: Callable[[Sequence[Any]], Sequence[Any]] = list,
) -> HttpResponseBase | None:
    """The list as `?format=json` or `?format=csv` (`&dialect=it`); None for any other format: answer the page.

    `order` and `parts` as for `keyset_page`. JSON: `{"count", "next", "results"}`, 20 rows (or `?size=`, at most
    100) at a time, amounts as strings. CSV: the whole list; raises `DomainError` (409) above 10,000 rows.

    `complete`: makes what the columns read of at most 500 rows at a time, in the same order.
    """
    match request.GET.get("format"):
        case "json":
            return _json(request, queryset, order, columns, parts, complete)
        case "csv":
            return _csv(request, queryset.order_by(*order), columns, complete)
    return None


def _json(
    request: HttpRequest,
    queryset: QuerySet[Any],
    order: Sequence[str],
    columns: Sequence[Column],
    parts: Sequence[Q],
    complete: Callable[[Sequence[Any]], Sequence[Any]],
) -> JsonResponse:
    page = keyset_page(queryset, order, request.GET.get("cursor"), size=_size(request), parts=parts)
    following = request.path + query_string(request.GET, cursor=page.next_cursor) if page.next_cursor else None
    results = [{column.name: column.value(row) for column in columns} for row in complete(page.rows)]
    return JsonResponse({"count": queryset.order_by().count(), "next": following, "results": results})


def _size(request: HttpRequest) -> int:
    asked = request.GET.get("size", "")
    return min(max(int(asked), 1), SIZE_MAX) if asked.isdecimal() and len(asked) < 5 else PAGE_SIZE


def _csv(
    request: HttpRequest,
    queryset: QuerySet[Any],
    columns: Sequence[Column],
    complete: Callable[[Sequence[Any]], Sequence[Any]],
) -> StreamingHttpResponse:
    if queryset.order_by()[: CSV_ROWS_MAX + 1].count() > CSV_ROWS_MAX:
        raise DomainError(
            _("This list has more than 10,000 rows, too many for a file. Narrow the filters and download it in parts.")
        )
    dialect = dialect_named(request.GET.get("dialect"))
    lines = _lines(queryset, columns, complete, dialect, translation.get_language())
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = slugify(request.path.strip("/").split("/")[-1]) or "list"
    answer["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.csv"'
    return answer


def _lines(
    queryset: QuerySet[Any],
    columns: Sequence[Column],
    complete: Callable[[Sequence[Any]], Sequence[Any]],
    dialect: Dialect,
    language: str | None,
) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=dialect.delimiter, lineterminator="\r\n")
    buffer.write(dialect.start)
    writer.writerow([column.name for column in columns])
    found = queryset.iterator(chunk_size=BATCH)
    while rows := list(islice(found, BATCH)):
        # The answer is read after the request: its language has to be set again.
        with translation.override(language):
            lines = ([csv_cell(column.value(row), dialect) for column in columns] for row in complete(rows))
            writer.writerows(lines)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue()
