"""What the assessment tells people; every message is declared when the application starts."""

from assessment.notifications import admissibility, evaluators, ranking

__all__ = ["admissibility", "evaluators", "ranking"]
