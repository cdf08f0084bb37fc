"""What calls tell people; every message is declared when the application starts."""

from calls.notifications import alerts, imports, interests, publishing, questions, versions

__all__ = ["alerts", "imports", "interests", "publishing", "questions", "versions"]
