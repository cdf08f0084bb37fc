"""What calls tell people; every message is declared when the application starts."""

from calls.notifications import alerts, interests, publishing, questions, versions

__all__ = ["alerts", "interests", "publishing", "questions", "versions"]
