"""Points of several evaluators as one figure, and how far they lie apart.

Points are Decimal with two places, from 0 to the criterion's weight. A mean is rounded to two places, ROUND_HALF_UP;
the points of a proposal are the sum of those rounded figures, so that whoever adds up the page gets the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

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


def share_out(total: Decimal, parts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """`total` EUR in proportion to `parts`, in cents, adding up exactly.

    What rounding down leaves goes, a cent each, to the largest remainders. Parts that are all nothing share alike.
    """
    weights = parts if sum(parts.values()) else dict.fromkeys(parts, Decimal(1))
    whole = sum(weights.values(), Decimal(0))
    exact = {key: total * weight / whole for key, weight in weights.items()}
    shares = {key: value.quantize(PLACES, ROUND_DOWN) for key, value in exact.items()}
    left = int((total - sum(shares.values(), Decimal(0))) / PLACES)
    for key in sorted(exact, key=lambda key: (shares[key] - exact[key], key))[:left]:
        shares[key] += PLACES
    return shares
