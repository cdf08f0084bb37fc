"""Rules to start from: those of real calls (files of `reference/rule-sets/`), and those of calls that one prepares."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from calls.models import Call, CallQuerySet, CallRule
from district_portal.accounts.models import User
from district_portal.shared.ui import localised

FOLDER = settings.BASE_DIR / "reference" / "rule-sets"
READY: dict[str, str | Promise] = {
    "call-1": _("Call 1: from production districts to technological districts (2008)"),
    "call-2": _("Call 2: from production districts to technological districts (2012)"),
    "sme-networks-2018": _("Networks of small and medium enterprises (2018)"),
}
MOST_CALLS = 50
Group = tuple[str | Promise, Sequence[tuple[str, str | Promise]]]
SET, CALL = "set", "call"


@dataclass(frozen=True)
class Source:
    """Rules as they would be taken over: parameters by kind."""

    key: str
    name: str
    rules: Mapping[str, Mapping[str, Any]]


def rule_set(code: str) -> dict[str, dict[str, Any]]:
    """Parameters by kind, as entered from the text of a real call. Raises `KeyError` for a code that is not ready."""
    if code not in READY:
        raise KeyError(code)
    found: dict[str, dict[str, Any]] = json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8"))["rules"]
    return found


def choices(call: Call, user: User) -> list[Group]:
    """Groups of keys and names: the ready sets, and the newest calls with rules that the person prepares."""
    ready: Group = (_("Ready rules"), [(f"{SET}:{code}", name) for code, name in READY.items()])
    others = [(f"{CALL}:{other.slug}", localised(other, "title")) for other in _calls(call, user)[:MOST_CALLS]]
    return [ready, (_("Rules of another call"), others)] if others else [ready]


def source_of(key: str, call: Call, user: User) -> Source | None:
    """What a key of `choices` stands for; None where the person may not choose it."""
    kind, _colon, name = key.partition(":")
    if kind == SET and name in READY:
        return Source(key, str(READY[name]), rule_set(name))
    other = _calls(call, user).filter(slug=name).first() if kind == CALL else None
    if other is None:
        return None
    return Source(key, localised(other, "title"), dict(other.rules.values_list("kind", "parameters")))


def _calls(call: Call, user: User) -> CallQuerySet:
    rules = CallRule.objects.filter(call=OuterRef("pk"))
    with_rules = Call.objects.prepared_by(user).exclude(pk=call.pk).filter(Exists(rules))
    return with_rules.order_by("-pk").defer("search_it", "search_en")
