"""What a file would do to the catalogue, row by row, and what is wrong with it. Nothing is written here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.catalogue.reading import Row, Unreadable, read_rows
from calls.forms.catalogue import COLUMNS, CatalogueRow
from calls.forms.fields import check_slug
from calls.models import Call, Programme, Theme
from calls.operations.catalogue import PlannedRow
from calls.operations.lifecycle import check_promise
from calls.operations.rules import rules_of_columns
from calls.rules import RULES
from calls.states import CALL_MOVES, OVER, CallState
from district_portal.accounts.models import District
from district_portal.shared.errors import DomainError

BATCH = 200
RULE_COLUMNS = {
    "minimum_members": ["partners_min"],
    "roles": ["roles"],
    "grant": ["grant_share", "grant_max"],
    "project_cost": ["project_cost_min", "project_cost_max"],
}
"""Columns that are stored as rules, by kind; those of one kind go together."""
LINKS = ["districts", "themes"]
ELSEWHERE = {"external_id", "status", "slug", "closes_at", *LINKS, *sum(RULE_COLUMNS.values(), [])}
"""Columns that are more than a value of the same column of `Call`."""


class Problem(NamedTuple):
    field: str
    words: str


@dataclass
class Checked:
    """One row: what it does, or what is wrong with it."""

    line: int
    external_id: str = ""
    title: str = ""
    plan: PlannedRow | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        return "error" if self.problems or self.plan is None else self.plan.outcome

    def told(self) -> dict[str, Any]:
        """For the report, as JSON."""
        return {
            "line": self.line,
            "external_id": self.external_id[:100],
            "title": self.title[:200],
            "outcome": self.outcome,
            "fields": self.plan.changed if self.plan else [],
            "problems": [list(problem) for problem in self.problems],
        }


@dataclass
class Catalogue:
    """All rows of a file, checked."""

    rows: list[Checked]

    @property
    def plans(self) -> list[PlannedRow]:
        return [row.plan for row in self.rows if row.plan is not None]

    def report(self) -> dict[str, Any]:
        """Counts, rows and a digest of what would be done, as JSON."""
        told = [row.told() for row in self.rows]
        counts = dict.fromkeys(("created", "changed", "unchanged", "error"), 0)
        for row in told:
            counts[row["outcome"]] += 1
        done = [[row["external_id"], row["outcome"], row["fields"]] for row in told]
        return {"counts": counts, "rows": told, "digest": hashlib.sha256(json.dumps(done).encode()).hexdigest()}


def check_catalogue(
    programme: Programme, content: bytes, *, lock: bool = False, progress: Callable[[int], None] | None = None
) -> Catalogue:
    """Check every row against its columns, the others and the calls of the programme, in the active language.

    `lock` holds the calls until the transaction ends; `progress` hears how many rows are done, now and then. Raises
    `Unreadable` for a file that holds no rows, or other columns.
    """
    checker = _Checker(programme, lock)
    rows, found = iter(read_rows(content)), []
    while batch := list(islice(rows, BATCH)):
        found += checker.check(batch)
        if progress is not None:
            progress(len(found))
    if not found:
        raise Unreadable(_("This file names no call."))
    return Catalogue(found)


class _Checker:
    def __init__(self, programme: Programme, lock: bool) -> None:
        self.programme, self.lock, self.now = programme, lock, timezone.now()
        self.districts = {row.slug: row for row in District.objects.filter(region=programme.region_id)}
        self.themes = {row.slug: row for row in Theme.objects.all()}
        self.lines: dict[str, int] = {}
        self.slugs: dict[str, int] = {}
        self.header: frozenset[str] | None = None

    def check(self, batch: list[Row]) -> Iterator[Checked]:
        forms = [(row, None if row.problem else self._form(row)) for row in batch]
        keys = [str(row.cells.get("external_id") or "").strip() for row in batch]
        existing = self._existing(keys)
        for (row, form), key in zip(forms, keys, strict=True):
            checked = Checked(row.line, key, str(row.cells.get("title_it") or ""))
            if form is None:
                checked.problems.append(Problem("", row.problem))
            else:
                self._check(checked, form, existing.get(key))
            yield checked

    def _form(self, row: Row) -> CatalogueRow:
        names = frozenset(row.cells)
        if names != self.header:
            _require_columns(names)
            self.header = names
        return CatalogueRow(row.cells, districts=self.districts, themes=self.themes)

    def _existing(self, keys: Iterable[str]) -> dict[str, Call]:
        calls = Call.objects.filter(programme=self.programme, external_id__in=[key[:100] for key in keys if key])
        if self.lock:
            calls = calls.select_for_update(of=("self",), no_key=True)
        calls = calls.defer("search_it", "search_en").prefetch_related("districts", "themes", "rules")
        return {call.external_id: call for call in calls if call.external_id}

    def _check(self, checked: Checked, form: CatalogueRow, call: Call | None) -> None:
        first = self.lines.setdefault(checked.external_id, checked.line)
        if checked.external_id and first != checked.line:
            checked.problems.append(Problem("external_id", _("Line %(line)s has it already.") % {"line": first}))
        if not form.is_valid():
            checked.problems += [Problem(name, words) for name, errors in form.errors.items() for words in errors]
            return
        try:
            checked.plan = _planned(checked, form, call)
        except ValidationError as error:
            checked.problems += [
                Problem(name, words) for name, errors in error.message_dict.items() for words in errors
            ]
            return
        checked.problems += [*self._slug_problems(checked, form, call), *self._state_problems(checked.plan)]

    def _slug_problems(self, checked: Checked, form: CatalogueRow, call: Call | None) -> Iterator[Problem]:
        slug = form.cleaned_data["slug"]
        if not slug:
            return
        if call is not None:
            if slug != call.slug:
                yield Problem("slug", _("The address of a call that is there stays “%(slug)s”.") % {"slug": call.slug})
            return
        try:
            check_slug(slug)
        except ValidationError as error:
            yield Problem("slug", error.messages[0])
        if self.slugs.setdefault(slug, checked.line) != checked.line or Call.objects.filter(slug=slug).exists():
            yield Problem("slug", _("Another call has this address."))

    def _state_problems(self, plan: PlannedRow) -> Iterator[Problem]:
        """What the life of a call forbids, with the values that it would have."""
        call = plan.call
        values = {name: plan.fields.get(name, getattr(call, name, None)) for name in ("opens_at", "closes_at")}
        state = plan.status or (CallState(call.state) if call else CallState.PUBLISHED)
        if call is not None:
            yield from _moved_wrongly(call, plan, values["closes_at"])
        for name, value in values.items():
            if state == CallState.PUBLISHED and value is None:
                yield Problem(name, _("A published call needs an opening and a deadline."))
        if values["opens_at"] and values["closes_at"] and values["closes_at"] <= values["opens_at"]:
            yield Problem("closes_at", _("The deadline must be after the opening."))
        questions = plan.fields.get("questions_until", getattr(call, "questions_until", None))
        if questions and values["closes_at"] and questions > values["closes_at"]:
            yield Problem("questions_until", _("Questions must end before the deadline, or with it."))
        if state == CallState.IN_ASSESSMENT and not (values["closes_at"] and values["closes_at"] <= self.now):
            yield Problem("status", _("The deadline has not passed: the assessment starts after it."))


def _require_columns(names: frozenset[str]) -> None:
    unknown, missing = sorted(names - set(COLUMNS)), [name for name in CatalogueRow.REQUIRED if name not in names]
    if unknown:
        words = _("Columns that are not known: %(unknown)s. The columns are: %(known)s.")
        raise Unreadable(words % {"unknown": ", ".join(unknown)[:300], "known": ", ".join(COLUMNS)})
    if missing:
        raise Unreadable(_("Columns that are missing: %(missing)s.") % {"missing": ", ".join(missing)})


def _moved_wrongly(call: Call, plan: PlannedRow, closes_at: Any) -> Iterator[Problem]:
    if plan.changed and call.state in OVER:
        yield Problem("external_id", _("This call is over: it can't be changed any more."))
    if plan.status is not None and plan.status not in CALL_MOVES[CallState(call.state)]:
        words = _("A call that is “%(now)s” can't become “%(then)s”.")
        yield Problem("status", words % {"now": call.get_state_display(), "then": plan.status.label})
    try:
        check_promise(call, closes_at)
    except DomainError as error:
        yield Problem("closes_at", error.message)


# --- What a row says ---------------------------------------------------------------------------------------------


def _planned(checked: Checked, form: CatalogueRow, call: Call | None) -> PlannedRow:
    """Raises `ValidationError`, by column, for values that a rule does not understand."""
    values = form.cleaned_data
    fields = {name: values[name] for name in form.given if name not in ELSEWHERE}
    if "closes_at" in form.given:
        fields["closes_at"], fields["deadline_has_time"] = values["closes_at"]
    if call is None and values["slug"]:
        fields["slug"] = values["slug"]
    links = {name: sorted(row.pk for row in values[name]) for name in LINKS if name in form.given}
    rules = {kind: _parameters(kind, values) for kind, names in RULE_COLUMNS.items() if set(names) & set(form.given)}
    status = CallState(values["status"]) if values["status"] else None
    plan = PlannedRow(checked.line, checked.external_id, checked.title, call, fields, links, rules, status)
    return plan if call is None else _only_changes(plan, call)


def _parameters(kind: str, values: dict[str, Any]) -> dict[str, Any] | None:
    """A rule as it is stored; None where the columns are empty."""
    names = RULE_COLUMNS[kind]
    given = rules_of_columns({name: values[name] for name in names}).get(kind)
    if given is None:
        return None
    form = RULES[kind].form_for(given)
    if not form.is_valid():
        # The form of the rule has names of its own.
        raise ValidationError({names[0]: [words for errors in form.errors.values() for words in errors]})
    return RULES[kind].parameters_of(form)


def _only_changes(plan: PlannedRow, call: Call) -> PlannedRow:
    plan.fields = {name: value for name, value in plan.fields.items() if value != getattr(call, name)}
    plan.links = {
        name: keys for name, keys in plan.links.items() if keys != sorted(row.pk for row in getattr(call, name).all())
    }
    known = {rule.kind: rule.parameters for rule in call.rules.all()}
    plan.rules = {kind: given for kind, given in plan.rules.items() if given != known.get(kind)}
    plan.status = plan.status if plan.status != call.state else None
    plan.changed = [
        *("closes_at" if name == "deadline_has_time" else name for name in plan.fields),
        *plan.links,
        *(name for kind in plan.rules for name in RULE_COLUMNS[kind]),
        *(["status"] if plan.status else []),
    ]
    plan.changed = [name for name in COLUMNS if name in plan.changed]
    return plan
