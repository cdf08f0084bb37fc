"""What every answer tells the browser: no address is left out, for visitors and for a signed-in person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from tests.access_world import World
from tests.security.walking import addresses, browser, read

pytestmark = pytest.mark.django_db
POLICY = {
    "default-src 'self'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
    "connect-src 'self'", "object-src 'none'", "base-uri 'self'", "form-action 'self'", "frame-ancestors 'none'",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(MEDIA_ROOT=media):
        yield World()
        transaction.set_rollback(True)


def faults(response: Any, body: bytes, *, signed_in: bool) -> list[str]:
    """What is wrong with the headers of one answer."""
    headers, wrong = response.headers, []
    policy = {part.strip() for part in headers.get("Content-Security-Policy", "").split(";")}
    wanted = {
        "X-Frame-Options": {"DENY"},
        "X-Content-Type-Options": {"nosniff"},
        "Referrer-Policy": {"same-origin", "no-referrer"},
        "Cross-Origin-Opener-Policy": {"same-origin"},
    }
    wrong += [f"{name}: {headers.get(name)}" for name, values in wanted.items() if headers.get(name) not in values]
    wrong += [f"policy: {sorted(policy ^ POLICY)}"] if policy != POLICY else []
    wrong += [] if "geolocation=()" in headers.get("Permissions-Policy", "") else ["no Permissions-Policy"]
    caching = headers.get("Cache-Control", "")
    if signed_in and not ("no-store" in caching and "private" in caching):
        wrong.append(f"Cache-Control of a signed-in page: {caching}")
    has_form = b'method="post"' in body
    if not signed_in and response.cookies and not has_form:
        wrong.append(f"a cookie for a visitor without a form: {list(response.cookies)}")
    if response.cookies and "no-store" not in caching:
        wrong.append("an answer with a cookie that a cache may keep")
    for name, cookie in response.cookies.items():
        if not (cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/"):
            wrong.append(f"cookie {name}: {cookie.OutputString()}")
    return wrong


@pytest.mark.parametrize("role, kind", [("anonymous", "page"), ("admin", "page"), ("enterprise", "part")])
def test_every_address_carries_the_headers(world: World, role: str, kind: str) -> None:
    found = {}
    for name, address in addresses(world):
        client = browser(world.people[role], **({"HX-Request": "true"} if kind == "part" else {}))
        response, body = read(client, address)
        if wrong := faults(response, body, signed_in=role != "anonymous"):
            found[f"{name} {response.status_code}"] = wrong
    assert found == {}


def test_the_protection_is_seen_by_the_test(world: World, settings) -> None:
    """Without the middlewares the same test finds faults on every page."""
    own = "django.middleware.clickjacking.XFrameOptionsMiddleware"
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name not in ("csp.middleware.CSPMiddleware", own)]
    response, body = read(browser(None), "/en/")
    assert [fault.split(":")[0] for fault in faults(response, body, signed_in=False)] == ["X-Frame-Options", "policy"]


def test_lists_as_data_carry_the_headers_too(world: World) -> None:
    lists = ["calls", "organisations", "networks", "projects", "events"]
    for name in lists:
        for form in ("json", "csv"):
            response, body = read(browser(world.people["enterprise"]), f"/en/{name}/?format={form}")
            assert (response.status_code, faults(response, body, signed_in=True)) == (200, []), f"{name} {form}"


def test_health_answers_set_nothing() -> None:
    for path in ("/healthz", "/readyz"):
        response, _body = read(browser(None), path)
        assert (response.status_code, dict(response.cookies)) == (200, {})
