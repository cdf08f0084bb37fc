"""A request has arrived when it reached the proxy, or the process where there is none: not when a worker had time."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from district_portal.shared.arrival import LONGEST, ArrivalMiddleware, moment_of_arrival

pytestmark = pytest.mark.django_db


def waited(header: str | None = None, working: float = 0.0) -> timedelta:
    """How long before the view's question the request is said to have arrived."""
    found: list[datetime] = []

    def view(_request: HttpRequest) -> HttpResponse:
        time.sleep(working)
        found.extend((moment_of_arrival(), timezone.now()))
        return HttpResponse()

    headers = {} if header is None else {"X-Request-Start": header}
    ArrivalMiddleware(view)(RequestFactory().post("/", headers=headers))
    arrived, asked = found
    return asked - arrived


def seconds_ago(seconds: float) -> str:
    return f"t={time.time() - seconds:.3f}"


def test_time_in_the_proxys_queue_is_given_back(settings) -> None:
    settings.BEHIND_PROXY = True
    assert timedelta(seconds=5) <= waited(seconds_ago(5)) < timedelta(seconds=8)


def test_without_a_proxy_nobody_can_put_the_clock_back(settings) -> None:
    settings.BEHIND_PROXY = False
    assert waited(seconds_ago(5)) < timedelta(seconds=3)


def test_what_happens_before_the_view_does_not_count_either() -> None:
    assert waited(working=0.2) >= timedelta(seconds=0.19)


@pytest.mark.parametrize("header", ["", "t=", "now", "t=-1", "1764000000000", "t=1764000000.123, t=1.000"])
def test_a_header_of_another_form_is_not_read(settings, header: str) -> None:
    settings.BEHIND_PROXY = True
    assert waited(header) < timedelta(seconds=3)


def test_nobody_waits_longer_than_the_proxy_does_and_nobody_arrives_in_the_future(settings) -> None:
    settings.BEHIND_PROXY = True
    assert waited(seconds_ago(3600)) < timedelta(seconds=LONGEST + 3)
    assert waited(seconds_ago(-3600)) >= timedelta(0)


def test_outside_of_a_request_it_is_now() -> None:
    waited(seconds_ago(30))
    before = timezone.now()
    assert before - timedelta(seconds=1) < moment_of_arrival() < timezone.now() + timedelta(seconds=1)
