"""What networks tell people; every message is declared when the application starts."""

from projects.notifications import forming, integration, networks, review, sending, signing

__all__ = ["forming", "integration", "networks", "review", "sending", "signing"]
