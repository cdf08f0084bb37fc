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
