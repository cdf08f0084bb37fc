"""What keeps pages as fast with many rows as with few. No test measures time; `make bench` does."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.db import connection
from django.db.models import QuerySet
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from calls.filters.calls import CallFilter
from calls.models import Call
from district_portal.reports.writers import source as report_source
from district_portal.reports.writers.source import Source, snapshot
from district_portal.shared import counts, filters
from district_portal.shared.counts import remembered
from district_portal.shared.filters import offered
from enterprises import filters as directory
from enterprises.models import Organisation, OrganisationKind
from events.models import Registration
from projects.models import Network, Project
from projects.reports import FUNDING
from tests.factories import AppointmentFactory, CompetenceFactory, OrganisationFactory
from tests.factories.calls import CallFactory
from tests.factories.funding import AwardFactory

pytestmark = pytest.mark.django_db
DIRECTORY = "/en/organisations/"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    caches["counts"].clear()
    yield
    caches["counts"].clear()


# --- Counts over everything ----------------------------------------------------------------------------------------


def test_little_is_counted_afresh_and_much_is_remembered() -> None:
    numbers = iter([1000, 1001, 1002])
    answers = [remembered("key", lambda: next(numbers), rows=lambda found: found) for _ in range(3)]
    assert answers == [1000, 1001, 1001]
    assert remembered("another key", lambda: next(numbers), rows=lambda found: found) == 1002


def test_remembered_counts_of_the_directory_answer_every_filter(client: Client, monkeypatch) -> None:
    one = OrganisationFactory(kind=OrganisationKind.LABORATORY)
    OrganisationFactory(district=one.district)
    fresh = [client.get(DIRECTORY, params).context["counts"] for params in _filters_of(one)]
    monkeypatch.setattr(counts, "MUCH", 0)
    client.get(DIRECTORY)
    OrganisationFactory(district=one.district)
    assert [client.get(DIRECTORY, params).context["counts"] for params in _filters_of(one)] == fresh
    caches["counts"].clear()
    assert client.get(DIRECTORY).context["counts"]["district"] == {one.district.slug: 3}


def _filters_of(one: Organisation) -> list[dict[str, str]]:
    return [{}, {"kind": one.kind}, {"district": one.district.slug}, {"kind": one.kind, "nuts": "ITH"}, {"nuts": "FR"}]


def test_remembered_counts_do_not_hide_the_unlisted_from_those_who_look_after_them(client: Client, monkeypatch) -> None:
    monkeypatch.setattr(counts, "MUCH", 0)
    listed = OrganisationFactory()
    OrganisationFactory(district=listed.district, listed=False)
    assert client.get(DIRECTORY).context["counts"]["district"] == {listed.district.slug: 1}
    client.force_login(AppointmentFactory(district=listed.district).user)
    assert client.get(DIRECTORY).context["counts"]["district"] == {listed.district.slug: 2}


def test_the_dashboard_of_one_office_is_not_remembered_for_another(client: Client, monkeypatch) -> None:
    monkeypatch.setattr(counts, "MUCH", 0)
    districts = [AwardFactory().project.district for _ in range(2)]
    for district in districts:
        office = AppointmentFactory(district=district, region=district.region, role="regional_staff")
        client.force_login(office.user)
        rows = [row["slug"] for row in client.get("/en/region/").context["districts"]]
        assert rows == [district.slug]


# --- A search with many matches ------------------------------------------------------------------------------------


def test_a_search_with_many_matches_finds_the_same_and_shows_no_numbers(client: Client, monkeypatch) -> None:
    for number in range(3):
        OrganisationFactory(name=f"Novamed {number}")
    competent = CompetenceFactory(concept__name_it="Novamed per tutti").organisation
    OrganisationFactory(name="Estense")
    few = client.get(DIRECTORY, {"q": "novamed"})
    monkeypatch.setattr(directory, "FEW", 2)
    many = client.get(DIRECTORY, {"q": "novamed"})
    assert [row["name"] for row in many.context["rows"]] == [row["name"] for row in few.context["rows"]]
    assert competent.name in [row["name"] for row in many.context["rows"]]
    assert (few.context["counts"]["kind"], many.context["counts"]["kind"]) == ({"enterprise": 4}, {})
    assert [area[0] for area in many.context["areas"]] == [area[0] for area in few.context["areas"]]


# --- Menus ---------------------------------------------------------------------------------------------------------


def test_a_menu_stays_short_and_keeps_what_was_chosen(client: Client, monkeypatch) -> None:
    monkeypatch.setattr(filters, "OFFERED", 2)
    districts = [OrganisationFactory().district for _ in range(4)]
    rows = type(districts[0]).objects.order_by("pk")
    assert offered(rows, []) == districts[:2]
    assert offered(rows, [districts[3].slug, districts[0].slug, "nowhere", None]) == [*districts[:2], districts[3]]


def test_a_call_beyond_the_menu_can_still_be_asked_for(client: Client, monkeypatch) -> None:
    monkeypatch.setattr(filters, "OFFERED", 1)
    award = AwardFactory()
    for _ in range(3):
        CallFactory(programme=award.project.call.programme)
    district = award.project.district
    client.force_login(AppointmentFactory(district=None, region=district.region, role="regional_staff").user)
    answer = client.get("/en/region/", {"call": award.project.call.slug})
    assert (answer.status_code, answer.context["totals"].rows) == (200, 1)


# --- Orders that an index has --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [
        Organisation.objects.filter(listed=True).order_by("name", "pk"),
        Organisation.objects.filter(kind="enterprise").order_by("name", "pk"),
        Organisation.objects.filter(district=1).order_by("name", "pk"),
        Network.objects.order_by("-created_at", "pk"),
        Project.objects.order_by("acronym", "pk"),
        Registration.objects.filter(event=1).order_by("family_name", "given_name", "pk"),
    ],
    ids=["directory", "directory by kind", "directory by district", "networks", "projects", "participants"],
)
def test_a_page_is_read_along_an_index_without_sorting(rows: QuerySet) -> None:
    with connection.cursor() as cursor:
        # Of empty tables the planner would read all: what is asked is whether there is another way at all.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
    plan = rows[:21].explain()
    assert "Index Scan" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("ordering", ["deadline", "-opened", "-budget"])
@pytest.mark.parametrize("status", ["", "all", "open", "closing_soon", "closed", "in_assessment"])
def test_calls_of_each_state_are_read_along_an_index(status: str, ordering: str) -> None:
    listed = CallFilter(QueryDict(f"ordering={ordering}&status={status}"), Call.objects.all(), timezone.now())
    for part in listed.parts:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off")
        plan = listed.found().filter(part).order_by(*listed.order)[:21].explain()
        assert "Index Scan" in plan, part
        assert "Sort" not in plan, part


def test_closed_calls_newest_first_are_picked_out_within_the_index() -> None:
    # Before them stand all open ones: each of those would be read from the table.
    listed = CallFilter(QueryDict("ordering=-opened&status=closed"), Call.objects.all(), timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        # Of an empty table both are equally good.
        cursor.execute("DROP INDEX call_by_opening")
    plan = listed.found().filter(listed.parts[0]).order_by(*listed.order)[:21].explain()
    assert "call_state_opening" in plan
    assert re.search(r"Index Cond: .*state.*deadline_key <=", plan)


def test_the_best_of_many_matches_are_picked_along_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
    newest = Call.objects.matching("rete", "it").order_by("-opened_key", "-pk")[:1000]
    assert "call_by_opening" in newest.explain()


def test_a_rare_word_is_looked_up() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    for language in ("it", "en"):
        plan = Call.objects.matching("rete", language).explain()
        assert f"call_search_{language}" in plan


# --- The report ----------------------------------------------------------------------------------------------------


def test_a_large_report_is_not_counted_for_its_progress(monkeypatch) -> None:
    AwardFactory()
    form = FUNDING.form({}, user=None)
    assert form.is_valid()
    with snapshot() as own:
        source = Source.of(FUNDING.queryset(form), own)
        counted = source.total()
        monkeypatch.setattr(report_source, "COUNTED", 0)
        monkeypatch.setattr(Source, "count", lambda self: pytest.fail("counted"))
        estimated = source.total()
    # The row of this test's transaction is not in the snapshot; an estimate is never below 1.
    assert (counted, estimated >= 1) == (0, True)
