"""What a call asks a network to hand in beside its proposal: documents, and declarations in certain words."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import prefetch_related_objects

from calls.models import Call, rules_of
from calls.rules.kinds.papers import Declarations, Documents, Papers

Wordings = Mapping[str, tuple[str, str]]
"""What is to be declared: Italian and English by code; one of them may be empty."""


def documents_wanted(call: Call) -> dict[str, str]:
    """What must be attached: text in the reader's language by type."""
    rule = _rule(call, Documents)
    return rule.codes if rule else {}


def declarations_wanted(call: Call) -> Wordings:
    rule = _rule(call, Declarations)
    return rule.wanted if rule else {}


def _rule(call: Call, kind: type[Papers]) -> Papers | None:
    prefetch_related_objects([call], "rules", "aid_table")
    return next((rule for rule in rules_of(call) if isinstance(rule, kind)), None)


def holds(code: str, text: str, wanted: Wordings) -> bool:
    """Whether a declaration was given in words that the call still uses: after a change it must be given again."""
    return bool(text) and text in wanted.get(code, ())
