"""What calls tell people; every message is declared when the application starts."""

from calls.notifications import interests, versions

__all__ = ["interests", "versions"]
