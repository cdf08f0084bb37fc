"""The status page: what waits, what was given up, who works; and that it says so when something is wrong."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from district_portal import celery
from district_portal.models import Heartbeat
from district_portal.notifications.models import Channel, OutboxRow, OutboxState
from district_portal.reports.models import ReportRun
from district_portal.reports.states import RunState
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(UserFactory(is_staff=True))
    return client


def seen(queue: str, seconds_ago: int) -> None:
    moment = timezone.now() - timedelta(seconds=seconds_ago)
    Heartbeat.objects.create(worker=f"{queue}@host", queue=queue, seen_at=moment)


def waiting(minutes: int, **fields: object) -> OutboxRow:
    created_at = timezone.now() - timedelta(minutes=minutes)
    return OutboxRow.objects.create(
        key=f"{minutes}", message="calls/x", channel=Channel.MAIL, about="1", created_at=created_at, **fields
    )


def problems(client: Client) -> list[str]:
    return client.get("/en/status/?format=json").json()["problems"]


def test_a_healthy_portal_has_no_problems(administrator: Client, settings) -> None:
    settings.COMMIT = "0123abc"
    seen("messages", 2)
    seen("reports", 2)
    waiting(1)
    answer = administrator.get("/en/status/?format=json").json()
    assert answer["problems"] == []
    assert answer["version"]["commit"] == "0123abc" and answer["version"]["missing_migrations"] == []
    assert answer["outbox"]["waiting"] == 1 and answer["storage"]["database"] > 1_000_000
    assert [(row["queue"], row["late"]) for row in answer["workers"]] == [("messages", False), ("reports", False)]


def test_it_says_who_is_late_and_what_waits_too_long(administrator: Client) -> None:
    seen("messages", 60)
    waiting(11)
    waiting(12, state=OutboxState.DEAD)
    expected = ["messages_wait", "messages_given_up", "no_worker_for_messages", "no_worker_for_reports"]
    assert problems(administrator) == expected
    page = administrator.get("/en/status/").content.decode()
    assert "messages@host" in page and "A message has been waiting for more than ten minutes." in page


def test_a_worker_that_builds_a_long_report_is_not_missed(administrator: Client) -> None:
    seen("messages", 2)
    seen("reports", 300)
    ReportRun.objects.create(report="funding", format="csv", requester=UserFactory(), state=RunState.BUILDING)
    assert problems(administrator) == []


def test_a_full_disk_is_told(administrator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(total=100, used=95, free=5))
    assert "disk_nearly_full" in problems(administrator)


def test_each_task_shows_its_worker_but_not_at_every_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(celery, "_recorded_at", {})
    request = SimpleNamespace(hostname="messages@host", delivery_info={"routing_key": "messages"})
    celery._record_heartbeat(task=SimpleNamespace(request=request))
    first = Heartbeat.objects.get()
    assert (first.worker, first.queue, first.is_late) == ("messages@host", "messages", False)
    celery._record_heartbeat(task=SimpleNamespace(request=request))
    assert Heartbeat.objects.get().seen_at == first.seen_at
    celery._recorded_at["messages"] -= 6
    celery._record_heartbeat(task=SimpleNamespace(request=request))
    assert Heartbeat.objects.get().seen_at > first.seen_at


def test_a_worker_that_never_came_back_is_forgotten() -> None:
    seen("messages", 8 * 24 * 3600)
    Heartbeat.objects.record("messages@other", "messages")
    assert [row.worker for row in Heartbeat.objects.all()] == ["messages@other"]
