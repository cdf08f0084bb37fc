"""Open data: all public calls, those that are planned too, and the description of the data set.

The fields of Regulation (EU) 2021/1060, art. 49(2), come first: area, specific objective, type of applicant, total
support, start and end date. The description follows DCAT-AP_IT. Addresses have no language: both are in each row.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q
from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from calls.catalogue.schema import schema
from calls.feeds.dcat import LICENCE, description
from calls.models import Call
from district_portal.reports.cells import Echo, csv_cell, dialect_named
from district_portal.shared.access import access, public

BATCH = 500


def _day_or_moment(moment: datetime | None, has_time: bool = True) -> str | None:
    """ISO 8601 in the time of Rome; a day where the hour is not known."""
    if moment is None:
        return None
    local = timezone.localtime(moment)
    return local.isoformat(timespec="minutes") if has_time else local.date().isoformat()


def _address(call: Call, language: str) -> str:
    with translation.override(language):
        return settings.PORTAL_URL + call.get_absolute_url()


def _status(call: Call) -> str:
    return call.status.removeprefix("call:").replace("closing_soon", "open")


def _area(call: Call, language: str) -> str:
    """Names of the districts, or of the region where all are meant."""
    rows = list(call.districts.all()) or [call.programme.region]
    return "; ".join(getattr(row, f"name_{language}") for row in rows)


FIELDS: dict[str, Callable[[Call], Any]] = {
    "identifier": lambda call: call.slug,
    "area_it": lambda call: _area(call, "it"),
    "area_en": lambda call: _area(call, "en"),
    "area_nuts": lambda call: call.programme.region.nuts,
    "specific_objective": lambda call: call.specific_objective or None,
    "applicants": lambda call: sorted(call.roles),
    "total_support": lambda call: call.budget,
    "start": lambda call: _day_or_moment(call.opens_at),
    "end": lambda call: _day_or_moment(call.closes_at, call.deadline_has_time),
    "status": _status,
    "title_it": lambda call: call.title_it,
    "title_en": lambda call: call.title_en or None,
    "summary_it": lambda call: call.summary_it,
    "summary_en": lambda call: call.summary_en or None,
    "programme_it": lambda call: call.programme.name_it,
    "programme_en": lambda call: call.programme.name_en,
    "districts": lambda call: [district.slug for district in call.districts.all()],
    "themes": lambda call: [theme.slug for theme in call.themes.all()],
    "questions_until": lambda call: _day_or_moment(call.questions_until),
    "grant_share": lambda call: call.grant_share,
    "grant_max": lambda call: call.grant_max,
    "project_cost_min": lambda call: call.project_cost_min,
    "project_cost_max": lambda call: call.project_cost_max,
    "partners_min": lambda call: call.partners_min,
    "duration_months": lambda call: call.duration_months,
    "external_id": lambda call: call.external_id,
    "illustrative": lambda call: call.illustrative,
    "modified": lambda call: _day_or_moment(call.updated_at),
    "page_it": lambda call: _address(call, "it"),
    "page_en": lambda call: _address(call, "en"),
}
"""Of each row: a text, number, truth value or list of texts; None is not known. Amounts in EUR, shares from 0 to 1."""


def _rows() -> Iterator[Call]:
    calls = Call.objects.published().select_related("programme__region").prefetch_related("districts", "themes")
    unused = ("body_it", "body_en", "plain_it", "plain_en", "search_it", "search_en")
    return calls.defer(*unused).order_by("pk").iterator(chunk_size=BATCH)


# --- What has changed --------------------------------------------------------------------------------------------


def _version(request: HttpRequest) -> dict[str, Any]:
    """What the data depend on: the last change, and how many calls the clock has opened and closed."""
    now = timezone.now()
    return Call.objects.published().aggregate(
        latest=Max("updated_at"),
        number=Count("pk"),
        opened=Count("pk", filter=Q(opens_at__lte=now)),
        closed=Count("pk", filter=Q(closes_at__lte=now)),
    )


def _etag(request: HttpRequest) -> str:
    found = _version(request)
    latest = found["latest"].timestamp() if found["latest"] else 0
    parts = (found["number"], latest, found["opened"], found["closed"], request.GET.get("dialect", "") == "it")
    return f'"{"-".join(str(part) for part in parts)}"'


def _modified(request: HttpRequest) -> datetime | None:
    return Call.objects.published().aggregate(latest=Max("updated_at"))["latest"]


# --- Answers -----------------------------------------------------------------------------------------------------


@require_safe
@access(public)
@cache_control(public=True, max_age=60)
@condition(etag_func=_etag)
def calls_json(request: HttpRequest) -> StreamingHttpResponse:
    """`{"license", "calls": […]}`, amounts and shares as text with all their places."""
    return StreamingHttpResponse(_json(), content_type="application/json")


def _json() -> Iterator[str]:
    yield f'{{"license": "{LICENCE}", "calls": ['
    for number, call in enumerate(_rows()):
        row = {name: value(call) for name, value in FIELDS.items()}
        yield (",\n" if number else "\n") + json.dumps(row, ensure_ascii=False, default=_text)
    yield "\n]}\n"


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"no value of a row: {value!r}")


@require_safe
@access(public)
@cache_control(public=True, max_age=60)
@condition(etag_func=_etag)
def calls_csv(request: HttpRequest) -> StreamingHttpResponse:
    """UTF-8, comma, decimal point; `?dialect=it`: semicolon, byte order mark, decimal comma. Lists by semicolons."""
    answer = StreamingHttpResponse(_csv(request.GET.get("dialect")), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="calls.csv"'
    return answer


def _csv(asked: str | None) -> Iterator[str]:
    dialect = dialect_named(asked)
    writer = csv.writer(Echo(), delimiter=dialect.delimiter)
    yield dialect.start + writer.writerow(FIELDS)
    for call in _rows():
        values = [value(call) for value in FIELDS.values()]
        flat = ["; ".join(value) if isinstance(value, list) else value for value in values]
        yield writer.writerow([csv_cell(value, dialect) for value in flat])


@require_safe
@access(public)
@cache_control(public=True, max_age=60)
@condition(last_modified_func=_modified)
def calls_jsonld(request: HttpRequest) -> JsonResponse:
    """The description of the data set (DCAT-AP_IT), for catalogues that harvest it."""
    return JsonResponse(
        description(_modified(request)), content_type="application/ld+json", json_dumps_params={"ensure_ascii": False}
    )


@require_safe
@access(public)
@cache_control(public=True, max_age=3600)
def import_schema(request: HttpRequest) -> JsonResponse:
    """What a file of calls that a region hands in looks like."""
    return JsonResponse(schema(), content_type="application/schema+json", json_dumps_params={"indent": 1})


@require_safe
@access(public)
def opendata(request: HttpRequest) -> Any:
    """What there is, for people."""
    files = [(name, reverse(f"opendata_calls_{name}")) for name in ("json", "csv", "jsonld")]
    context = {"files": files, "licence": LICENCE, "fields": list(FIELDS), **_version(request)}
    return render(request, "calls/opendata.html", context)
