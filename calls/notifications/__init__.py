"""What calls tell people; every message is declared when the application starts."""

from calls.notifications import interests

__all__ = ["interests"]
