"""The whole proposal as a PDF: as it is now, or exactly as it was sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from calls.models import Call
from calls.procedure import questions_of
from calls.rules.aid import Activity, Bonus
from calls.rules.words import CostCategory, LegalForm
from district_portal.shared.ui import localised, long_moment, money, number, percent, short_day
from enterprises.models import Concept
from projects.content import Content, digest, snapshot
from projects.indicators import common_indicators
from projects.models import Cover, Paper, Partner, Risk, Submission
from projects.papers.pdf import Document
from projects.papers.plan_drawing import gantt

NOTHING = "–"


def make_proposal(paper: Paper, path: Path) -> None:
    """As it is at this moment: a draft, which says so on every page."""
    network = paper.network
    content = snapshot(network)
    foot = _("Draft of %(moment)s · %(digest)s") % {
        "moment": long_moment(paper.requested_at),
        "digest": digest(content)[:16],
    }
    document = Document(network.title, language=paper.language, head=localised(network.call, "title"), foot=foot)
    write_proposal(document, content, network.call)
    document.write(path)


def make_sent_proposal(paper: Paper, path: Path) -> None:
    """Exactly what a submission holds (`about`: its id)."""
    sent = Submission.objects.select_related("network__call").get(pk=paper.about)
    sent_proposal(sent, language=paper.language).write(path)


def sent_proposal(sent: Submission, *, language: str) -> Document:
    content = json.loads(sent.content)
    call = sent.network.call
    foot = _("Receipt %(number)s · SHA-256 %(digest)s") % {"number": sent.number, "digest": sent.digest}
    document = Document(content["title"], language=language, head=localised(call, "title"), foot=foot)
    write_proposal(document, content, call)
    return document


def write_proposal(document: Document, content: Content, call: Call) -> None:
    """Every part of a content (`projects.content.snapshot`), in the language that is active."""
    names = {slug: partner["name"] for slug, partner in content["partners"].items()}
    document.heading(content["title"], 0)
    document.text(content["idea"])
    _summary(document, content, names)
    _partners(document, content)
    _coverage(document, content, names)
    _answers(document, content, call, names)
    _plan(document, content, names)
    _risks(document, content, names)
    _indicators(document, content)
    _budget(document, content, names)
    _papers(document, content, names)


def _summary(document: Document, content: Content, names: dict[str, str]) -> None:
    lead = next((names[slug] for slug, each in content["partners"].items() if each["role"] == "lead"), NOTHING)
    start = short_day(date.fromisoformat(content["starts_on"])) if content["starts_on"] else NOTHING
    months = content["duration_months"]
    document.facts(
        [
            (_("Lead"), lead),
            (_("Legal form"), str(LegalForm(content["legal_form"]).label) if content["legal_form"] else NOTHING),
            (_("Planned start"), start),
            (_("Duration"), _("%(months)s months") % {"months": months} if months else NOTHING),
            (_("Bonuses"), "; ".join(str(Bonus(each).label) for each in content["bonuses"]) or NOTHING),
        ]
    )


def _partners(document: Document, content: Content) -> None:
    document.heading(_("Partners"))
    rows = [
        [
            each["name"],
            Partner.Role(each["role"]).label,
            each["tasks"] or NOTHING,
            _decimal(each["person_months"]),
            each["graduates_hired"] if each["graduates_hired"] is not None else NOTHING,
        ]
        for each in content["partners"].values()
    ]
    header = [_("Organisation"), _("Role"), _("What it does"), _("Person-months"), _("Graduates to hire")]
    document.table(header, rows, widths=(3, 1.4, 4.2, 1.9, 1.9), right={3, 4})


def _coverage(document: Document, content: Content, names: dict[str, str]) -> None:
    if not content["coverage"]:
        return
    document.heading(_("Competences needed"))
    codes = [need["concept"] for need in content["coverage"] if need["concept"]]
    found = Concept.objects.filter(scheme=Concept.Scheme.COMPETENCE, code__in=codes)
    concepts = {concept.code: localised(concept, "name") for concept in found}
    rows = []
    for need in content["coverage"]:
        by_level = {
            level: ", ".join(names[slug] for slug, each in need["covers"].items() if each == level)
            for level in Cover.Level.values
        }
        named = concepts.get(need["concept"], need["concept"])
        rows.append([need["name"] or named, *(by_level[level] or NOTHING for level in Cover.Level.values)])
    document.table([_("Competence"), *(str(label) for label in Cover.Level.labels)], rows, widths=(2, 2, 2))


def _answers(document: Document, content: Content, call: Call, names: dict[str, str]) -> None:
    """In the order of the template; what an older template asked comes last, under its code."""
    if not content["answers"]:
        return
    document.heading(_("Proposal"))
    texts = {question.code: question.text for question in questions_of(call)}
    given = content["answers"]
    for code in [*(code for code in texts if code in given), *(code for code in given if code not in texts)]:
        document.heading(texts.get(code, code), 2)
        for slug, text in given[code].items():
            if slug:
                document.text(names[slug], small=True)
            document.text(text)


def _plan(document: Document, content: Content, names: dict[str, str]) -> None:
    if not content["plan"]:
        return
    document.heading(_("Work plan"))
    document.drawing(gantt(content["plan"], content["duration_months"] or 0))
    for package in content["plan"]:
        document.heading(f"WP{package['number']} {package['title']}", 2)
        months = {"first": package["starts_month"], "last": package["ends_month"]}
        lead = names.get(package["lead"], NOTHING)
        document.text(
            _("Months %(first)s to %(last)s, led by %(lead)s") % {**months, "lead": lead},
            small=True,
        )
        document.text(package["aim"])
        milestones = [[_("Milestone"), each["title"], each["month"], NOTHING] for each in package["milestones"]]
        deliverables = [
            [_("Deliverable"), _titled(each), each["month"], names.get(each["responsible"], NOTHING)]
            for each in package["deliverables"]
        ]
        if milestones or deliverables:
            header = [_("Kind"), _("Title"), _("Month"), _("Responsible")]
            document.table(header, milestones + deliverables, widths=(1.3, 4, 0.8, 2), right={2})


def _titled(deliverable: dict[str, Any]) -> str:
    return "\n".join(filter(None, [deliverable["title"], deliverable["description"]]))


def _risks(document: Document, content: Content, names: dict[str, str]) -> None:
    if not content["risks"]:
        return
    document.heading(_("Risks"))
    rows = [
        [
            each["title"],
            Risk.Weight(each["likelihood"]).label,
            Risk.Weight(each["impact"]).label,
            each["response"],
            names.get(each["owner"], NOTHING),
        ]
        for each in content["risks"]
    ]
    header = [_("What may happen"), _("How likely"), _("How bad"), _("What is done about it"), _("Who watches it")]
    document.table(header, rows, widths=(3, 1.6, 1.2, 3.7, 2))


def _indicators(document: Document, content: Content) -> None:
    if not content["indicators"]:
        return
    document.heading(_("Expected indicators"))
    common = common_indicators()
    known = [common.get(each["code"]) for each in content["indicators"]]
    rows = [
        [
            " ".join(filter(None, [each["code"], each["name"] or (of_all.name if of_all else "")])),
            each["unit"] or (of_all.unit if of_all else ""),
            _decimal(each["baseline"]),
            _decimal(each["target"]),
        ]
        for each, of_all in zip(content["indicators"], known, strict=True)
    ]
    document.table([_("Indicator"), _("Unit"), _("Now"), _("Expected")], rows, widths=(4, 1.5, 1, 1), right={2, 3})


# --- The budget ----------------------------------------------------------------------------------------------------


def _budget(document: Document, content: Content, names: dict[str, str]) -> None:
    """Sums of the cells by partner, with its grant, and by category, research type and work package."""
    cells = content["budget"]
    if not cells:
        return
    document.heading(pgettext("proposal", "Budget"))
    _by_partner(document, content, names)
    titles = {package["number"]: f"WP{package['number']} {package['title']}" for package in content["plan"]}
    for title, at, name in (
        (_("Cost category"), 2, lambda code: str(CostCategory(code).label).capitalize()),
        (_("Research type"), 3, lambda code: str(Activity(code).label)),
        (_("Work package"), 1, lambda code: titles.get(code, f"WP{code}")),
    ):
        _sums(document, title, cells, at, name)


def _by_partner(document: Document, content: Content, names: dict[str, str]) -> None:
    grants = content.get("aid", {})
    costs = {slug: _sum(cell[4] for cell in content["budget"] if cell[0] == slug) for slug in names}
    whole = _sum(costs.values())
    rows = [[names[slug], money(cost), percent(cost / whole), _grant(grants.get(slug))] for slug, cost in costs.items()]
    total = _sum(grants.values()) if grants else None
    rows.append([_("Total"), money(whole), percent(Decimal(1)), _grant(total)])
    header = [_("Partner"), _("Cost"), _("Share"), _("Grant asked for")]
    document.table(header, rows, widths=(3, 1.5, 1, 1.5), right={1, 2, 3}, total=True)


def _grant(amount: object) -> str:
    return NOTHING if amount is None else money(Decimal(str(amount)))


def _sums(document: Document, title: str, cells: list[list[Any]], at: int, name: Callable[[Any], str]) -> None:
    keys = sorted({cell[at] for cell in cells})
    rows = [[name(key), money(_sum(cell[4] for cell in cells if cell[at] == key))] for key in keys]
    document.table([title, _("Cost")], rows, widths=(4, 1.5), right={1})


def _sum(amounts: Iterable[object]) -> Decimal:
    return sum((Decimal(str(amount)) for amount in amounts), Decimal(0))


def _decimal(value: str | None) -> str:
    if value is None:
        return NOTHING
    amount = Decimal(value)
    return number(amount, next(places for places in (0, 1, 2) if places == 2 or amount == round(amount, places)))


# --- Papers --------------------------------------------------------------------------------------------------------


def _papers(document: Document, content: Content, names: dict[str, str]) -> None:
    if content["declarations"]:
        document.heading(_("Declarations"))
        document.text("\n\n".join(f"• {text}" for text in content["declarations"].values()))
    if content["attachments"]:
        document.heading(_("Attachments"))
        rows = [
            [each["title"], each["name"], names.get(each["partner"], NOTHING), each["sha256"]]
            for each in content["attachments"]
        ]
        document.table([_("Title"), _("File"), _("Partner"), "SHA-256"], rows, widths=(2.5, 2.5, 2, 4))
