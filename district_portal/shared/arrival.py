"""When a request arrived. Waiting for a free worker counts against nobody, not even in a deadline's last second."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

LONGEST = 60.0
"""Seconds. nginx gives up a request after as many (`proxy_read_timeout`), so nobody waits longer for an answer."""

_PROXY_MOMENT = re.compile(r"t=(\d{10}\.\d{3})")
_arrived: ContextVar[float | None] = ContextVar("arrived", default=None)


class ArrivalMiddleware:
    """Notes when the request came to the proxy (its `X-Request-Start`), or else to this process.

    The proxy cuts to milliseconds: up to one in favour of whoever asks.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without a proxy the header is anybody's: it would put the clock back.
        told = _PROXY_MOMENT.fullmatch(request.headers.get("X-Request-Start", "")) if settings.BEHIND_PROXY else None
        token = _arrived.set(float(told[1]) if told else time.time())
        try:
            return self.get_response(request)
        finally:
            _arrived.reset(token)


def moment_of_arrival() -> datetime:
    """When the request now being answered arrived, by the database's clock, the only one that all hosts share.

    Only how long the request has waited is measured here, never a moment. Outside of a request: now. The database's
    `now()` would not do: it is the beginning of the transaction.
    """
    arrived = _arrived.get()
    waited = 0.0 if arrived is None else min(max(time.time() - arrived, 0.0), LONGEST)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0] - timedelta(seconds=waited)
