"""Middleware of the project: health answers, request ids, and pages that no cache may keep."""

from __future__ import annotations

import re
import uuid

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers

from district_portal.shared.errors import set_request_id

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,36}")


class HealthMiddleware:
    """Answers `/healthz` (the process runs) and `/readyz` (database, migrations) before host checks and redirects."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.migrated = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        if request.path == "/readyz":
            return self.ready()
        return self.get_response(request)

    def ready(self) -> HttpResponse:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            if not self.migrated:
                executor = MigrationExecutor(connection)
                self.migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        except Exception as error:  # whatever keeps the database from answering
            return HttpResponse(f"database: {type(error).__name__}\n", status=503, content_type="text/plain")
        if not self.migrated:
            return HttpResponse("migrations are missing\n", status=503, content_type="text/plain")
        return HttpResponse("ready\n", content_type="text/plain")


class RequestIdMiddleware:
    """Gives each request an id (the proxy's, when it sends one), which goes into logs, outbox rows and the answer."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        set_request_id(request.id)
        response = self.get_response(request)
        response["X-Request-ID"] = request.id
        return response


class PrivatePagesMiddleware:
    """What a signed-in person sees is kept by no cache; pages for everyone may be, apart for htmx's partial answers."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        # A form's token belongs to one visitor; its cookie is set further out.
        if request.user.is_authenticated or response.cookies or request.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
            patch_cache_control(response, private=True, no_store=True)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response
