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
# A folder of their own, so that tests and demonstration do not share a database server; nor do two processes of tests.
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var" / "test"))
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
os.environ["VAR_DIR"] = str(VAR_DIR / WORKER)
os.environ.setdefault("DEMO", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "district_portal.settings")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None]:
    if not WORKER:
        compile_catalogues()  # before Django is set up, here or in a worker: it reads a catalogue once
    return (yield)


def pytest_configure() -> None:
    # Without `collectstatic` there is no list of hashed names; the journeys run with the real storage.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a missing one
    # Else each client of a test reads all static files for its first request, in 40 ms.
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _runs_tests(session: pytest.Session) -> bool:
    """Not the process that only hands tests out to others."""
    return bool(WORKER) or not session.config.getoption("numprocesses", None)


def pytest_sessionstart(session: pytest.Session) -> None:
    if not _runs_tests(session):
        return
    try:
        embedded.start()
    except embedded.EmbeddedError as error:
        pytest.exit(str(error), returncode=1)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _runs_tests(session) and not embedded.keep():
        embedded.stop()
