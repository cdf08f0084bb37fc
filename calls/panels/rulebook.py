"""The rules of a call in words: sentences, the criteria, and how much aid there is, by activity and size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from calls.models import Call, rules_of
from calls.rules import Rule, Scope, words
from calls.rules.aid import Bonus
from calls.rules.kinds.criteria import Criteria
from calls.rules.kinds.grants import FlatIntensity, IntensityByTable
from district_portal.shared.ui import percent, short_day
from enterprises.models import EnterpriseSize

LANGUAGES = {"it": "Italiano", "en": "English"}


class Group(NamedTuple):
    title: str | Promise
    sentences: list[str]


class Criterion(NamedTuple):
    name: str
    weight: int


class Scoring(NamedTuple):
    criteria: list[Criterion]
    threshold: int | None


class Sentence(NamedTuple):
    language: str
    """Two letters."""
    name: str
    text: str


@dataclass(frozen=True)
class Intensities:
    """How much of the cost aid covers at most: a line for each activity, a share for each column."""

    columns: list[str]
    lines: list[tuple[str, list[str]]]
    bonuses: list[str]
    cap: str = ""
    version: str = ""
    source: str = ""
    valid: str = ""


@dataclass(frozen=True)
class Rulebook:
    """Groups hold every rule that is not shown as a table."""

    groups: list[Group]
    scoring: Scoring | None
    aid: list[Intensities]


def rulebook(call: Call) -> Rulebook | None:
    """The rules in the reader's language; None where the call has none."""
    rules = rules_of(call)
    if not rules:
        return None
    tabled = (Criteria, FlatIntensity, IntensityByTable)
    said = [rule for rule in rules if not isinstance(rule, tabled)]
    groups = [
        Group(scope.label, [rule.explain() for rule in said if rule.scope == scope])
        for scope in Scope
        if any(rule.scope == scope for rule in said)
    ]
    return Rulebook(groups, _scoring(rules), [*_aid(call, rules)])


def _scoring(rules: Iterable[Rule]) -> Scoring | None:
    rule = next((rule for rule in rules if isinstance(rule, Criteria)), None)
    if rule is None:
        return None
    rows = [Criterion(words.named(names), weight) for names, weight in rule.criteria.values()]
    return Scoring(rows, rule.threshold)


def _aid(call: Call, rules: Iterable[Rule]) -> Iterable[Intensities]:
    for rule in rules:
        if isinstance(rule, FlatIntensity):
            lines = [(str(activity.label), [percent(share)]) for activity, share in rule.shares.items()]
            yield Intensities([_("At most")], lines, [])
        elif isinstance(rule, IntensityByTable):
            yield _by_table(call, rule)


def _by_table(call: Call, rule: IntensityByTable) -> Intensities:
    table, sizes = rule.table, list(EnterpriseSize)
    shares = table.tables["intensity"]
    lines = [
        (str(activity.label), [percent(Decimal(shares[activity][size])) for size in sizes])
        for activity in rule.activities
    ]
    bonuses = [
        _("%(bonus)s: +%(share)s") % {"bonus": Bonus(name).label, "share": percent(Decimal(bonus["add"]))}
        for name, bonus in table.tables["bonuses"].items()
        if name in Bonus.values and set(bonus["activities"]) & set(rule.activities)
    ]
    until = table.valid_to
    return Intensities(
        columns=[str(size.label) for size in sizes],
        lines=lines,
        bonuses=bonuses,
        cap=percent(Decimal(table.tables["cap"])),
        version=table.name,
        source=call.aid_table.source if call.aid_table else "",
        valid=_("valid until %(day)s") % {"day": short_day(until)} if until else "",
    )


def sentences(make: Callable[[], Rule]) -> list[Sentence]:
    """A rule in both languages. `make` reads it anew in each, as names of tables depend on the language, too."""
    found = []
    for language, name in LANGUAGES.items():
        with translation.override(language):
            found.append(Sentence(language, name, make().explain()))
    return found


def missing(rules: Sequence[Rule]) -> list[str]:
    """What the rules do not speak of yet: advice for those who prepare the call."""
    advice = {
        Scope.WHO: _("Nothing says who may take part: everyone may."),
        Scope.TOGETHER: _("Nothing says how many take part together."),
        Scope.PROJECT: _("Nothing says what a project may cost, and how much of it the grant covers."),
        Scope.PAPERS: _("No declaration and no document is asked for."),
        Scope.ASSESSMENT: _("Nothing says how proposals are scored."),
    }
    return [text for scope, text in advice.items() if all(rule.scope != scope for rule in rules)]
