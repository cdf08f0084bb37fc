"""What networks tell people; every message is declared when the application starts."""

from projects.notifications import integration, networks, review, sending, signing

__all__ = ["integration", "networks", "review", "sending", "signing"]
