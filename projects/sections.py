"""Keys of the parts of a proposal that are edited, locked, commented, compared and unlocked as a whole.

Plain text, so that locks, comments, sign-offs and integration rounds can name them: `summary`, `budget:12`,
`answer:idea`, `answer:role:12`. Numbers are those of partners.
"""

from __future__ import annotations

from collections.abc import Collection

SUMMARY = "summary"
"""Title, idea, legal form, start and duration, bonuses."""
PARTNERS = "partners"
"""Who takes part, with tasks, personnel and planned shares."""
COVERAGE = "coverage"
PLAN = "plan"
"""Work packages with milestones and deliverables."""
RISKS = "risks"
INDICATORS = "indicators"
ATTACHMENTS = "attachments"
DECLARATIONS = "declarations"

WHOLE = [SUMMARY, PARTNERS, COVERAGE, PLAN, RISKS, INDICATORS, ATTACHMENTS, DECLARATIONS]


def answer_key(question: str, partner: int | None = None) -> str:
    return f"answer:{question}" if partner is None else f"answer:{question}:{partner}"


def budget_key(partner: int) -> str:
    return f"budget:{partner}"


def joined(keys: Collection[str], length: int) -> str:
    """One key for what was changed at once: `budget:12,15`, or `budget` where that is longer than `length`.

    Several keys can only be those of budgets.
    """
    if len(keys) == 1:
        return next(iter(keys))
    whole = "budget:" + ",".join(key.partition(":")[2] for key in keys)
    return whole if len(whole) <= length else "budget"


def partners_of(section: str) -> list[int]:
    """Whom a section belongs to: nobody where it is everyone's, several after a change of several budgets."""
    kind, _colon, rest = section.partition(":")
    if kind == "budget" and rest:
        return [int(number) for number in rest.split(",")]
    owner = partner_of(section)
    return [] if owner is None else [owner]


def partner_of(section: str) -> int | None:
    """The partner to whom a section belongs alone; None: it is everyone's."""
    kind, _colon, rest = section.partition(":")
    if kind == "budget":
        return int(rest) if rest.isdecimal() else None
    if kind == "answer":
        _question, _colon, partner = rest.partition(":")
        return int(partner) if partner else None
    return None
