"""What readers call the sections of a proposal (`projects.sections`), and the codes that its content holds."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from calls.models import Call, rules_of
from calls.procedure import questions_of
from calls.rules import words
from calls.rules.kinds.papers import Documents
from district_portal.shared.ui import localised
from enterprises.models import Concept
from projects import sections
from projects.models import Network, Partner


def titles_of(network: Network, keys: Iterable[str]) -> dict[str, str]:
    """Titles by key, in the order of the keys: "Work plan", "Budget of Novamed", "The idea"."""
    keys = list(keys)
    numbers = {number for key in keys for number in sections.partners_of(key)}
    partners = Partner.objects.filter(pk__in=numbers).values_list("pk", "organisation__name") if numbers else []
    names, asked = dict(partners), [key for key in keys if key.startswith("answer:")]
    questions = {each.code: each.text for each in questions_of(network.call)} if asked else {}
    return {key: _title(key, names, questions) for key in keys}


def _title(key: str, partners: dict[int, str], questions: dict[str, str]) -> str:
    kind, _colon, rest = key.partition(":")
    whose = words.both(sorted(partners[number] for number in sections.partners_of(key) if number in partners))
    if kind == "budget":
        return _("Budget of %(partner)s") % {"partner": whose} if whose else _("Budget")
    if kind == "answer":
        code = rest.partition(":")[0]
        question = questions.get(code, code)
        return f"{question} ({whose})" if whose else question
    return {
        sections.SUMMARY: _("Title, idea and legal form"),
        sections.PARTNERS: _("Partners"),
        sections.COVERAGE: _("Competences"),
        sections.PLAN: _("Work plan"),
        sections.RISKS: _("Risks"),
        sections.INDICATORS: _("Expected indicators"),
        sections.ATTACHMENTS: _("Attachments"),
        sections.DECLARATIONS: _("Declarations"),
    }.get(key, key)


def names_of(call: Call) -> dict[str, str]:
    """How readers know what a content holds as a code: `question:<code>`, `document:<code>`, `concept:<code>`."""
    names = {f"question:{each.code}": each.text for each in questions_of(call)}
    for rule in rules_of(call):
        if isinstance(rule, Documents):
            names |= {f"document:{code}": text for code, text in rule.codes.items()}
    return names | {f"concept:{each.code}": localised(each, "name") for each in Concept.objects.competences()}
