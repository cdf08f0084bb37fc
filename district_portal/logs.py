"""The log: a line for each request; JSON in production, plain lines in the demonstration, both without people's data.

A record's own fields travel in `extra={"fields": {...}}`.
"""

from __future__ import annotations

import json
import logging
import re
import time
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

access_log = logging.getLogger("district_portal.access")

# What opens something that belongs to one person: tickets, calendars, invitations, links for a new password.
_SECRET_PATH = re.compile(
    r"((?:/[a-z]{2})?/(?:tickets|calendars|alerts/(?:off|on)|organisations/invitations"
    r"|accounts/password/reset/key|accounts/confirm-email)/)[^/\s.?\"']+"
)
_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
# PostgreSQL's words about a refused row hold the row.
_DETAIL = re.compile(r"DETAIL:.*")


def masked(text: str) -> str:
    """`text` without e-mail addresses, secret parts of addresses, and values of refused rows."""
    text = _SECRET_PATH.sub(r"\1***", text)
    text = _ADDRESS.sub("***@***", text)
    return _DETAIL.sub("DETAIL: ***", text)


class LineFormatter(logging.Formatter):
    """One readable line; the record's own fields at its end."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", {})
        return " ".join([super().formatMessage(record), *(f"{name}={value}" for name, value in fields.items())])

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, request_id, message, the record's own fields, exception."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": masked(record.getMessage()),
        } | getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class AccessLogMiddleware:
    """One line for each request: method, route's name, status, milliseconds until the answer begins, the person's id.

    The route and not the path: a path may hold a secret, and the route is what one counts.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        # Set once somebody asked who it is; the log alone is no reason to ask the database.
        user = getattr(request, "_cached_user", None)
        fields = {
            "method": request.method,
            "route": request.resolver_match.view_name if request.resolver_match else "-",
            "status": response.status_code,
            "ms": round((time.perf_counter() - began) * 1000, 1),
            "user": user.pk if user else None,
        }
        access_log.info("request", extra={"fields": fields})
        return response
