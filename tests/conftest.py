"""Fixtures for all tests. The environment and the embedded servers are in servers.py."""

from pathlib import Path

import hypothesis
import pytest
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.utils import translation

# How long an example takes says nothing on a shared machine.
hypothesis.settings.register_profile("portal", deadline=None)
hypothesis.settings.load_profile("portal")


# First, because pytest-xdist reads the mark in its own hook of this name.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Which tests stay in one process when several run them: those of a file, and all that share the running portal."""
    for item in items:
        group = item.path.parent if item.path.parent.name == "journeys" else item.path
        item.add_marker(pytest.mark.xdist_group(str(group.relative_to(Path(__file__).parent))))


@pytest.fixture(autouse=True)
def _own_media_folder(settings, tmp_path: Path) -> None:
    """What a test uploads or builds is gone after it."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def _english():
    """Tests that call operations read their words in English; pages have their language in the address."""
    with translation.override("en"):
        yield


@receiver(connection_created)
def _may_empty_tables(connection, **kwargs) -> None:
    """Tests with transactions of their own empty all tables afterwards, which the portal's database refuses."""
    with connection.cursor() as cursor:
        cursor.execute("SET district_portal.emptying = 'on'")
