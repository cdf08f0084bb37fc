"""What tells two contents of a proposal apart, in words for its readers. Knows no database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from calls.differences import Piece, text_difference
from calls.rules.aid import Activity, Bonus
from calls.rules.words import CostCategory, LegalForm
from district_portal.shared.ui import money, number, percent, short_day
from projects import sections
from projects.content import Content
from projects.models import Cover, Partner, Risk

Names = Mapping[str, str]
"""How readers know what a content holds as a code: `question:<code>`, `concept:<code>`, `document:<code>`."""

Fields = dict[str, str]
"""Words by label, of one thing."""


@dataclass(frozen=True)
class Line:
    """One thing that changed: its name, and what it said before and after ("" where it was or is not there)."""

    label: str
    before: str
    after: str

    @property
    def pieces(self) -> list[Piece]:
        """Both texts, word by word."""
        return text_difference(self.before, self.after)


@dataclass(frozen=True)
class Group:
    """All that changed in one part of a proposal; `key` as in `projects.sections`, without a question or partner."""

    key: str
    title: str
    lines: list[Line]


def differences(old: Content, new: Content, names: Names | None = None) -> list[Group]:
    """What leads from `old` to `new`, in the order of the proposal; parts that say the same are left out."""
    words = _Words(old, new, names or {})
    found = [
        Group(sections.SUMMARY, _("Summary"), _changed(words.summary(old), words.summary(new))),
        Group(sections.PARTNERS, _("Partners"), words.things("partners", words.partner)),
        Group(sections.COVERAGE, _("Competences"), words.things("coverage", words.need)),
        Group("answer", _("Proposal"), _changed(words.answers(old), words.answers(new))),
        Group(sections.PLAN, _("Work plan"), words.things("plan", words.package)),
        Group(sections.RISKS, _("Risks"), words.things("risks", words.risk)),
        Group(sections.INDICATORS, _("Expected indicators"), words.things("indicators", words.indicator)),
        Group("budget", _("Budget"), _changed(words.budget(old), words.budget(new))),
        Group("aid", _("Aid asked for"), _changed(words.aid(old), words.aid(new))),
        Group(sections.DECLARATIONS, _("Declarations"), _changed(old["declarations"], new["declarations"])),
        Group(sections.ATTACHMENTS, _("Attachments"), words.things("attachments", words.attachment)),
    ]
    return [group for group in found if group.lines]


def _changed(old: Fields, new: Fields) -> list[Line]:
    return [
        Line(label, old.get(label, ""), new.get(label, ""))
        for label in dict.fromkeys([*new, *old])
        if old.get(label, "") != new.get(label, "")
    ]


class _Words:
    """The words of two contents; partners are called by the name that they have in the newer one."""

    def __init__(self, old: Content, new: Content, names: Names) -> None:
        self.old, self.new, self.names = old, new, names
        self.partners = {slug: partner["name"] for each in (old, new) for slug, partner in each["partners"].items()}

    def things(self, field: str, words: Callable[[Any], tuple[str, Fields]]) -> list[Line]:
        """Lines of a list of things: what was added or removed whole, what changed field by field."""
        old, new = (_by_name(words(each) for each in self._items(content[field])) for content in (self.old, self.new))
        lines = []
        for name in dict.fromkeys([*new, *old]):
            if name in old and name in new:
                lines += [
                    Line(f"{name}: {line.label}", line.before, line.after) for line in _changed(old[name], new[name])
                ]
            else:
                lines.append(Line(name, _whole(old.get(name)), _whole(new.get(name))))
        return lines

    @staticmethod
    def _items(value: Any) -> list[Any]:
        return [{"slug": slug} | each for slug, each in value.items()] if isinstance(value, dict) else value

    def who(self, slug: str | None) -> str:
        return self.partners.get(slug, slug) if slug else ""

    def summary(self, content: Content) -> Fields:
        months = content["duration_months"]
        return {
            _("Title"): content["title"],
            _("Idea"): content["idea"],
            _("Legal form"): _label(LegalForm, content["legal_form"]),
            _("Planned start"): _day(content["starts_on"]),
            _("Duration in months"): str(months) if months else "",
            _("Bonuses"): ", ".join(_label(Bonus, bonus) for bonus in content["bonuses"]),
        }

    def partner(self, each: Content) -> tuple[str, Fields]:
        share = each["planned_share"]
        return self.who(each["slug"]), {
            _("name"): each["name"],
            _("role"): _label(Partner.Role, each["role"]),
            _("what it does"): each["tasks"],
            _("planned share of the cost"): percent(Decimal(share)) if share is not None else "",
            _("person-months"): _number(each["person_months"], 1),
            _("graduates that it will hire"): _number(each["graduates_hired"]),
            _("contracts that it will make permanent"): _number(each["contracts_made_permanent"]),
        }

    def need(self, each: Content) -> tuple[str, Fields]:
        concept = each["concept"]
        name = each["name"] or self.names.get(f"concept:{concept}", concept)
        return name, {self.who(slug): _label(Cover.Level, level) for slug, level in sorted(each["covers"].items())} or {
            _("Partners"): _("nobody yet")
        }

    def answers(self, content: Content) -> Fields:
        found = {}
        for question, answers in content["answers"].items():
            title = self.names.get(f"question:{question}", question)
            for slug, text in answers.items():
                found[f"{title}, {self.who(slug)}" if slug else title] = text
        return found

    def package(self, each: Content) -> tuple[str, Fields]:
        fields = {
            _("title"): each["title"],
            _("aim and tasks"): each["aim"],
            _("led by"): self.who(each["lead"]),
            _("months"): f"{each['starts_month']}–{each['ends_month']}",
        }
        for milestone in each["milestones"]:
            _put(fields, _("milestone “%(title)s”") % milestone, _("month %(month)s") % milestone)
        for deliverable in each["deliverables"]:
            words = [_("month %(month)s") % deliverable, self.who(deliverable["responsible"])]
            words.append(deliverable["description"])
            _put(fields, _("deliverable “%(title)s”") % deliverable, ", ".join(filter(None, words)))
        return _("Work package %(number)s") % each, fields

    def risk(self, each: Content) -> tuple[str, Fields]:
        return each["title"], {
            _("how likely"): str(Risk.Weight(each["likelihood"]).label),
            _("how bad"): str(Risk.Weight(each["impact"]).label),
            _("what you do about it"): each["response"],
            _("who watches it"): self.who(each["owner"]),
        }

    def indicator(self, each: Content) -> tuple[str, Fields]:
        return " ".join(filter(None, [each["code"], each["name"]])), {
            _("unit"): each["unit"],
            _("now"): _number(each["baseline"], 2),
            _("expected"): _number(each["target"], 2),
        }

    def budget(self, content: Content) -> Fields:
        return {
            _("%(partner)s, work package %(package)s, %(category)s, %(activity)s")
            % {
                "partner": self.who(slug),
                "package": package,
                "category": _label(CostCategory, category),
                "activity": _label(Activity, activity).lower(),
            }: money(Decimal(amount))
            for slug, package, category, activity, amount in content["budget"]
        }

    def aid(self, content: Content) -> Fields:
        return {self.who(slug): money(Decimal(amount)) for slug, amount in content.get("aid", {}).items()}

    def attachment(self, each: Content) -> tuple[str, Fields]:
        name = ", ".join(filter(None, [each["title"], self.who(each["partner"])]))
        return name, {
            _("type"): self.names.get(f"document:{each['kind']}", each["kind"]),
            _("file"): each["name"],
            _("size in bytes"): _number(each["size"]),
            "SHA-256": each["sha256"],
        }


def _by_name(things: Iterable[tuple[str, Fields]]) -> dict[str, Fields]:
    """Things of the same name are counted: "Delay", "Delay (2)"."""
    found: dict[str, Fields] = {}
    for name, fields in things:
        _put(found, name, fields)
    return found


def _put(found: dict[str, Any], name: str, value: Any) -> None:
    free, count = name, 1
    while free in found:
        count += 1
        free = f"{name} ({count})"
    found[free] = value


def _whole(fields: Fields | None) -> str:
    """A thing that was added or removed, in one text."""
    if fields is None:
        return ""
    return "\n".join(f"{capfirst(label)}: {words}" for label, words in fields.items() if words)


def _label(choices: Any, value: str) -> str:
    """Also of a value that there is no more."""
    return str(choices(value).label) if value in choices.values else value


def _day(value: str | None) -> str:
    return short_day(date.fromisoformat(value)) if value else ""


def _number(value: str | int | None, places: int = 0) -> str:
    return "" if value is None else number(Decimal(value), places)
