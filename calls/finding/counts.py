"""How many calls a list has, and how many each choice of its facets would show under the other filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection

from calls.filters.calls import CallFilter
from calls.models import FACETS, CallQuerySet, facets, shown_sql
from district_portal.shared.pagination import COUNT_CAP, Count
from enterprises.models import OrganisationKind


class Counts(NamedTuple):
    """`shown`: under all filters. `facets`: by facet and choice; a `Count` where counting stopped."""

    shown: Count
    facets: dict[str, dict[str, int | Count]]


def counts(listed: CallFilter) -> Counts:
    """In one query, or two.

    Exact from the bits where only facets are filtered. Words and a day have no bits: up to 1,000 of the calls that they
    leave are looked at for each facet, and where there are more the numbers say so.
    """
    if listed.chosen["q"] or listed.chosen["deadline_before"]:
        # Statuses alone leave many calls.
        if listed.chosen["role"] or listed.chosen["district"] or listed.chosen["theme"]:
            listed.few = facets(listed.now, listed.scopes, _numbers_of(listed)).few
        return _looked_at(listed)
    found = facets(listed.now, listed.scopes, _numbers_of(listed))
    listed.few = found.few
    return Counts(Count(found.shown, capped=False), _choices(listed, found.counts))


def count_without(listed: CallFilter, names: Sequence[str]) -> dict[str, Count]:
    """For each of the filters, how many calls all the others leave, in one query."""
    if not names:
        return {}
    selects, parameters, exact = [], [], set()
    for name in names:
        if any(listed.chosen[other] for other in ("q", "deadline_before") if other != name):
            ids, values = _ids(listed.without(name))
            sql = f"cardinality({ids})"
        else:
            exact.add(name)
            sql, values = shown_sql(listed.now, listed.scopes, _numbers_of(listed, without=name))
            sql = f"({sql})"
        selects.append(f"SELECT '{name}', {sql}")
        parameters += values
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(selects), parameters)
        return {
            name: Count(number, capped=False) if name in exact else Count(min(number, COUNT_CAP), number > COUNT_CAP)
            for name, number in cursor.fetchall()
        }


def _numbers_of(listed: CallFilter, without: str = "") -> dict[str, list[str]]:
    """The chosen values of each facet, districts and themes by number. All statuses are no filter."""
    chosen = {facet: list(listed.chosen[facet] or []) for facet in FACETS if facet != without}
    if "all" in chosen.get("status", []):
        del chosen["status"]
    for facet, rows in (("district", listed.districts), ("theme", listed.themes)):
        numbers = {row.slug: str(row.pk) for row in rows}
        if facet in chosen:
            chosen[facet] = [numbers[slug] for slug in chosen[facet]]
    return chosen


def _choices(listed: CallFilter, found: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int | Count]]:
    """What is found by value, as numbers beside the choices: a call that names no district is for each."""
    role, district = found["role"], found["district"]
    return {
        "status": dict(found["status"]),
        "role": {kind: role.get(kind, 0) + role.get("any", 0) for kind in OrganisationKind.values},
        "district": {row.slug: district.get(str(row.pk), 0) + district.get("any", 0) for row in listed.districts},
        "theme": {row.slug: found["theme"].get(str(row.pk), 0) for row in listed.themes},
    }


def _looked_at(listed: CallFilter) -> Counts:
    """Of each facet's calls, under the other filters, at most one more than 1,000."""
    found, sizes = _values(listed)
    shown = Count(min(sizes["shown"], COUNT_CAP), sizes["shown"] > COUNT_CAP)
    choices = _choices(listed, found)
    choices["status"]["all"] = min(sizes["status"], COUNT_CAP)
    for facet, numbers in choices.items():
        if sizes[facet] > COUNT_CAP:
            choices[facet] = {value: Count(int(str(number)), capped=True) for value, number in numbers.items()}
    return Counts(shown, choices)


def _values(listed: CallFilter) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """How many of each facet's calls have each value, and how many calls those are, in one query."""
    # Facets that are not filtered themselves all have the calls that are shown.
    filtered = [facet for facet in FACETS if _numbers_of(listed).get(facet)]
    sets, selects, parameters = [], [], []
    for name in [*filtered, "shown"]:
        sql, values = _ids(listed.found() if name == "shown" else listed.without(name))
        sets.append(f"{name}_ids AS MATERIALIZED (SELECT {sql} AS ids)")
        parameters += values
    for facet in FACETS:
        own = f"{facet if facet in filtered else 'shown'}_ids"
        selects.append(
            f"SELECT '{facet}', value, count(*) FROM {own}, calls_facet_values(ids, %s)"
            f" WHERE facet = '{facet}' GROUP BY value UNION ALL SELECT 'size', '{facet}', cardinality(ids) FROM {own}"
        )
        parameters.append(listed.now)
    selects.append("SELECT 'size', 'shown', cardinality(ids) FROM shown_ids")
    found: dict[str, dict[str, int]] = {facet: {} for facet in [*FACETS, "size"]}
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(sets)} {' UNION ALL '.join(selects)}", parameters)
        for facet, value, number in cursor.fetchall():
            found[facet][value] = number
    return found, found["size"]


def _ids(calls: CallQuerySet) -> tuple[str, Sequence[Any]]:
    """Numbers of these calls, at most one more than 1,000, as an array."""
    try:
        sql, values = calls.values("pk")[: COUNT_CAP + 1].query.sql_with_params()
    except EmptyResultSet:
        return "'{}'::bigint[]", []
    return f"ARRAY({sql})", values
