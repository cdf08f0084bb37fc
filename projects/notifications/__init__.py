"""What networks tell people; every message is declared when the application starts."""

from projects.notifications import networks

__all__ = ["networks"]
