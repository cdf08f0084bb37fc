"""What can go wrong by the rules of the domain, and how it is answered.

A `DomainError` carries words that the reader can act on. It is answered with 409, for pages, htmx and JSON alike.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Id of the request (or of the request that caused the task) now being worked on; empty outside of both."""
    return _request_id.get()


def set_request_id(value: str) -> None:
    _request_id.set(value)


class RequestIdFilter(logging.Filter):
    """Gives each log record the request id."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id() or "-"
        return True


class DomainError(Exception):
    """A rule of the domain refuses. The message is shown to the person: what is wrong, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class DomainErrorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        log.info("refused: %s", exception.message)
        if request.accepts("text/html"):
            return render(request, "409.html", {"message": exception.message}, status=409)
        return JsonResponse({"error": str(exception.message)}, status=409)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open for too long, or came from elsewhere."""
    log.warning("csrf: %s", reason)
    message = _(
        "This form was open for too long, or your browser blocks cookies. Go back, reload the page and send it again."
    )
    if not request.accepts("text/html"):
        return JsonResponse({"error": message}, status=403)
    return render(request, "403.html", {"message": message}, status=403)
