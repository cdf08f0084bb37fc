"""What the evaluators' scores come to, for one proposal or a thousand: one query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Avg, Count, Max, Min

from assessment.models import Assignment, Score
from assessment.rules.points import rounded


@dataclass(frozen=True)
class Mean:
    """Of one criterion of one proposal, over the evaluators who have handed in."""

    points: Decimal
    lowest: Decimal
    highest: Decimal
    count: int

    @property
    def span(self) -> Decimal:
        return self.highest - self.lowest


Means = dict[int, dict[str, Mean]]
"""By the assessment's id, then by the criterion's code."""


def means_of(assessments: Iterable[int]) -> Means:
    """Of scores that were handed in and whose assignment stands; proposals without any are left out."""
    counted = Assignment.objects.standing().filter(assessment__in=assessments, submitted_at__isnull=False)
    rows = (
        Score.objects.filter(assignment__in=counted.values("pk"), points__isnull=False)
        .order_by()
        .values_list("assignment__assessment", "criterion")
        .annotate(mean=Avg("points"), lowest=Min("points"), highest=Max("points"), count=Count("pk"))
    )
    found: Means = {}
    for assessment, criterion, mean, lowest, highest, count in rows:
        found.setdefault(assessment, {})[criterion] = Mean(rounded(mean), lowest, highest, count)
    return found
