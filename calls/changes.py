"""How the changes of a call are told: which field, what it was, what it is, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django.template.defaultfilters import filesizeformat
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.differences import ABSENT, PARTS, Change, Kind, Piece, Snapshot, difference, text_difference
from calls.models import AidTable, Call, CallDocument, CallRule, Programme, Theme, Tier
from district_portal.accounts.models import District
from district_portal.shared.ui import language, localised, long_moment, money, percent, short_day
from enterprises.models import OrganisationKind

if TYPE_CHECKING:
    from django.db.models import Field

ORDER = [
    "title_it", "title_en", "summary_it", "summary_en", "plain_it", "plain_en", "body_it", "body_en",
    "opens_at", "closes_at", "deadline_has_time", "questions_until", "milestones",
    "budget", "grant_share", "grant_max", "project_cost_min", "project_cost_max", "duration_months", "aid_table",
    "districts", "themes", "roles", "partners_min", "rules", "documents",
    "programme", "specific_objective", "family", "edition", "tier", "first_tier", "actuator", "actuators",
    "illustrative",
]  # fmt: skip
MOMENTS = {"opens_at", "closes_at", "questions_until"}
AMOUNTS = {"budget", "grant_max", "project_cost_min", "project_cost_max"}
LISTS = {"districts", "themes", "roles"}
NAMED = LISTS | {"programme", "first_tier", "aid_table"}


@dataclass(frozen=True)
class Shown:
    """One change. `pieces` are the difference; `before` and `after` (empty: not there) say it in one line each."""

    label: str
    pieces: list[Piece]
    before: str
    after: str
    lang: str = ""
    """Of the text, where it has one of its own."""
    short: bool = True
    """Whether `before` and `after` fit into one line."""


def shown_changes(old: Snapshot, new: Snapshot) -> list[Shown]:
    """What leads from `old` ({}: nothing) to `new`, in the order of the page; what stays empty is left out."""
    nothing: Snapshot = dict.fromkeys(PARTS, {})
    changes = difference(nothing | old, nothing | new)
    # What the database keeps has lost its order.
    changes.sort(key=lambda change: ORDER.index(change.field) if change.field in ORDER else len(ORDER))
    names = _Names(changes)
    told = [_part(change, names, whole=not old) if change.part else _field(change, names) for change in changes]
    return [change for change in told if change.before or change.after]


# --- Fields ------------------------------------------------------------------------------------------------------


def _field(change: Change, names: _Names) -> Shown:
    field = change.field
    label = capfirst(str(cast("Field[Any, Any]", Call._meta.get_field(field)).verbose_name))
    if field in LISTS:
        return _list(label, change, names)
    if field.endswith(("_it", "_en")):
        before, after = _text(change.before), _text(change.after)
        return Shown(label, text_difference(before, after), before, after, lang=field[-2:], short=False)
    return _exchanged(label, _value(change.before, field, names), _value(change.after, field, names))


def _exchanged(label: str, before: str, after: str) -> Shown:
    pieces = [Piece("deleted", before), Piece("inserted", after)]
    return Shown(label, [piece for piece in pieces if piece.text], before, after)


def _text(value: Any) -> str:
    return "" if value is ABSENT or value is None else str(value)


def _value(value: Any, field: str, names: _Names) -> str:
    if value is ABSENT or value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if field in MOMENTS:
        return long_moment(datetime.fromisoformat(value))
    if field in AMOUNTS:
        return money(Decimal(value))
    if field == "grant_share":
        return percent(Decimal(value))
    if field == "tier":
        return str(Tier(value).label)
    return names.of(field, value) if field in NAMED else str(value)


def _list(label: str, change: Change, names: _Names) -> Shown:
    before, after = ([] if value is ABSENT else value for value in (change.before, change.after))
    pieces: list[Piece] = []
    for key in [*before, *(key for key in after if key not in before)]:
        kind: Kind = "same" if key in before and key in after else "deleted" if key in before else "inserted"
        pieces.append(Piece(kind, names.of(change.field, key)))
    apart = [piece for each in pieces for piece in (Piece("same", ", "), each)][1:]
    none = {"districts": _("All districts"), "themes": "", "roles": _("All kinds of organisation")}[change.field]
    was, now = (", ".join(names.of(change.field, key) for key in keys) or none for keys in (before, after))
    if not before or not after:
        return _exchanged(label, was, now)
    return Shown(label, apart, was, now)


class _Names:
    """Names of what fields refer to by a key; a key whose row is gone stands for itself. One query for each field."""

    def __init__(self, changes: Iterable[Change]) -> None:
        fields = {change.field for change in changes}
        self._known: dict[str, dict[str, str]] = {"roles": {kind.value: str(kind.label) for kind in OrganisationKind}}
        if fields & {"districts", "actuators"}:
            self._known["districts"] = {row.slug: localised(row, "name") for row in District.objects.all()}
        if "themes" in fields:
            self._known["themes"] = {row.slug: localised(row, "name") for row in Theme.objects.all()}
        if "programme" in fields:
            self._known["programme"] = {row.slug: localised(row, "name") for row in Programme.objects.all()}
        if "aid_table" in fields:
            self._known["aid_table"] = {row.code: localised(row, "name") for row in AidTable.objects.all()}
        keys = {value for change in changes if change.field == "first_tier" for value in (change.before, change.after)}
        if keys:
            calls = Call.objects.filter(slug__in=[key for key in keys if isinstance(key, str)])
            self._known["first_tier"] = {call.slug: localised(call, "title") for call in calls}

    def of(self, field: str, key: str) -> str:
        return self._known.get(field, {}).get(key, key)


# --- Parts -------------------------------------------------------------------------------------------------------

HELD = {
    "rules": gettext_lazy("Rule: %(name)s"),
    "documents": gettext_lazy("Document: %(name)s"),
    "milestones": gettext_lazy("Step of the timeline: %(name)s"),
    "actuators": gettext_lazy("Actuator: %(name)s"),
}
"""Where a version is shown as a whole."""
ADDED = {
    "rules": gettext_lazy("Rule added: %(name)s"),
    "documents": gettext_lazy("Document added: %(name)s"),
    "milestones": gettext_lazy("Step of the timeline added: %(name)s"),
    "actuators": gettext_lazy("Actuator added: %(name)s"),
}
CHANGED = {
    "rules": gettext_lazy("Rule changed: %(name)s"),
    "documents": gettext_lazy("Document changed: %(name)s"),
    "milestones": gettext_lazy("Step of the timeline changed: %(name)s"),
    "actuators": gettext_lazy("Actuator changed: %(name)s"),
}
REMOVED = {
    "rules": gettext_lazy("Rule removed: %(name)s"),
    "documents": gettext_lazy("Document withdrawn: %(name)s"),
    "milestones": gettext_lazy("Step of the timeline removed: %(name)s"),
    "actuators": gettext_lazy("Actuator removed: %(name)s"),
}
REPLACED = gettext_lazy("Document replaced: %(name)s")


def _part(change: Change, names: _Names, *, whole: bool) -> Shown:
    words = HELD if whole else ADDED if change.before is ABSENT else REMOVED if change.after is ABSENT else CHANGED
    pattern = words[change.field]
    if words is CHANGED and change.field == "documents" and change.before["sha256"] != change.after["sha256"]:
        pattern = REPLACED
    there = change.before if change.after is ABSENT else change.after
    name = _name_of(change.field, str(change.part), there, names)
    before, after = (
        "" if value is ABSENT else _described(change.field, str(change.part), value)
        for value in (change.before, change.after)
    )
    short = change.field != "documents"
    return Shown(str(pattern) % {"name": name}, text_difference(before, after), before, after, short=short)


def _name_of(field: str, key: str, value: Any, names: _Names) -> str:
    if field == "rules":
        return str(CallRule(kind=key, parameters=value).read().title)
    if field == "actuators":
        return names.of("districts", key)
    return _localised(value, "title" if field == "documents" else "name")


def _localised(value: dict[str, Any], name: str) -> str:
    wanted, other = ("it", "en") if language() == "it" else ("en", "it")
    return value[f"{name}_{wanted}"] or value[f"{name}_{other}"]


def _described(field: str, key: str, value: Any) -> str:
    """A part in one line or a few."""
    if field == "rules":
        return CallRule(kind=key, parameters=value).read().explain()
    if field == "documents":
        return _document(value)
    if field == "milestones":
        days = [short_day(date.fromisoformat(day)) for day in (value["starts_on"], value["ends_on"]) if day]
        return f"{_localised(value, 'name')}: {' – '.join(days)}"
    amount = f", {money(Decimal(value['budget']))}" if value["budget"] else ""
    return f"{value['organisation']}{amount}"


def _document(value: dict[str, Any]) -> str:
    languages = dict(CallDocument._meta.get_field("language").flatchoices)
    day = short_day(date.fromisoformat(value["published_on"]))
    facts = [value["type"].upper(), filesizeformat(value["size"]), str(languages[value["language"]]), day]
    return f"{_localised(value, 'title')}: {', '.join(facts)}, SHA-256 {value['sha256']}"
