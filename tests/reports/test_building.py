"""Building reports: the worker's task, run for real against PostgreSQL, on connections of its own."""

import csv
import hashlib
import io
import resource
import threading
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone
from openpyxl import load_workbook

from district_portal.notifications.models import OutboxRow
from district_portal.reports import builder, operations, registry
from district_portal.reports.models import ReportRun
from district_portal.reports.states import RunState
from district_portal.reports.tasks import build
from district_portal.reports.writers import csv as csv_writer
from district_portal.reports.writers.source import Progress, Source, snapshot
from district_portal.reports.writers.xlsx import write_xlsx
from district_portal.shared.errors import DomainError
from projects.reports import FUNDING
from tests.factories import AppointmentFactory, OrganisationFactory
from tests.factories.funding import AwardFactory, PaymentFactory, ProjectFactory

pytestmark = pytest.mark.django_db(transaction=True)

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"]


@pytest.fixture
def staff():
    return AppointmentFactory(role="regional_staff", district=None).user


@pytest.fixture(autouse=True)
def _clean_up_each_time(monkeypatch):
    monkeypatch.setattr(builder, "_cleaned_at", -1e9)


def requested(user, **wanted) -> ReportRun:
    asked = {"format": "csv", "dialect": "", "filters": {}, "language": "en"} | wanted
    return operations.request_report(actor=user, report=FUNDING, **asked)


def built(user, **wanted) -> ReportRun:
    run = requested(user, **wanted)
    build()
    run.refresh_from_db()
    return run


def rows_of(run: ReportRun) -> list[dict[str, str]]:
    text = run.path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if run.dialect else ","))


def test_the_worker_builds_what_waits_and_tells_the_requester(staff):
    PaymentFactory(award=AwardFactory(project__acronym="NEBULA"))
    run = built(staff)
    assert (run.state, run.rows_done, run.rows_total, run.attempts) == (RunState.READY, 1, 1, 1)
    assert run.sha256 == hashlib.sha256(run.path.read_bytes()).hexdigest()
    assert run.size == run.path.stat().st_size
    assert set(OutboxRow.objects.values_list("message", "channel", "user")) == {
        ("reports/report_ready", "inbox", staff.pk),
        ("reports/report_ready", "mail", staff.pk),
    }
    assert build() == 0


def test_columns_are_those_of_the_contract_and_unknown_is_empty(staff):
    AwardFactory(
        cost=None, grant=None, size="", awarded_on=None, organisation__municipality=None, project__starts_on=None
    )
    run = built(staff)
    header, row = run.path.read_text().splitlines()
    assert header == "call,district,project,organisation,kind,size,place,nuts,cost,grant,paid,state,start,end"
    assert row.endswith(",enterprise,,,,,,,,,")


def test_csv_in_the_plain_dialect(staff):
    award = AwardFactory(cost=Decimal("1234.50"), grant=Decimal("1000.00"))
    PaymentFactory(award=award, amount=Decimal("0.10"))
    PaymentFactory(award=award, amount=Decimal("0.20"))
    (row,) = rows_of(built(staff))
    assert row == {
        "call": award.project.call.title_en,
        "district": award.project.district.name_en,
        "project": award.project.acronym,
        "organisation": award.organisation.name,
        "kind": "enterprise",
        "size": "small",
        "place": "Mirandola",
        "nuts": "ITH54",
        "cost": "1234.50",
        "grant": "1000.00",
        "paid": "0.30",
        "state": "",
        "start": "2024-03-01",
        "end": "",
    }


def test_csv_in_the_italian_dialect(staff):
    award = AwardFactory(cost=Decimal("1234.50"), grant=None)
    run = built(staff, dialect="it", language="it")
    assert run.path.read_bytes().startswith("\ufeffcall;district;".encode())
    (row,) = rows_of(run)
    assert (row["cost"], row["start"], row["call"]) == ("1234,50", "01/03/2024", award.project.call.title_it)


def test_names_fall_back_to_the_other_language(staff):
    award = AwardFactory(project__call__title_en="", project__call__title_it="Reti di distretto")
    assert rows_of(built(staff))[0]["call"] == "Reti di distretto"
    assert award.project.call.title_en == ""


@pytest.mark.parametrize("dialect", ["", "it"])
def test_no_formula_survives_in_csv(staff, dialect):
    for number, formula in enumerate(FORMULAS):
        AwardFactory(organisation=OrganisationFactory(name=formula), project__acronym=f"P{number:02}")
    names = [row["organisation"] for row in rows_of(built(staff, dialect=dialect))]
    assert names == [f"'{formula}" for formula in FORMULAS]


def test_xlsx_holds_texts_numbers_and_dates_and_no_formula(staff):
    for number, formula in enumerate(FORMULAS[:4]):
        AwardFactory(organisation=OrganisationFactory(name=formula), project__acronym=f"P{number:02}")
    run = built(staff, format="xlsx")
    sheet = load_workbook(run.path).active
    assert [cell.value for cell in sheet[1]] == [column.name for column in FUNDING.columns]
    cells = [row[3] for row in sheet.iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type) for cell in cells] == [(formula, "s") for formula in FORMULAS[:4]]
    assert (sheet["I2"].value, sheet["M2"].value.date().isoformat(), sheet["K2"].value) == (100000, "2024-03-01", None)


def test_xlsx_goes_on_on_the_next_sheet(tmp_path):
    for _ in range(5):
        AwardFactory()
    form = FUNDING.form({}, user=None)
    assert form.is_valid()
    progress = Progress()
    with snapshot() as own:
        source = Source.of(FUNDING.queryset(form), own)
        write_xlsx(source, FUNDING.columns, tmp_path / "book.xlsx", progress, rows_per_sheet=3)
    sheets = load_workbook(tmp_path / "book.xlsx").worksheets
    assert [(sheet.max_row, sheet["A1"].value) for sheet in sheets] == [(3, "call"), (3, "call"), (2, "call")]
    assert progress.rows == 5


def test_filters_that_nothing_matches_give_a_file_with_names_only(staff):
    AwardFactory()
    run = built(staff, filters={"from": "1990-01-01", "to": "1990-12-31"})
    assert (run.state, rows_of(run)) == (RunState.READY, [])


def test_asked_twice_while_waiting_is_one_run(staff):
    first, second = requested(staff), requested(staff)
    assert first == second
    assert requested(staff, format="xlsx") != first
    build()
    assert requested(staff) != first


def test_asked_by_many_at_the_same_moment_is_one_run(staff):
    barrier, runs = threading.Barrier(8), []

    def ask():
        barrier.wait()
        runs.append(requested(staff).pk)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == 8
    assert len(set(runs)) == 1


def test_a_build_left_behind_by_a_killed_worker_is_taken_up_again(staff):
    AwardFactory()
    run = requested(staff)
    dead = operations.claim_run()
    assert build() == 0  # its lease still holds
    ReportRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert build() == 1
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.READY, 2)
    # The worker that was presumed dead wakes up: nothing that it does counts.
    assert not operations.renew_lease(dead, rows_done=9, rows_total=9)
    assert not operations.finish_run(dead, file="reports/other.csv", sha256="0", size=1, rows=9)
    operations.stop_run(dead, "late")
    run.refresh_from_db()
    assert (run.state, run.rows_done, run.error) == (RunState.READY, 1, "")


def test_the_work_folder_of_a_killed_worker_is_removed(staff):
    requested(staff)
    dead = operations.claim_run()
    work = builder.folder() / "work" / f"{dead.pk}-{dead.attempts}.csv"
    work.mkdir(parents=True)
    (work / "half").write_text("half")
    builder.clean_up()
    assert work.exists()  # it may still be alive
    ReportRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    build()
    builder._cleaned_at = -1e9
    builder.clean_up()
    assert list(builder.folder().glob("work/*")) == []


def test_after_three_killed_attempts_the_run_stops(staff):
    run = requested(staff)
    for _ in range(3):
        operations.claim_run()
        ReportRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert build() == 0
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.STOPPED, 3)
    assert "three attempts" in run.error
    assert OutboxRow.objects.filter(message="reports/report_stopped").count() == 2
    run = operations.retry_report(run, actor=staff)
    assert build() == 1
    run.refresh_from_db()
    assert run.state == RunState.READY


def test_a_failure_that_may_pass_is_tried_again_later(staff, monkeypatch):
    AwardFactory()
    run = requested(staff)
    monkeypatch.setattr(operations, "WAIT_AFTER_FAILURE", timedelta(0))
    broken = registry.Report(**{**FUNDING.__dict__, "queryset": lambda form: 1 / 0})
    registry.register(broken)
    try:
        operations_done = build()
    finally:
        registry.register(FUNDING)
    run.refresh_from_db()
    assert (operations_done, run.state, run.attempts) == (3, RunState.STOPPED, 3)


def test_a_cancelled_run_is_not_built(staff):
    run = operations.cancel_report(requested(staff), actor=staff)
    assert (build(), run.state) == (0, RunState.CANCELLED)
    with pytest.raises(DomainError):
        operations.cancel_report(run, actor=staff)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_cancelling_ends_a_running_query_within_a_second_or_two(staff, monkeypatch, format):
    """The query sleeps for 30 s at each row; the time limit on statements does not touch it, cancelling does."""
    AwardFactory()
    of = Source.of.__func__

    def slow(cls, queryset, own):
        source = of(cls, queryset, own)
        return cls(own, f"SELECT * FROM ({source.sql}) AS rows WHERE pg_sleep(30) IS NOT NULL")

    monkeypatch.setattr(Source, "of", classmethod(slow))
    monkeypatch.setattr(Source, "count", lambda self: 1)
    run = requested(staff, format=format)
    began = time.monotonic()
    worker = threading.Thread(target=lambda: (build(), connection.close()))
    worker.start()
    while not ReportRun.objects.filter(state=RunState.BUILDING).exists():
        time.sleep(0.05)
    operations.cancel_report(run, actor=staff)
    worker.join(timeout=20)
    assert not worker.is_alive()
    assert time.monotonic() - began < 10
    run.refresh_from_db()
    assert (run.state, run.file) == (RunState.CANCELLED, "")
    assert [path for path in builder.folder().rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_full_disk_stops_the_run_and_leaves_nothing(staff, format):
    organisation = OrganisationFactory()
    for _ in range(60):
        AwardFactory(organisation=organisation, project__call__title_en="long " * 30)
    run = requested(staff, format=format)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))  # as a full disk: the file cannot grow
    try:
        build()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    run.refresh_from_db()
    assert (run.state, run.file) == (RunState.STOPPED, "")
    assert "no space" in run.error
    assert [path for path in builder.folder().rglob("*") if path.is_file()] == []
    operations.retry_report(run, actor=staff)
    build()
    run.refresh_from_db()
    assert run.state == RunState.READY


def test_a_report_sees_one_moment_of_the_database(staff):
    AwardFactory()
    form = FUNDING.form({}, user=None)
    assert form.is_valid()
    with snapshot() as own:
        source = Source.of(FUNDING.queryset(form), own)
        assert source.count() == 1
        AwardFactory()
        file = io.BytesIO()
        csv_writer.write_csv(source, FUNDING.columns, builder.dialect_named(""), file, Progress())
    assert len(file.getvalue().splitlines()) == 2


def test_who_lost_the_office_while_waiting_gets_nothing(staff):
    AwardFactory()
    run = requested(staff)
    staff.appointments.update(valid_from="2020-01-01", valid_to="2020-12-31")
    build()
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.STOPPED, "You may no longer request this report.")


def test_a_filter_that_is_gone_stops_the_run(staff):
    run = requested(staff, filters={"call": "removed"})
    build()
    run.refresh_from_db()
    assert run.state == RunState.STOPPED


def test_files_are_removed_after_their_time(staff, settings):
    project = ProjectFactory()
    AwardFactory(project=project)
    run = built(staff)
    assert run.downloadable
    settings.REPORTS_KEPT_DAYS = 0
    builder._cleaned_at = -1e9
    build()
    assert not run.path.exists()
    assert not run.downloadable
