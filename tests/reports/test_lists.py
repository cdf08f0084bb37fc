"""Lists as JSON and CSV, seen on the public list of projects."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from district_portal.reports import lists
from district_portal.reports.cells import FORMULA_STARTS, ITALIAN, PLAIN, csv_cell, guarded
from tests.factories.calls import CallFactory
from tests.factories.funding import AwardFactory, ProjectFactory


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def rows_of(answer, delimiter=","):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.fixture
def projects(db):
    call = CallFactory(concluded=True)
    return [ProjectFactory(acronym=f"P{n:02}", call=call) for n in range(45)]


def test_json_pages_by_cursor_and_counts_exactly(client, projects):
    url, acronyms = f"{reverse('projects:project_list')}?format=json", []
    while url:
        answer = client.get(url).json()
        assert (answer["count"], len(answer["results"]) <= 20) == (45, True)
        acronyms += [row["acronym"] for row in answer["results"]]
        assert answer["next"] is None or answer["next"].startswith("/en/projects/?")
        url = answer["next"]
    assert acronyms == [project.acronym for project in projects]


@pytest.mark.parametrize(("size", "rows"), [("3", 3), ("0", 1), ("1000", 45), ("x", 20), ("9" * 50, 20)])
def test_the_size_of_a_json_page_is_asked_for(client, projects, size, rows):
    url = reverse("projects:project_list")
    assert len(client.get(url, {"format": "json", "size": size}).json()["results"]) == rows


def test_json_leaves_unknown_amounts_null(client, db):
    AwardFactory(cost=Decimal("1234.50"), grant=None)
    (row,) = client.get(reverse("projects:project_list"), {"format": "json"}).json()["results"]
    assert (row["cost"], row["grant"], row["paid"], row["start"]) == ("1234.50", None, None, "2024-03-01")


def test_csv_of_both_dialects(client, db):
    AwardFactory(cost=Decimal("1234.50"), grant=None, project__title='Line, "quoted"; and =')
    url = reverse("projects:project_list")
    answer = client.get(url, {"format": "csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="projects-')
    (row,) = rows_of(answer)
    assert (row["title"], row["cost"], row["grant"], row["start"]) == (
        'Line, "quoted"; and =', "1234.50", "", "2024-03-01",
    )  # fmt: skip
    (row,) = rows_of(client.get(url, {"format": "csv", "dialect": "it"}), ";")
    assert (row["cost"], row["start"], row["illustrative"]) == ("1234,50", "01/03/2024", "false")


def test_csv_has_the_rows_of_the_filters(client, projects):
    other = ProjectFactory()
    url = reverse("projects:project_list")
    assert len(rows_of(client.get(url, {"format": "csv"}))) == 46
    (row,) = rows_of(client.get(url, {"format": "csv", "call": other.call.slug}))
    assert row["acronym"] == other.acronym


def test_a_list_that_is_too_long_is_refused(client, projects, monkeypatch):
    monkeypatch.setattr(lists, "CSV_ROWS_MAX", 44)
    assert client.get(reverse("projects:project_list"), {"format": "csv"}).status_code == 409
    monkeypatch.setattr(lists, "CSV_ROWS_MAX", 45)
    assert client.get(reverse("projects:project_list"), {"format": "csv"}).status_code == 200


def test_any_other_format_is_the_page(client, db):
    answer = client.get(reverse("projects:project_list"), {"format": "pdf"})
    assert answer["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_a_text_that_a_spreadsheet_would_calculate_is_neutralised(start):
    assert guarded(f"{start}1+1") == f"'{start}1+1"


def test_cells():
    moment = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    values = [None, "", True, -3, Decimal("-0.10"), date(2026, 1, 2), moment, "à; b"]
    assert [csv_cell(value, PLAIN) for value in values] == [
        "", "", "true", "-3", "-0.10", "2026-01-02", "2026-11-23T00:30:00+01:00", "à; b",
    ]  # fmt: skip
    assert [csv_cell(value, ITALIAN) for value in values] == [
        "", "", "true", "-3", "-0,10", "02/01/2026", "23/11/2026 00:30:00", "à; b",
    ]  # fmt: skip
