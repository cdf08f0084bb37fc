"""People with a second factor, and processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any
from urllib.parse import quote

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.db import connection
from django.test import Client

from district_portal.accounts.models import User
from tests.factories.accounts import PASSWORD

PRODUCTION = {
    "SECRET_KEY": "a-key-of-the-tests-that-is-as-long-and-random-as-it-must-be-0",
    "PORTAL_URL": "https://portal.example.org",
    "ALLOWED_HOSTS": "portal.example.org",
    "EMAIL_URL": "smtp://mail.example.org",
    "DEMO": "0",
    "DEBUG": "0",
}


def sign_in(client: Client, user: User, password: str = PASSWORD, language: str = "en") -> Any:
    return client.post(f"/{language}/accounts/login/", {"login": user.email, "password": password})


def signed_in(user: User) -> Client:
    """A browser in which the person has just typed the password."""
    client = Client()
    sign_in(client, user)
    return client


def enrolled(user: User) -> str:
    """Give the person an app and recovery codes; the app's secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str, moment: float | None = None) -> str:
    """What the app shows at a moment; for now, waits where it is about to change: a test needs some seconds."""
    if moment is None and time.time() % 30 > 25:
        time.sleep(30 - time.time() % 30)
    return format_hotp_value(hotp_value(secret, int(moment or time.time()) // 30))


def recovery_codes(user: User) -> list[str]:
    return Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()


def environment(**changes: str) -> dict[str, str]:
    """That of a portal in production on the tests' database."""
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}@/{database['NAME']}?host={quote(str(database['HOST']))}"
    return (
        os.environ | PRODUCTION | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "district_portal.settings"} | changes
    )


AS_THE_TESTS = """
import django
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
"""


def process(
    code: str, *arguments: str, before: str = "", without: tuple[str, ...] = (), **changes: str
) -> subprocess.Popen[str]:
    """Start Python code in a process of its own, with Django set up and production's settings but for `changes`.

    `before` runs before the setup and may change `settings`; `without` names variables that are not set.
    """
    surroundings = {name: value for name, value in environment(**changes).items() if name not in without}
    command = [sys.executable, "-W", "ignore", "-c", f"{AS_THE_TESTS}{before}\ndjango.setup()\n{code}", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env=surroundings, text=True, **pipes)


def output_of(started: subprocess.Popen[str]) -> str:
    printed, errors = started.communicate(timeout=60)
    assert started.returncode == 0, errors
    return printed
