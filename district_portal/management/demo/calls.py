"""The demonstration's current calls, one or more in each state, with documents and interests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.core.files.base import ContentFile

from calls.models import (
    AidTable,
    Call,
    CallDeadline,
    CallDocument,
    CallMilestone,
    CallRule,
    Programme,
    Theme,
    rules_of,
)
from calls.operations.rules import DERIVED, Parameters, derive_columns, rules_of_columns
from calls.rules import RULES
from calls.states import CallState
from district_portal.accounts.models import District, Region, User
from district_portal.management.demo.call_texts import CALLS, MAIN
from district_portal.management.demo.dates import at, days, event_day, on_or_after
from district_portal.management.demo.files import TABLE, pdf

PROGRAMME = {"slug": "reti-di-distretto", "name_it": "Reti di distretto", "name_en": "District networks"}


def make(users: dict[str, User], moment: datetime) -> dict[str, Call]:
    """All illustrative calls, by the key that `call_texts` gives them."""
    programme = Programme.objects.create(region=Region.objects.get(slug="emilia-romagna"), **PROGRAMME)
    districts = {district.slug: district for district in District.objects.all()}
    themes = {theme.slug: theme for theme in Theme.objects.all()}
    calls = {}
    for key, spec in CALLS.items():
        call = calls[key] = _call(spec, programme, users, moment.date())
        give_rules(call, rules_of_columns({name: getattr(call, name) for name in DERIVED}) | spec.get("rules", {}))
        call.districts.set(districts[slug] for slug in spec["districts"].split())
        call.themes.set(themes[slug] for slug in spec["themes"].split())
        if call.closes_at:
            CallDeadline.objects.create(
                call=call, closes_at=call.closes_at, set_at=call.opens_at, set_by=users["region"]
            )
    _main_details(calls[MAIN], moment.date())
    for key, call in calls.items():
        if call.state != CallState.DRAFT:
            _documents(call, with_forms=key == MAIN)
    return calls


def _call(spec: dict, programme: Programme, users: dict[str, User], today: date) -> Call:
    opens, closes = spec["opens"], spec["closes"]
    deadline = on_or_after(today + days(closes), spec["weekday"]) if closes is not None else None
    year = {"present": today, "event": event_day(today), None: deadline or today}[spec.get("year")].year
    return Call.objects.create(
        programme=programme,
        slug=spec["slug"].format(year=year),
        edition=spec.get("edition"),
        title_it=spec["title_it"].format(year=year),
        title_en=spec["title_en"].format(year=year),
        summary_it=spec["summary_it"],
        summary_en=spec["summary_en"],
        body_it=spec.get("body_it", ""),
        body_en=spec.get("body_en", ""),
        state=spec["state"],
        opens_at=at(today + days(opens), 9) if opens is not None else None,
        closes_at=at(deadline, spec.get("hour", 13)) if deadline else None,
        roles=spec["roles"].split(),
        facilitator=users["facilitator"] if spec.get("facilitated", True) else None,
        budget=spec.get("budget"),
        grant_share=spec.get("share"),
        grant_max=spec.get("grant_max"),
        project_cost_min=spec.get("cost_min"),
        project_cost_max=spec.get("cost_max"),
        duration_months=spec.get("months"),
        partners_min=spec.get("partners"),
        illustrative=True,
        created_at=at(today + days(min(opens or 0, 0) - 20), 11),
    )


def give_rules(call: Call, rules: Mapping[str, Parameters]) -> None:
    """Rules (parameters by kind) as rows, and the columns that follow; nobody is told."""
    call.aid_table = AidTable.objects.last() if any(RULES[kind].needs_aid for kind in rules) else None
    CallRule.objects.bulk_create(CallRule(call=call, kind=kind, parameters=rules[kind]) for kind in rules)
    call.save(update_fields=["aid_table"])
    derive_columns(call, rules_of(call))


def _main_details(call: Call, today: date) -> None:
    closes = call.closes_at.date()
    steps = [
        ("Giornata informativa", "Info day", today - days(39), None),
        ("Valutazione", "Assessment", closes + days(5), closes + days(63)),
        ("Pubblicazione della graduatoria", "Ranking published", closes + days(80), None),
        ("Avvio dei progetti", "Projects start", closes + days(111), None),
    ]
    CallMilestone.objects.bulk_create(
        CallMilestone(call=call, name_it=name_it, name_en=name_en, starts_on=starts, ends_on=ends)
        for name_it, name_en, starts, ends in steps
    )


def _documents(call: Call, *, with_forms: bool) -> None:
    day = min(call.opens_at or call.created_at, call.created_at + days(20)).date()
    note = "Testo illustrativo, fatto per la dimostrazione del portale: non è un bando vero."
    _document(
        call,
        "bando.pdf",
        "Testo del bando",
        "Call text",
        day,
        pdf(call.title_it, [note, call.summary_it, *call.body_it.split("\n\n")]),
    )
    if with_forms:
        _document(
            call,
            "scheda-progetto.pdf",
            "Scheda di progetto",
            "Project form",
            day,
            pdf(
                "Scheda di progetto",
                [note, "Titolo della rete:", "Capofila:", "Idea:", "Partner e ruoli:", "Risultati attesi:"],
            ),
        )
        _document(call, "piano-dei-costi.csv", "Piano dei costi per partner", "Budget by partner", day, TABLE.encode())


def _document(call: Call, name: str, title_it: str, title_en: str, day: date, content: bytes) -> None:
    CallDocument.objects.create(
        call=call,
        title_it=title_it,
        title_en=title_en,
        language="it",
        published_on=day,
        file=ContentFile(content, name),
    )
