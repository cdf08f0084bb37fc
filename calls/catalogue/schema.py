"""The JSON Schema of a file of calls, from the columns themselves; `docs/call-import.schema.json` is a copy."""

from __future__ import annotations

from typing import Any

from calls.catalogue.reading import ROWS
from calls.forms.catalogue import STATUSES, CatalogueRow
from enterprises.models import OrganisationKind

MOMENT = "In Rome, such as 2027-03-31T13:00, or with its zone (ISO 8601)"
KEYS = "Several are a list, or one text divided by semicolons"
WORDS = {
    "external_id": "Identifier in your catalogue: it never changes, and no other call of the programme has it",
    "status": "State of the call; empty: published, or as it is. Open and closed follow from the dates",
    "slug": "Address of the page, of a new call only: small letters, digits, hyphens; empty: made from the title",
    "title_it": "Title in Italian",
    "title_en": "Title in English",
    "summary_it": "One sentence in Italian",
    "summary_en": "One sentence in English",
    "plain_it": "In plain words, in Italian",
    "plain_en": "In plain words, in English",
    "body_it": "Text in Italian, without HTML; empty lines divide paragraphs",
    "body_en": "Text in English, without HTML",
    "opens_at": f"Opening. {MOMENT}",
    "closes_at": f"Deadline. {MOMENT}; a day alone, such as 2027-03-31, where its hour is not known",
    "questions_until": f"Questions can be asked until then. {MOMENT}",
    "districts": f"Short names of districts of the region. {KEYS}; empty: all districts",
    "themes": f"Short names of themes. {KEYS}",
    "roles": f"Kinds of organisation that may take part: {', '.join(OrganisationKind.values)}. {KEYS}; empty: all",
    "budget": "Total support in EUR, with a decimal point and without separators",
    "grant_share": "Highest intensity of aid, between 0 and 1; stands together with grant_max",
    "grant_max": "Highest grant in EUR; stands together with grant_share",
    "project_cost_min": "Lowest cost of a project in EUR; stands together with project_cost_max",
    "project_cost_max": "Highest cost of a project in EUR; stands together with project_cost_min",
    "partners_min": "Fewest partners, the lead included",
    "duration_months": "Longest duration of a project in months",
    "specific_objective": "Specific objective of the European programme, such as RSO1.1",
}


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a file: a list of calls, or an object with this list as `calls`."""
    calls = {"type": "array", "minItems": 1, "maxItems": ROWS, "items": {"$ref": "#/$defs/call"}}
    whole = {"type": "object", "required": ["calls"], "additionalProperties": False, "properties": {"calls": calls}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A catalogue of calls",
        "description": "What /publishing/imports/ takes over. CSV files have the same names in their first line.",
        "oneOf": [calls, whole],
        "$defs": {
            "call": {
                "type": "object",
                "required": CatalogueRow.REQUIRED,
                "additionalProperties": False,
                "properties": {name: _column(name) for name in CatalogueRow.base_fields},  # type: ignore[attr-defined]
            }
        },
    }


def _column(name: str) -> dict[str, Any]:
    field = CatalogueRow.base_fields[name]  # type: ignore[attr-defined]
    described: dict[str, Any] = {"description": WORDS[name]}
    if name in ("districts", "themes", "roles"):
        return described | {"type": ["array", "string", "null"], "items": {"type": "string"}}
    if name == "status":
        return described | {"enum": [*(value for value, _label in STATUSES), "", None]}
    number = name in ("budget", "grant_share", "grant_max", "project_cost_min", "project_cost_max")
    if number or name in ("partners_min", "duration_months"):
        limits = {"minimum": 0} if number else {"minimum": field.min_value, "maximum": field.max_value}
        described |= {"type": ["number" if number else "integer", "string", "null"]} | limits
        return described | {"maximum": 1} if name == "grant_share" else described
    described["type"] = "string" if field.required else ["string", "null"]
    if longest := getattr(field, "max_length", None):
        described["maxLength"] = longest
    return described | {"minLength": 1} if field.required else described
