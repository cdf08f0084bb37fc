"""What networks tell people; every message is declared when the application starts."""

from projects.notifications import comments, forming, integration, networks, review, sending, signing

__all__ = ["comments", "forming", "integration", "networks", "review", "sending", "signing"]
