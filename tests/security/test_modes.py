"""Production, demonstration, development: what each needs to start, and its cookies and headers. Each in a process."""

from __future__ import annotations

import json

import pytest

from tests.security.people import output_of, process

pytestmark = pytest.mark.django_db(transaction=True)

LOOK = """
import json
from django.test import Client
secure = settings.SECURE_SSL_REDIRECT
client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
page = client.get("/en/accounts/login/", secure=secure)
csrf = page.cookies.get("__Host-csrf") or page.cookies.get("csrf")
plain = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0]).get("/en/privacy/")
names = ("NAME", "SECURE", "HTTPONLY", "SAMESITE", "DOMAIN", "PATH")
session = {name: getattr(settings, f"SESSION_COOKIE_{name}") for name in names}
print(json.dumps({
    "cookie": {"name": csrf.key} | {name: csrf[name] for name in ("secure", "httponly", "samesite", "path", "domain")},
    "session": session,
    "hsts": page.headers.get("Strict-Transport-Security", ""),
    "plain": [plain.status_code, plain.headers.get("Location", "")],
    "mfa": settings.MFA_REQUIRED,
    "debug": settings.DEBUG,
    "health": [Client(SERVER_NAME="10.0.0.7").get(path).content.decode().strip() for path in ("/healthz", "/readyz")],
    "host": Client(SERVER_NAME="evil.example").get("/en/privacy/", secure=secure).status_code,
}))
"""


def look(without: tuple[str, ...] = (), **changes: str) -> dict:
    return json.loads(output_of(process(LOOK, without=without, **changes)).splitlines()[-1])


def test_production_is_strict() -> None:
    seen = look()
    cookie = {"secure": True, "httponly": True, "samesite": "Lax", "path": "/", "domain": ""}
    assert seen["cookie"] == {"name": "__Host-csrf"} | cookie
    session = {"SECURE": True, "HTTPONLY": True, "SAMESITE": "Lax", "DOMAIN": None, "PATH": "/"}
    assert seen["session"] == {"NAME": "__Host-session"} | session
    assert seen["hsts"] == "max-age=31536000; includeSubDomains; preload"
    assert seen["plain"] == [301, "https://portal.example.org/en/privacy/"]
    assert (seen["mfa"], seen["debug"], seen["health"], seen["host"]) == (True, False, ["ok", "ready"], 400)


@pytest.mark.parametrize("mode", ["DEMO", "DEBUG"])
def test_the_relaxed_modes_work_over_plain_http(mode: str) -> None:
    seen = look(without=("SECRET_KEY", "PORTAL_URL", "EMAIL_URL", "ALLOWED_HOSTS"), **{mode: "1"})
    assert seen["cookie"] == {
        "name": "csrf", "secure": "", "httponly": True, "samesite": "Lax", "path": "/", "domain": "",
    }  # fmt: skip
    assert (seen["session"]["NAME"], seen["session"]["SECURE"], seen["session"]["HTTPONLY"]) == ("session", False, True)
    assert (seen["hsts"], seen["plain"], seen["mfa"], seen["health"]) == ("", [200, ""], False, ["ok", "ready"])
    assert (seen["debug"], seen["host"]) == (mode == "DEBUG", 400)


def test_the_second_factor_can_be_asked_for_in_the_demonstration_too() -> None:
    assert look(DEMO="1", MFA_REQUIRED="1")["mfa"]


@pytest.mark.parametrize("missing", ["SECRET_KEY", "PORTAL_URL", "EMAIL_URL", "ALLOWED_HOSTS"])
def test_production_refuses_to_start_without(missing: str) -> None:
    started = process("", **{missing: ""})
    _printed, errors = started.communicate(timeout=60)
    assert started.returncode != 0
    assert f"ImproperlyConfigured: {missing} is not set" in errors


def test_a_short_secret_key_is_refused_in_production() -> None:
    started = process("", SECRET_KEY="short")
    assert "ImproperlyConfigured: SECRET_KEY is too short" in started.communicate(timeout=60)[1]


def test_the_deployment_check_of_production_is_clean() -> None:
    code = 'from django.core.management import call_command; call_command("check", deploy=True, fail_level="WARNING")'
    assert output_of(process(code)).strip() in ("", "System check identified no issues (0 silenced).")
