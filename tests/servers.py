"""Pytest plugin: the environment of the tests, and the embedded servers.

A plugin and not part of conftest.py, because pytest-django loads the settings before any conftest.py is read.
"""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from django.conf import settings

from district_portal import embedded
from district_portal.management.commands.messages import compile_catalogues

BASE_DIR = Path(__file__).resolve().parent.parent
# A folder of their own, so that tests and demonstration do not share a database server.
os.environ.setdefault("VAR_DIR", str(BASE_DIR / "var" / "test"))
os.environ.setdefault("DEMO", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "district_portal.settings")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None]:
    compile_catalogues()  # before Django is set up: it reads a catalogue once
    return (yield)


def pytest_configure() -> None:
    # Without `collectstatic` there is no list of hashed names; the journeys run with the real storage.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a missing one
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_sessionstart() -> None:
    try:
        embedded.start()
    except embedded.EmbeddedError as error:
        pytest.exit(str(error), returncode=1)


def pytest_sessionfinish() -> None:
    if not embedded.keep():
        embedded.stop()
