"""Middleware of the project: health, request ids, pages that no cache may keep, account pages, second factor."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from district_portal.accounts.second_factor import has_second_factor, needs_second_factor
from district_portal.checks import module_of
from district_portal.shared.errors import set_request_id
from district_portal.shared.limits import too_many_requests

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


class AccountPagesMiddleware:
    """django-allauth's pages follow the house: a refused form is 422, too many attempts at one account are 429."""

    LONGEST_WAIT = 300
    """Seconds: the longest window of `login_failed` in the settings."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        form = (response.context_data or {}).get("form")
        # Asked of bound forms only: looking at the errors of a form is what checks it.
        if (
            request.method != "POST"
            or response.status_code != 200
            or not getattr(form, "is_bound", False)
            or form.is_valid()
        ):
            return response
        codes = {error.code for errors in form.errors.as_data().values() for error in errors}
        if codes & {"too_many_login_attempts", "rate_limited"}:
            return too_many_requests(request, self.LONGEST_WAIT)
        response.status_code = 422
        return response


class SecondFactorMiddleware:
    """Leads who decides or manages to the enrolment of a second factor, until there is one.

    django-allauth's own pages stay open: enrolment, sign-out, e-mail addresses, password, sessions.
    """

    OPEN = frozenset({"privacy", "accessibility"})

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not settings.MFA_REQUIRED or not request.user.is_authenticated:
            return None
        if module_of(view).startswith("allauth.") or request.resolver_match.url_name in self.OPEN:
            return None
        if not needs_second_factor(request.user) or has_second_factor(request):
            return None
        page = redirect("mfa_activate_totp")
        return HttpResponseClientRedirect(page.url) if request.htmx else page
