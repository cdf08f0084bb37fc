"""A catalogue of calls: checked row by row, applied by a second person, all or nothing, any number of times."""

import csv
import io
import json
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from calls.catalogue.checking import check_catalogue
from calls.catalogue.reading import ROWS, Unreadable, read_rows
from calls.catalogue.schema import schema
from calls.forms.catalogue import COLUMNS
from calls.models import Call, CallVersion, CatalogueImport
from calls.operations import imports as operations
from calls.states import ImportState
from calls.tasks import import_catalogues
from district_portal.accounts.models import Role
from district_portal.notifications.models import OutboxRow
from district_portal.shared.errors import DomainError
from tests.factories.accounts import AppointmentFactory, DistrictFactory, UserFactory
from tests.factories.calls import CallFactory, InterestFactory, ProgrammeFactory, ThemeFactory
from tests.factories.enterprises import MembershipFactory

ROOT = Path(__file__).resolve().parents[2]
ROW = {
    "external_id": "ER-1",
    "title_it": "Reti di distretto",
    "title_en": "District networks",
    "summary_it": "Contributi alle reti.",
    "opens_at": "2026-10-01T09:00",
    "closes_at": "2027-03-31T13:00",
    "districts": "biomedical",
    "themes": "",
    "roles": "enterprise;laboratory",
    "budget": "6000000.00",
    "grant_share": "0.5",
    "grant_max": "150000",
    "partners_min": "3",
    "specific_objective": "RSO1.1",
}


def as_csv(*rows: dict, delimiter: str = ",") -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, fieldnames=list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def as_json(*rows: dict) -> bytes:
    return json.dumps({"calls": list(rows)}, indent=1).encode()


# --- Files as a whole --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (as_csv(ROW).replace(b"Reti", b"Citt\xe0"), "Line 2 is not written in UTF-8"),
        ("external_id,title_it\n".encode("utf-16"), "not written in UTF-8"),
        (b"PK\x03\x04 a spreadsheet", "Save it as CSV"),
        (b"a,b\n\x00,1\n", "Line 2 is not text"),
        (b"a,a,b\n1,2,3\n", "names a column twice: a"),
        (b'a,b\n1,2\n"open,3\n4,5\n', "begins in line 3 is not CSV"),
        (b'a,b\n"1"2,3\n', "begins in line 2 is not CSV"),
        (b'a\n"' + b"x" * 200_001 + b'"\n', "begins in line 2 is not CSV"),
        (b'{"rows": []}', "holds a list of calls"),
        (b'[{"a": 1},\n{"b": ]', "Line 2 is not JSON"),
        (b'[{"a": 1}', "goes on wrongly, after line 1"),
        (b'[{"a": NaN}]', "NaN is no value"),
        (b'[{"a": 1, "a": 2}]', "a twice in one object"),
        (b'[{"a": 1}] and more', "goes on after the list"),
        (b'{"calls": [{"a": 1}], "more": 1}', "goes on after the list"),
        (b"[" * 100_000, "is not JSON"),
        (b"a\n" + b"1\n" * (ROWS + 1), "more than 5000 calls"),
        (b"[" + b",".join([b"{}"] * 100_000) + b"]", "more than 5000 calls"),
        (b"a\n" + b"x" * 50_000_000, "larger than 20 MB"),
    ],
    ids=range(21),
)
def test_a_file_that_cant_be_read_says_why_and_where(content, words):
    with pytest.raises(Unreadable) as refused:
        list(read_rows(content))
    assert words in refused.value.message


@pytest.mark.parametrize("content", [as_csv(ROW), as_csv(ROW, delimiter=";"), b"\xef\xbb\xbf" + as_csv(ROW)])
def test_csv_is_read_with_commas_or_semicolons_and_with_a_byte_order_mark(content):
    assert [(row.line, row.cells) for row in read_rows(content)] == [(2, ROW)]


def test_rows_are_counted_by_the_line_where_they_begin():
    text = as_csv(ROW | {"summary_it": "two\nlines"}, ROW)
    assert [row.line for row in read_rows(text)] == [2, 4]
    assert [row.line for row in read_rows(b'[\n{"a": 1},\n\n{"a":\n2}, {"a": 3}]')] == [2, 4, 5]


def test_a_row_with_another_number_of_values_is_told_and_the_others_are_read():
    rows = list(read_rows(b"a,b\n1\n1,2\n"))
    assert (rows[0].problem, rows[1].cells) == ("This row has 1 values, the first line 2.", {"a": "1", "b": "2"})


def test_the_largest_file_is_read_in_two_seconds():
    content = b"[" + b",".join([b'{"a": "' + b"x" * 3_900 + b'"}'] * ROWS) + b"]"
    began = time.process_time()
    assert sum(1 for _row in read_rows(content)) == ROWS
    assert time.process_time() - began < 2


# --- Rows --------------------------------------------------------------------------------------------------------


@pytest.fixture
def programme(db):
    programme = ProgrammeFactory()
    DistrictFactory(region=programme.region, slug="biomedical")
    ThemeFactory(slug="research")
    return programme


def report(programme, content: bytes) -> dict:
    return check_catalogue(programme, content).report()


def problems(programme, **changes) -> list[tuple[str, str]]:
    found = report(programme, as_csv(ROW | changes))["rows"][0]
    return [(field, words) for field, words in found["problems"]]


@pytest.mark.parametrize(
    "changes, field, words",
    [
        ({"external_id": ""}, "external_id", "required"),
        ({"title_it": ""}, "title_it", "required"),
        ({"title_it": "x" * 201}, "title_it", "at most 200"),
        ({"summary_it": "<b>bold</b>"}, "summary_it", "plain text"),
        ({"opens_at": "2026-13-01T09:00"}, "opens_at", "day and an hour that exist"),
        ({"opens_at": "2026-02-30T09:00"}, "opens_at", "day and an hour that exist"),
        ({"opens_at": "2026-10-01"}, "opens_at", "Add the hour"),
        ({"opens_at": "9999-10-01T09:00+00:00"}, "opens_at", "day and an hour that exist"),
        ({"closes_at": "2027-03-28T02:30"}, "closes_at", "does not exist"),
        ({"closes_at": "2027-10-31T02:30"}, "closes_at", "comes twice"),
        ({"closes_at": "2026-09-01T09:00"}, "closes_at", "must be after the opening"),
        ({"closes_at": ""}, "closes_at", "needs an opening and a deadline"),
        ({"questions_until": "2027-04-01T09:00"}, "questions_until", "end before the deadline"),
        ({"districts": "biomedical;moon"}, "districts", "Not known: moon"),
        ({"themes": "alchemy"}, "themes", "Not known: alchemy"),
        ({"roles": "wizard"}, "roles", "Not known: wizard"),
        ({"budget": "6.000.000,00"}, "budget", "number"),
        ({"budget": "-1"}, "budget", "greater than or equal to 0"),
        ({"budget": "NaN"}, "budget", "number"),
        ({"budget": "1e400"}, "budget", "digits"),
        ({"grant_share": "1.5"}, "grant_share", "less than or equal to 1"),
        ({"project_cost_min": "300000", "project_cost_max": "1"}, "project_cost_max", "below the lowest"),
        ({"partners_min": "0"}, "partners_min", "greater than or equal to 1"),
        ({"duration_months": "1.5"}, "duration_months", "whole number"),
        ({"status": "open"}, "status", "not one of the available choices"),
        ({"status": "in_assessment"}, "status", "deadline has not passed"),
        ({"slug": "A b"}, "slug", "valid"),
        ({"slug": "taken"}, "slug", "Another call has this address"),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_at_its_field(programme, changes, field, words):
    CallFactory(slug="taken")
    found = problems(programme, **changes)
    assert [name for name, _words in found] == [field]
    assert words in found[0][1]


def test_the_same_identifier_twice_is_told_with_the_first_line(programme):
    rows = report(programme, as_csv(ROW, ROW))["rows"]
    assert rows[1]["problems"] == [["external_id", "Line 2 has it already."]]


@pytest.mark.parametrize(
    "content, words",
    [
        (as_csv(ROW | {"colour": "red"}), "not known: colour"),
        (as_csv({"external_id": "1", "title_it": "x"}), "missing: summary_it"),
        (as_csv(ROW).splitlines()[0], "names no call"),
    ],
    ids=range(3),
)
def test_other_columns_are_told_once_for_the_file(programme, content, words):
    with pytest.raises(Unreadable) as refused:
        report(programme, content)
    assert words in refused.value.message


@pytest.mark.parametrize("value", [True, {"a": 1}, [1], [["a"]]])
def test_json_of_another_type_is_told_at_its_field(programme, value):
    rows = report(programme, as_json(ROW | {"summary_it": value}))["rows"]
    assert rows[0]["problems"] == [["summary_it", "Write this value as text or number."]]


def test_checking_writes_nothing_and_takes_the_same_queries_for_more_rows(programme, django_assert_num_queries):
    def rows(number: int) -> bytes:
        return as_csv(*(ROW | {"external_id": f"ER-{n}"} for n in range(number)))

    check_catalogue(programme, rows(1))
    with django_assert_num_queries(3):
        check_catalogue(programme, rows(1))
    with django_assert_num_queries(3):
        check_catalogue(programme, rows(150))
    assert not Call.objects.exists()


# --- From the upload to the calls --------------------------------------------------------------------------------


@pytest.fixture
def first(programme):
    return AppointmentFactory(role=Role.REGIONAL_STAFF, region=programme.region, district=None).user


@pytest.fixture
def second(programme):
    return AppointmentFactory(role=Role.REGIONAL_STAFF, region=programme.region, district=None).user


def uploaded(programme, actor, content: bytes) -> CatalogueImport:
    run = operations.upload_import(programme, actor=actor, name="calls.csv", content=content, language="en")
    import_catalogues()
    run.refresh_from_db()
    return run


def applied(run: CatalogueImport, actor) -> CatalogueImport:
    operations.approve_import(run, actor=actor, note="Taken over from the catalogue.")
    import_catalogues()
    run.refresh_from_db()
    return run


def told(message: str) -> list[str]:
    rows = OutboxRow.objects.filter(message=f"calls/{message}", channel="mail")
    return sorted(rows.values_list("user__email", flat=True))


def test_a_catalogue_is_checked_then_applied_by_a_second_person(programme, first, second):
    run = uploaded(programme, first, as_csv(ROW))
    assert (run.state, run.report["counts"]["created"], Call.objects.count()) == ("checked", 1, 0)
    assert told("import_checked") == [second.email]
    run = applied(run, second)
    assert (run.state, run.applied_by) == ("applied", second)
    assert told("import_applied") == [first.email]
    call = Call.objects.get()
    assert (call.slug, call.state, call.external_id) == ("reti-di-distretto", "published", "ER-1")
    assert (call.opens_at, call.closes_at) == (
        datetime(2026, 10, 1, 7, tzinfo=UTC),
        datetime(2027, 3, 31, 11, tzinfo=UTC),
    )
    assert (call.budget, call.grant_share, call.grant_max) == (6_000_000, Decimal("0.5"), 150_000)
    assert (call.partners_min, call.roles) == (3, ["enterprise", "laboratory"])
    assert sorted(call.rules.values_list("kind", flat=True)) == ["grant", "minimum_members", "roles"]
    assert [district.slug for district in call.districts.all()] == ["biomedical"]
    assert [(entry.from_state, entry.to_state, entry.actor) for entry in call.decisions.all()] == [
        ("draft", "published", second)
    ]
    assert [version.number for version in call.versions.all()] == [1]


@pytest.mark.parametrize("make", [as_csv, as_json])
def test_the_same_catalogue_again_changes_nothing(programme, first, second, make):
    applied(uploaded(programme, first, make(ROW, ROW | {"external_id": "ER-2", "closes_at": "2027-03-31"})), second)
    before = list(Call.objects.order_by("pk").values())
    again = uploaded(programme, second, make(ROW, ROW | {"external_id": "ER-2", "closes_at": "2027-03-31"}))
    assert again.report["counts"] == {"created": 0, "changed": 0, "unchanged": 2, "error": 0}
    assert not again.applicable
    assert list(Call.objects.order_by("pk").values()) == before


def test_changes_name_their_columns_make_a_version_and_tell_those_concerned(programme, first, second):
    applied(uploaded(programme, first, as_csv(ROW)), second)
    owner = MembershipFactory(organisation=InterestFactory(call=Call.objects.get()).organisation)
    changed = ROW | {"closes_at": "2027-04-15T13:00", "partners_min": "4", "themes": "research"}
    run = uploaded(programme, second, as_csv(changed))
    assert run.report["rows"][0]["fields"] == ["closes_at", "themes", "partners_min"]
    applied(run, first)
    call = Call.objects.get()
    assert (call.partners_min, call.deadlines.count(), call.versions.first().number) == (4, 2, 2)
    assert told("call_changed") == [owner.user.email]


def test_columns_that_the_file_does_not_have_stay_untouched(programme, first, second):
    applied(uploaded(programme, first, as_csv(ROW)), second)
    few = {name: ROW[name] for name in ("external_id", "title_it", "summary_it")}
    run = uploaded(programme, first, as_csv(few | {"title_it": "Nuovo titolo"}))
    assert run.report["rows"][0]["fields"] == ["title_it"]
    applied(run, second)
    call = Call.objects.get()
    assert (call.title_it, call.budget, call.grant_share) == ("Nuovo titolo", 6_000_000, Decimal("0.5"))


def test_one_wrong_row_keeps_all_from_being_applied(programme, first, second):
    run = uploaded(programme, first, as_csv(ROW, ROW | {"external_id": "ER-2", "budget": "much"}))
    assert run.report["counts"] == {"created": 1, "changed": 0, "unchanged": 0, "error": 1}
    with pytest.raises(DomainError, match="nothing to apply"):
        operations.approve_import(run, actor=second, note="x")
    assert told("import_checked") == []


def test_who_uploaded_a_file_never_applies_it(programme, first):
    run = uploaded(programme, first, as_csv(ROW))
    with pytest.raises(DomainError, match="a second person"):
        operations.approve_import(run, actor=first, note="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        CatalogueImport.objects.filter(pk=run.pk).update(applied_by=first)


def test_what_changed_since_the_check_is_read_again_before_anything_is_written(programme, first, second):
    run = uploaded(programme, first, as_csv(ROW))
    CallFactory(programme=programme, external_id="ER-1", state="cancelled")
    run = applied(run, second)
    assert (run.state, run.applied_by) == ("checked", None)
    assert "have changed since" in run.error
    assert run.report["counts"]["error"] == 1
    assert Call.objects.get().title_it != ROW["title_it"]


def test_a_failure_halfway_saves_nothing_and_is_tried_again_then_given_back(programme, first, second):
    run = uploaded(programme, first, as_csv(ROW, ROW | {"external_id": "ER-2"}))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE calls_call ADD CONSTRAINT broken CHECK (external_id <> 'ER-2') NOT VALID")
    operations.approve_import(run, actor=second, note="Taken over.")
    for attempt in (1, 2, 3):
        import_catalogues()
        run.refresh_from_db()
        assert (run.attempts, Call.objects.count()) == (attempt, 0)
        CatalogueImport.objects.filter(pk=run.pk).update(lease_until=timezone.now())
    assert (run.state, run.applied_by) == ("checked", None)
    assert "three attempts" in run.error


@pytest.mark.parametrize("state", [ImportState.CHECKING, ImportState.APPLYING])
def test_a_killed_worker_loses_nothing(programme, first, second, state):
    run = operations.upload_import(programme, actor=first, name="calls.csv", content=as_csv(ROW), language="en")
    if state == ImportState.APPLYING:
        import_catalogues()
        operations.approve_import(run, actor=second, note="Taken over.")
    dead = operations.claim_import()
    assert import_catalogues() == 0  # its lease holds
    CatalogueImport.objects.filter(pk=run.pk).update(lease_until=timezone.now())
    assert import_catalogues() == 1
    assert operations.renew_import(dead, 1) is False
    run.refresh_from_db()
    assert (run.state, run.attempts) == ({"checking": "checked", "applying": "applied"}[state], 2)


def test_an_unreadable_file_is_told_to_who_uploaded_it(programme, first):
    run = uploaded(programme, first, b"[1, 2")
    assert run.state == "failed" and "goes on wrongly" in run.error
    assert told("import_refused") == [first.email]


def test_a_call_moves_on_as_its_table_allows(programme, first, second):
    applied(uploaded(programme, first, as_csv(ROW | {"status": "planned"})), second)
    run = applied(uploaded(programme, first, as_csv(ROW | {"status": "published"})), second)
    assert (run.report["rows"][0]["fields"], Call.objects.get().state) == (["status"], "published")
    found = problems(programme, status="concluded")
    assert found == [("status", "A call that is “Published” can't become “Concluded”.")]


def test_an_opened_call_closes_no_earlier_and_one_that_is_over_stays(programme):
    CallFactory(programme=programme, external_id="ER-1", closes_at=datetime(2027, 6, 1, tzinfo=UTC))
    assert ("closes_at", "This call has opened: its deadline can be moved to a later moment only.") in problems(
        programme
    )
    Call.objects.update(state="concluded")
    assert problems(programme)[0] == ("external_id", "This call is over: it can't be changed any more.")


# --- Pages -------------------------------------------------------------------------------------------------------


def test_the_pages_lead_from_the_upload_to_the_report_and_the_second_person(client, programme, first, second):
    client.force_login(first)
    file = SimpleUploadedFile("bandi.csv", as_csv(ROW, ROW | {"external_id": "=1+1", "budget": "x"}))
    answer = client.post("/en/publishing/imports/", {"programme": programme.pk, "file": file})
    assert answer.status_code == 302
    address = answer["Location"]
    assert 'hx-trigger="every 2s"' in client.get(address).content.decode()
    import_catalogues()
    page = client.get(address).content.decode()
    assert "every 2s" not in page and "Enter a number." in page
    lines = list(csv.DictReader(io.StringIO(b"".join(client.get(f"{address}report.csv").streaming_content).decode())))
    assert [(line["line"], line["outcome"], line["field"]) for line in lines] == [
        ("2", "created", ""),
        ("3", "error", "budget"),
    ]
    assert lines[1]["external_id"] == "'=1+1"
    assert client.get(f"{address}apply/").status_code == 403
    run = uploaded(programme, first, as_csv(ROW))
    client.force_login(second)
    assert client.post(f"/en/publishing/imports/{run.pk}/apply/", {"note": ""}).status_code == 422
    assert client.post(f"/en/publishing/imports/{run.pk}/apply/", {"note": "Taken over."}).status_code == 302
    assert client.post(f"/en/publishing/imports/{run.pk}/discard/").status_code == 409
    import_catalogues()
    assert "Applied by" in client.get(f"/en/publishing/imports/{run.pk}/").content.decode()


def test_a_file_that_is_too_large_is_refused_at_its_field_and_not_kept(client, programme, first, settings):
    client.force_login(first)
    file = SimpleUploadedFile("bandi.csv", b"x" * (20 * 1024 * 1024 + 1))
    answer = client.post("/en/publishing/imports/", {"programme": programme.pk, "file": file})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["file"])
    assert not CatalogueImport.objects.exists()


def test_the_same_file_twice_is_one_run_while_it_is_not_done_with(programme, first, second):
    run = uploaded(programme, first, as_csv(ROW))
    assert uploaded(programme, second, as_csv(ROW)) == run
    operations.discard_import(run, actor=second)
    assert uploaded(programme, second, as_csv(ROW)) != run


def test_staff_of_another_region_see_no_run(client, programme, first):
    run = uploaded(programme, first, as_csv(ROW))
    client.force_login(UserFactory())
    assert client.get(f"/en/publishing/imports/{run.pk}/").status_code == 404


# --- The command, the documents ----------------------------------------------------------------------------------


def test_the_command_checks_and_with_apply_takes_over(programme, first, tmp_path, capsys):
    file = tmp_path / "calls.json"
    file.write_bytes(as_json(ROW))
    call_command("import_calls", str(file), programme=programme.slug)
    assert "line 3: ER-1: created" in capsys.readouterr().out
    assert not Call.objects.exists()
    options = {"programme": programme.slug, "apply": True, "actor": first.email}
    with pytest.raises(CommandError, match="--note"):
        call_command("import_calls", str(file), **options)
    call_command("import_calls", str(file), **options, note="Taken over.")
    assert Call.objects.get().versions.get().author == first
    file.write_bytes(as_json(ROW | {"budget": "x"}))
    with pytest.raises(CommandError, match="nothing was written"):
        call_command("import_calls", str(file), **options, note="Taken over.")
    assert CallVersion.objects.count() == 1


def test_the_schema_and_the_docs_name_every_column():
    assert json.loads((ROOT / "docs" / "call-import.schema.json").read_text()) == schema()
    docs = (ROOT / "docs" / "calls.md").read_text()
    assert [name for name in COLUMNS if f"`{name}`" not in docs] == []
