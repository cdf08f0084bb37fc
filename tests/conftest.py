"""Fixtures for all tests. The environment and the embedded servers are in servers.py."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_media_folder(settings, tmp_path: Path) -> None:
    """What a test uploads or builds is gone after it."""
    settings.MEDIA_ROOT = tmp_path / "media"
