"""The ranking (*graduatoria*) as a function of what was decided before: same inputs, same ranking, to the last place.

Order: points, then the call's priorities one after the other (more is better), then the moment of submission to the
microsecond, then the receipt number (the order in which the portal registered two of the same microsecond).

The budget line is drawn in strict order, as Italian calls do: the first proposal whose grant no longer fits stops the
line, also where a smaller one below it would fit; nobody is offered a part. Proposals below the points needed are not
admissible and have no position.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from assessment.states import AssessmentState as S

FORMAT = 1
"""Of the inputs; a later one may say more."""

Json = dict[str, Any]

GONE = {S.WAIVED, S.WITHDRAWN}
"""They keep their place, and leave their money to those below."""

SENT_AT, RECEIPT = "sent_at", "receipt"
"""What decides after the call's own priorities."""


@dataclass(frozen=True)
class Candidate:
    """An evaluated proposal. `standing`: `funded` by an earlier ranking, `waived` or `withdrawn` since; else empty."""

    network: str
    """UUID."""
    score: Decimal
    priorities: dict[str, Decimal]
    """By the codes of the call's priorities; more is better."""
    sent_at: datetime
    receipt: str
    grant: Decimal
    """EUR."""
    standing: str = ""


@dataclass(frozen=True)
class Exclusion:
    """A proposal that was excluded, or found not admissible, before it was scored."""

    network: str
    outcome: str
    reason: str


@dataclass(frozen=True)
class Inputs:
    """All that a ranking depends on."""

    call: str
    budget: Decimal
    threshold: int | None
    """Points needed; None: any."""
    priorities: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    exclusions: tuple[Exclusion, ...]
    previous: str = ""
    """Digest of the ranking that this one continues (later funding, *scorrimento*)."""


@dataclass(frozen=True)
class Line:
    """One proposal in the ranking; without a position: in the list of exclusions.

    `cumulative`: EUR of the grants down to this line, without those that gave it back. `explanation` is JSON:
    `{"tie": {"by", "own", "other", "network", "above"}}` (what decided against the neighbour of equal points;
    `above`: whether that one stands above), `{"below": {"score", "threshold"}}`, or `{"reason": text}`.
    """

    network: str
    position: int | None
    outcome: str
    score: Decimal | None = None
    grant: Decimal | None = None
    cumulative: Decimal | None = None
    explanation: Json | None = None


def rank(inputs: Inputs) -> list[Line]:
    """The ranking, then the proposals below the points needed (by points), then the exclusions."""
    enough = [each for each in inputs.candidates if _enough(each, inputs.threshold)]
    below = [each for each in inputs.candidates if not _enough(each, inputs.threshold)]
    ordered = _in_order(enough, inputs.priorities)
    lines = _with_ties(_line_drawn(ordered, inputs.budget), ordered, inputs.priorities)
    lines += [
        Line(
            each.network,
            None,
            S.NOT_ADMISSIBLE,
            each.score,
            each.grant,
            explanation={"below": {"score": str(each.score), "threshold": inputs.threshold}},
        )
        for each in _in_order(below, inputs.priorities)
    ]
    excluded = sorted(inputs.exclusions, key=lambda each: each.network)
    return [
        *lines,
        *(Line(each.network, None, each.outcome, explanation={"reason": each.reason}) for each in excluded),
    ]


def _enough(candidate: Candidate, threshold: int | None) -> bool:
    return threshold is None or candidate.score >= threshold


def _in_order(candidates: Iterable[Candidate], priorities: Sequence[str]) -> list[Candidate]:
    def place(each: Candidate) -> tuple[Any, ...]:
        return (-each.score, *(-_value(each, code) for code in priorities), each.sent_at, each.receipt)

    return sorted(candidates, key=place)


def _value(candidate: Candidate, code: str) -> Decimal:
    return candidate.priorities.get(code, Decimal(0))


def _line_drawn(ordered: Sequence[Candidate], budget: Decimal) -> list[Line]:
    """Outcomes from the first downwards. Whoever is funded already stays so: their grants are bound first."""
    free = budget - sum((each.grant for each in ordered if each.standing == S.FUNDED), Decimal(0))
    lines, cumulative, stopped = [], Decimal("0.00"), False
    for position, each in enumerate(ordered, 1):
        outcome = each.standing
        if not outcome:
            stopped = stopped or each.grant > free
            outcome = S.NOT_FUNDED if stopped else S.FUNDED
            free -= Decimal(0) if stopped else each.grant
        if outcome not in GONE:
            cumulative += each.grant
        lines.append(Line(each.network, position, outcome, each.score, each.grant, cumulative))
    return lines


# --- Ties ------------------------------------------------------------------------------------------------------------


def _with_ties(lines: list[Line], ordered: Sequence[Candidate], priorities: Sequence[str]) -> list[Line]:
    """Each line of equal points says what decided against the one above it; the first of them, against the next."""
    found = []
    for at, line in enumerate(lines):
        own = ordered[at]
        if at and ordered[at - 1].score == own.score:
            line = replace(line, explanation={"tie": _tie(own, ordered[at - 1], priorities, above=True)})
        elif at + 1 < len(lines) and ordered[at + 1].score == own.score:
            line = replace(line, explanation={"tie": _tie(own, ordered[at + 1], priorities, above=False)})
        found.append(line)
    return found


def _tie(own: Candidate, other: Candidate, priorities: Sequence[str], *, above: bool) -> Json:
    by, mine, theirs = _decider(own, other, priorities)
    return {"by": by, "own": mine, "other": theirs, "network": other.network, "above": above}


def _decider(own: Candidate, other: Candidate, priorities: Sequence[str]) -> tuple[str, str, str]:
    for code in priorities:
        if _value(own, code) != _value(other, code):
            return code, str(_value(own, code)), str(_value(other, code))
    if own.sent_at != other.sent_at:
        return SENT_AT, _moment(own), _moment(other)
    return RECEIPT, own.receipt, other.receipt


def _moment(candidate: Candidate) -> str:
    return moment_text(candidate.sent_at)


def moment_text(moment: datetime) -> str:
    """In UTC, with all its microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


# --- As JSON, to be kept and compared ------------------------------------------------------------------------------


def to_json(inputs: Inputs) -> Json:
    """Amounts and points as text with all their places, moments ISO 8601 with microseconds."""
    return {
        "format": FORMAT,
        "call": inputs.call,
        "budget": str(inputs.budget),
        "threshold": inputs.threshold,
        "previous": inputs.previous,
        "priorities": list(inputs.priorities),
        "candidates": [
            {
                "network": each.network,
                "score": str(each.score),
                "priorities": {code: str(value) for code, value in each.priorities.items()},
                "sent_at": _moment(each),
                "receipt": each.receipt,
                "grant": str(each.grant),
                "standing": each.standing,
            }
            for each in sorted(inputs.candidates, key=lambda each: each.network)
        ],
        "exclusions": [
            {"network": each.network, "outcome": each.outcome, "reason": each.reason}
            for each in sorted(inputs.exclusions, key=lambda each: each.network)
        ],
    }


def from_json(data: Json) -> Inputs:
    """Raises `KeyError`, `ValueError` or `ArithmeticError` where the JSON is not what `to_json` writes."""
    return Inputs(
        call=data["call"],
        budget=Decimal(data["budget"]),
        threshold=data["threshold"],
        priorities=tuple(data["priorities"]),
        candidates=tuple(
            Candidate(
                network=each["network"],
                score=Decimal(each["score"]),
                priorities={code: Decimal(value) for code, value in each["priorities"].items()},
                sent_at=datetime.fromisoformat(each["sent_at"]),
                receipt=each["receipt"],
                grant=Decimal(each["grant"]),
                standing=each["standing"],
            )
            for each in data["candidates"]
        ),
        exclusions=tuple(Exclusion(**each) for each in data["exclusions"]),
        previous=data["previous"],
    )


def digest(data: Json) -> str:
    """SHA-256 of the JSON with sorted keys and no spaces, in UTF-8."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
