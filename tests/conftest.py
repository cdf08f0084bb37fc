"""Fixtures for all tests. The environment and the embedded servers are in servers.py."""

from pathlib import Path

import hypothesis
import pytest
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
