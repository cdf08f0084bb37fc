"""Points of several evaluators as one figure, and how far they lie apart.

Points are Decimal with two places, from 0 to the criterion's weight. A mean is rounded to two places, ROUND_HALF_UP;
the points of a proposal are the sum of those rounded figures, so that whoever adds up the page gets the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

PLACES = Decimal("0.01")
# Of a criterion's weight: a panel that moves further away from the mean says why, and evaluators that lie further
# apart are not taken as agreed.
FAR = Decimal("0.20")


def rounded(points: Decimal) -> Decimal:
    return points.quantize(PLACES, ROUND_HALF_UP)


def mean(points: Sequence[Decimal]) -> Decimal | None:
    return rounded(sum(points, Decimal(0)) / len(points)) if points else None


def span(points: Sequence[Decimal]) -> Decimal | None:
    """From the lowest to the highest."""
    return max(points) - min(points) if points else None


def deviation(points: Sequence[Decimal]) -> Decimal | None:
    """Standard deviation of a sample (n - 1); None below two figures."""
    if len(points) < 2:
        return None
    middle = sum(points, Decimal(0)) / len(points)
    return rounded((sum((each - middle) ** 2 for each in points) / Decimal(len(points) - 1)).sqrt())


def allowed(weight: int) -> Decimal:
    """Points by which a panel may differ from the mean without saying why, and evaluators from each other."""
    return rounded(weight * FAR)
