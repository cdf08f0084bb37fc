"""Open data: all public calls, planned ones too, with the fields of the regulation, and a description to harvest."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.factories.accounts import DistrictFactory
from tests.factories.calls import CallFactory

pytestmark = pytest.mark.django_db


def read(answer) -> str:
    return b"".join(answer.streaming_content).decode()


def rows(client) -> list[dict]:
    return json.loads(read(client.get("/opendata/calls.json")))["calls"]


@pytest.fixture
def call():
    return CallFactory(
        slug="reti",
        opens_at=datetime(2026, 3, 1, 8, tzinfo=UTC),
        closes_at=datetime(2027, 3, 31, 11, tzinfo=UTC),
        districts=[DistrictFactory(name_it="Biomedicale", name_en="Biomedical", slug="biomedical")],
        roles=["laboratory", "enterprise"],
        budget=Decimal("6000000.5"),
        specific_objective="RSO1.1",
    )


def test_each_call_has_the_fields_of_article_49(client, call):
    found = rows(client)[0]
    names = ["area_it", "area_en", "area_nuts", "specific_objective", "applicants", "total_support", "start", "end"]
    assert [found[name] for name in names] == [
        "Biomedicale",
        "Biomedical",
        call.programme.region.nuts,
        "RSO1.1",
        ["enterprise", "laboratory"],
        "6000000.50",
        "2026-03-01T09:00+01:00",
        "2027-03-31T13:00+02:00",
    ]
    assert found["page_it"].endswith("/it/calls/reti/") and found["page_en"].endswith("/en/calls/reti/")


def test_planned_calls_are_there_drafts_are_not_and_what_is_unknown_is_null(client):
    CallFactory(planned=True, slug="planned")
    CallFactory(draft=True, slug="draft")
    found = rows(client)
    assert [(row["identifier"], row["status"], row["start"], row["total_support"]) for row in found] == [
        ("planned", "planned", None, None)
    ]
    assert found[0]["area_it"] == "Emilia-Romagna"


def test_csv_holds_the_same_rows_and_guards_against_formulas(client, call):
    call.title_it = "=1+1"
    call.save()
    plain = list(csv.DictReader(io.StringIO(read(client.get("/opendata/calls.csv")))))
    assert (plain[0]["title_it"], plain[0]["total_support"], plain[0]["applicants"]) == (
        "'=1+1",
        "6000000.50",
        "enterprise; laboratory",
    )
    italian = read(client.get("/opendata/calls.csv?dialect=it"))
    assert italian.startswith("\ufeffidentifier;area_it;") and ";6000000,50;" in italian


@pytest.mark.parametrize("path", ["calls.json", "calls.csv"])
def test_what_has_not_changed_is_not_sent_again_until_it_changes_or_the_clock_opens_a_call(client, call, path):
    soon = CallFactory(opens_at=timezone.now() + timedelta(days=1), closes_at=timezone.now() + timedelta(days=9))
    first = client.get(f"/opendata/{path}")
    read(first)
    tag = {"headers": {"If-None-Match": first["ETag"]}}
    assert client.get(f"/opendata/{path}", **tag).status_code == 304
    type(soon).objects.filter(pk=soon.pk).update(opens_at=timezone.now() - timedelta(seconds=1))
    again = client.get(f"/opendata/{path}", **tag)
    assert again.status_code == 200 and read(again)


def test_the_number_of_queries_and_the_pieces_do_not_grow_with_the_rows(client, django_assert_num_queries):
    def pieces() -> int:
        return len(list(client.get("/opendata/calls.json").streaming_content))

    CallFactory()
    with django_assert_num_queries(4):
        assert pieces() == 3
    for _number in range(30):
        CallFactory()
    with django_assert_num_queries(4):
        assert pieces() == 33


# --- The description ---------------------------------------------------------------------------------------------


def nodes(client) -> dict[str, dict]:
    answer = client.get("/opendata/calls.jsonld")
    assert answer["Content-Type"] == "application/ld+json"
    return {node["@id"]: node for node in answer.json()["@graph"]}


MANDATORY = [
    "dct:identifier", "dct:title", "dct:description", "dct:modified", "dcat:theme", "dct:rightsHolder",
    "dct:accrualPeriodicity", "dcat:distribution",
]  # fmt: skip


def test_the_data_set_has_every_mandatory_property_in_both_languages(client, call, settings):
    graph = nodes(client)
    dataset = graph[f"{settings.PORTAL_URL}/opendata/#calls"]
    assert dataset["@type"] == ["dcatapit:Dataset", "dcat:Dataset"]
    assert [name for name in MANDATORY if not dataset.get(name)] == []
    assert [text["@language"] for text in dataset["dct:title"]] == ["it", "en"]
    assert [text["@language"] for text in dataset["dct:description"]] == ["it", "en"]
    assert dataset["dct:modified"] == {"@type": "xsd:date", "@value": timezone.localdate(call.updated_at).isoformat()}


def test_every_reference_inside_of_the_description_is_in_it(client, settings):
    graph = nodes(client)
    own = f"{settings.PORTAL_URL}/opendata/#"

    def references(value) -> list[str]:
        if isinstance(value, dict):
            return (
                [value["@id"]] if set(value) == {"@id"} else [id for each in value.values() for id in references(each)]
            )
        return [id for each in value for id in references(each)] if isinstance(value, list) else []

    named = {id for node in graph.values() for id in references(node) if id.startswith(own)}
    assert named - set(graph) == set()


def test_every_file_is_where_the_description_says_and_has_format_and_licence(client, settings):
    graph = nodes(client)
    files = [node for node in graph.values() if "dcat:Distribution" in node["@type"]]
    assert len(files) == 2
    for file in files:
        address = file["dcat:accessURL"]["@id"].removeprefix(settings.PORTAL_URL)
        answer = client.get(address)
        assert answer.status_code == 200 and read(answer) is not None
        assert file["dct:format"]["@id"].startswith("http://publications.europa.eu/resource/authority/file-type/")
        assert graph[file["dct:license"]["@id"]]["dct:type"]


@pytest.mark.parametrize("language", ["it", "en"])
def test_people_find_the_files_on_a_page_of_their_own(client, call, language):
    page = client.get(f"/{language}/opendata/")
    for path in ("calls.json", "calls.csv", "calls.jsonld"):
        assert f'href="/opendata/{path}"' in page.content.decode()
    assert 'href="/en/opendata/"' in client.get("/en/calls/").content.decode()


def test_the_schema_of_imports_is_served(client):
    assert client.get("/opendata/call-import.schema.json").json()["title"] == "A catalogue of calls"
