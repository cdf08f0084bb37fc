"""Pytest plugin: the environment of the tests, and the embedded servers.

A plugin and not part of conftest.py, because pytest-django loads the settings before any conftest.py is read.
"""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from district_portal import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
# A folder of their own, so that tests and demonstration do not share a database server.
os.environ.setdefault("VAR_DIR", str(BASE_DIR / "var" / "test"))
os.environ.setdefault("DEMO", "1")


def pytest_configure() -> None:
    # Without `collectstatic` there is no list of hashed names; the journeys run with the real storage.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a missing one
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_sessionstart() -> None:
    call_command("messages", compile=True, verbosity=0)
    try:
        embedded.start()
    except embedded.EmbeddedError as error:
        pytest.exit(str(error), returncode=1)


def pytest_sessionfinish() -> None:
    if not embedded.keep():
        embedded.stop()
