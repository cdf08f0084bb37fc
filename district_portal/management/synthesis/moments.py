"""From when synthetic moments are counted."""

from datetime import datetime

from django.utils import timezone


def midnight() -> datetime:
    """The beginning of today in Rome, so that a seed gives the same rows all day."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
