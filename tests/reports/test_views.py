"""Pages of the reports: request, watch, download, cancel, try again."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from district_portal.notifications.delivery import deliver_waiting
from district_portal.notifications.models import InboxItem
from district_portal.reports import operations
from district_portal.reports.desk import stopped_reports
from district_portal.reports.models import ReportRun
from district_portal.reports.states import RunState
from tests.factories import AppointmentFactory, MembershipFactory, UserFactory
from tests.factories.calls import CallFactory
from tests.factories.funding import AwardFactory
from tests.reports.test_building import requested

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def staff(client):
    user = AppointmentFactory(role="regional_staff", district=None).user
    client.force_login(user)
    return user


@pytest.fixture
def ready(staff, settings) -> ReportRun:
    """A run whose file is there."""
    requested(staff)
    run = operations.claim_run()
    folder = settings.MEDIA_ROOT / "reports"
    folder.mkdir(parents=True)
    (folder / "whole.csv").write_text("call\n")
    operations.finish_run(run, file="reports/whole.csv", sha256="ab12", size=5, rows=1)
    run.refresh_from_db()
    return run


def post(client, **fields):
    return client.post(reverse("reports:list"), {"report": "funding", "format": "csv"} | fields)


def test_a_request_leads_to_the_page_of_its_run(client, staff):
    award = AwardFactory()
    answer = post(client, **{"from": "2024-01-01", "call": award.project.call.slug})
    run = ReportRun.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("reports:detail", args=[run.pk]))
    assert (run.requester, run.report, run.format, run.language) == (staff, "funding", "csv", "en")
    assert run.filters == {"from": "2024-01-01", "call": award.project.call.slug}


@pytest.mark.parametrize(
    "fields",
    [
        {"report": "unknown"},
        {"format": "pdf"},
        {"from": "tomorrow"},
        {"call": "unknown"},
        {"district": "unknown"},
        {"from": "2025-01-01", "to": "2024-01-01"},
        {"dialect": "fr"},
    ],
)
def test_an_invalid_request_is_answered_with_what_was_typed(client, staff, fields):
    answer = post(client, **fields)
    assert (answer.status_code, ReportRun.objects.count()) == (422, 0)
    if value := fields.get("from"):
        assert f'value="{value}"' in answer.content.decode()


def test_calls_and_districts_of_other_regions_are_not_offered(client, staff):
    other = CallFactory(programme__region__nuts="ITC4", programme__slug="other", concluded=True)
    assert post(client, call=other.slug).status_code == 422


def test_the_same_request_twice_is_one_run(client, staff):
    assert post(client).url == post(client).url
    assert ReportRun.objects.count() == 1


def test_the_list_takes_the_filters_of_the_dashboard_over(client, staff):
    content = client.get(reverse("reports:list"), {"from": "2024-01-01"}).content.decode()
    assert 'value="2024-01-01"' in content


@pytest.mark.parametrize("role", ["facilitator", "evaluator", "organiser"])
def test_other_roles_are_refused(client, ready, role):
    client.force_login(AppointmentFactory(role=role).user)
    urls = [reverse("reports:list"), *(reverse(f"reports:{name}", args=[ready.pk]) for name in ("detail", "download"))]
    assert [client.get(url).status_code for url in urls] == [403, 403, 403]
    assert post(client).status_code == 403


def test_enterprises_are_refused_and_visitors_led_to_the_sign_in(client, ready):
    client.force_login(MembershipFactory().user)
    assert client.get(reverse("reports:download", args=[ready.pk])).status_code == 403
    client.logout()
    answer = client.get(reverse("reports:download", args=[ready.pk]))
    assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("account_login"))


def test_a_run_of_a_colleague_is_not_found(client, ready):
    client.force_login(AppointmentFactory(role="regional_staff", district=None).user)
    for name in ("detail", "download"):
        assert client.get(reverse(f"reports:{name}", args=[ready.pk])).status_code == 404
    for name in ("cancel", "retry"):
        assert client.post(reverse(f"reports:{name}", args=[ready.pk])).status_code == 404
    assert client.get(reverse("reports:list")).context["rows"] == []


def test_an_office_that_has_ended_closes_old_files_too(client, ready, staff):
    staff.appointments.update(valid_from="2020-01-01", valid_to="2020-12-31")
    assert client.get(reverse("reports:download", args=[ready.pk])).status_code == 403


def test_the_file_comes_as_an_attachment_with_its_hash(client, ready):
    answer = client.get(reverse("reports:download", args=[ready.pk]))
    assert b"".join(answer.streaming_content) == b"call\n"
    assert answer.status_code == 200
    assert answer["X-Content-SHA256"] == "ab12"
    assert answer["ETag"] == '"ab12"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="funding-{timezone.localdate():%Y-%m-%d}.csv"'
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("state", [state for state in RunState if state != RunState.READY])
def test_nothing_is_downloaded_before_or_without_the_whole_file(client, ready, state):
    """Even where a file of that name is there: a half file is never given out."""
    ReportRun.objects.update(state=state)
    assert client.get(reverse("reports:download", args=[ready.pk])).status_code == 409


def test_nothing_is_downloaded_after_its_time(client, ready):
    ReportRun.objects.update(finished_at=timezone.now() - timedelta(days=8))
    assert client.get(reverse("reports:download", args=[ready.pk])).status_code == 409
    page = client.get(reverse("reports:detail", args=[ready.pk])).content.decode()
    assert "was kept until" in page
    assert reverse("reports:download", args=[ready.pk]) not in page


def test_a_file_that_somebody_removed_is_explained(client, ready):
    ready.path.unlink()
    assert client.get(reverse("reports:download", args=[ready.pk])).status_code == 409


def test_the_row_asks_for_itself_until_the_run_has_ended(client, staff):
    run = requested(staff)
    url = reverse("reports:detail", args=[run.pk])
    row = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 2s"' in row
    assert "<html" not in row
    ReportRun.objects.update(
        state=RunState.BUILDING, rows_done=7440, rows_total=12000, started_at=timezone.now() - timedelta(seconds=31)
    )
    row = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "row 7,440 of 12,000 · about 19 seconds left" in row
    assert '<progress class="dn-progress" max="12000" value="7440"' in row
    ReportRun.objects.update(state=RunState.STOPPED, error="No space.", finished_at=timezone.now())
    row = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in row
    assert "No space." in row
    assert reverse("reports:retry", args=[run.pk]) in row


def test_cancel_and_try_again(client, staff):
    run = requested(staff)
    assert client.post(reverse("reports:retry", args=[run.pk])).status_code == 409
    assert client.post(reverse("reports:cancel", args=[run.pk])).status_code == 302
    assert client.post(reverse("reports:cancel", args=[run.pk])).status_code == 409
    ReportRun.objects.update(state=RunState.STOPPED)
    assert client.post(reverse("reports:retry", args=[run.pk])).status_code == 302
    run.refresh_from_db()
    assert run.state == RunState.WAITING


def test_trying_again_what_waits_already_is_refused(client, staff):
    run = requested(staff)
    ReportRun.objects.update(state=RunState.STOPPED)
    requested(staff)
    assert client.post(reverse("reports:retry", args=[run.pk])).status_code == 409


def test_stopped_reports_wait_on_the_desk(staff):
    requested(staff)
    run = operations.claim_run()
    operations.stop_run(run, "No space.")
    (task,) = stopped_reports(staff, timezone.now())
    assert (task.context, task.url) == ("No space.", run.get_absolute_url())
    assert list(stopped_reports(UserFactory(), timezone.now())) == []
    operations.retry_report(run, actor=staff)
    assert list(stopped_reports(staff, timezone.now())) == []


def test_the_list_asks_as_many_queries_for_30_runs_as_for_1(client, staff):
    run = requested(staff)
    client.get(reverse("reports:list"))
    counts = []
    for batch in range(2):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("reports:list")).status_code == 200
        counts.append(len(captured))
        ReportRun.objects.bulk_create(
            ReportRun(report=run.report, format="csv", requester=staff, filters={"to": f"20{n:02}-01-0{batch + 1}"})
            for n in range(29)
        )
    assert counts[0] == counts[1]


def test_the_requester_reads_that_it_is_ready_or_why_it_stopped(ready, staff, mailoutbox):
    requested(staff, format="xlsx")
    operations.stop_run(operations.claim_run(), "There was no space left on the server.")
    deliver_waiting()
    stopped_mail, ready_mail = sorted(mailoutbox, key=lambda mail: mail.subject)
    assert ready_mail.subject == "Your report is ready: Funding report"
    assert f"/en/reports/{ready.pk}/" in ready_mail.body
    assert "(CSV, one row) is ready. Download it until" in ready_mail.body
    assert "(CSV, one row) is ready." in ready_mail.alternatives[0].content
    assert stopped_mail.subject == "Your report has stopped: Funding report"
    assert "has stopped: There was no space left on the server." in stopped_mail.body
    assert "You can try again on the page of the report." in stopped_mail.alternatives[0].content
    titles = set(InboxItem.objects.values_list("title_en", flat=True))
    assert titles == {ready_mail.subject, stopped_mail.subject}
