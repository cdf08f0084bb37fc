"""What a proposal says, as one value: what is compared, signed off, hashed and sent.

Everything in it is *material*: a change of it voids sign-offs. Comments, locks and who wrote what are not part of it.
"""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

from projects.aid.budget import budget_of
from projects.models import Network, Partner
from projects.states import PartnerState

Content = dict[str, Any]

FORMAT = 1
"""Of the content; a later one may say more."""


def snapshot(network: Network) -> Content:
    """The whole proposal as JSON knows it, in at most 19 queries whatever its size.

    Amounts (EUR), shares and numbers are text with all their places, days ISO 8601, what is unknown None. Partners are
    told apart by the last part of their address (`slug`), which never changes; only those who have confirmed count.
    `aid` is what each of them asks for, as the call's rules reckon it now; nothing where the call does not say.
    """
    rows = network.partners.filter(state=PartnerState.ACCEPTED).select_related("organisation").order_by("pk")
    partners = list(rows.prefetch_related("organisation__size_declarations"))
    slugs = {partner.pk: partner.organisation.slug for partner in partners}
    return {
        "format": FORMAT,
        "call": network.call.slug,
        "network": str(network.pk),
        "title": network.title,
        "idea": network.idea,
        "legal_form": network.legal_form,
        "starts_on": network.starts_on.isoformat() if network.starts_on else None,
        "duration_months": network.duration_months,
        "bonuses": sorted(network.bonuses),
        "partners": {slugs[partner.pk]: _partner(partner) for partner in partners},
        "coverage": _coverage(network, slugs),
        "answers": _answers(network, slugs),
        "plan": _plan(network, slugs),
        "risks": _risks(network, slugs),
        "indicators": _indicators(network),
        "budget": _budget(network, slugs),
        "aid": _aid(network, partners),
        "declarations": {each.code: each.text for each in network.declarations.order_by("code")},
        "attachments": _attachments(network, slugs),
    }


def canonical(content: Content) -> str:
    """The one text of a content: sorted keys, no spaces, characters as they are."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(content: Content) -> str:
    """SHA-256 of the canonical text in UTF-8."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _partner(partner: Partner) -> Content:
    return {
        "name": partner.organisation.name,
        "kind": partner.organisation.kind,
        "role": partner.role,
        "tasks": partner.tasks,
        "planned_share": _text(partner.planned_share),
        "person_months": _text(partner.person_months),
        "graduates_hired": partner.graduates_hired,
        "contracts_made_permanent": partner.contracts_made_permanent,
    }


def _coverage(network: Network, slugs: dict[int, str]) -> list[Content]:
    return [
        {
            "concept": need.concept.code if need.concept else None,
            "name": need.name,
            "covers": {slugs[each.partner_id]: each.level for each in need.covers.all() if each.partner_id in slugs},
        }
        for need in network.needs.select_related("concept").prefetch_related("covers")
    ]


def _answers(network: Network, slugs: dict[int, str]) -> Content:
    """By question, then by partner; "" for an answer of the whole network."""
    found: Content = {}
    for answer in network.answers.exclude(text="").order_by("question", "pk"):
        if answer.partner_id is None or answer.partner_id in slugs:
            whose = "" if answer.partner_id is None else slugs[answer.partner_id]
            found.setdefault(answer.question, {})[whose] = answer.text
    return found


def _plan(network: Network, slugs: dict[int, str]) -> list[Content]:
    packages = network.work_packages.prefetch_related("milestones", "deliverables")
    return [
        {
            "number": package.number,
            "title": package.title,
            "aim": package.aim,
            "lead": _slug(slugs, package.lead_id),
            "starts_month": package.starts_month,
            "ends_month": package.ends_month,
            "milestones": [{"title": each.title, "month": each.month} for each in package.milestones.all()],
            "deliverables": [
                {
                    "title": each.title,
                    "description": each.description,
                    "month": each.month,
                    "responsible": _slug(slugs, each.responsible_id),
                }
                for each in package.deliverables.all()
            ],
        }
        for package in packages
    ]


def _risks(network: Network, slugs: dict[int, str]) -> list[Content]:
    return [
        {
            "title": risk.title,
            "likelihood": risk.likelihood,
            "impact": risk.impact,
            "response": risk.response,
            "owner": _slug(slugs, risk.owner_id),
        }
        for risk in network.risks.all()
    ]


def _indicators(network: Network) -> list[Content]:
    return [
        {
            "code": each.code,
            "name": each.name,
            "unit": each.unit,
            "baseline": _text(each.baseline),
            "target": _text(each.target),
        }
        for each in network.indicators.all()
    ]


def _attachments(network: Network, slugs: dict[int, str]) -> list[Content]:
    """Those that are part of the proposal now; their content stands behind the hash."""
    return [
        {
            "kind": each.kind,
            "partner": _slug(slugs, each.partner_id),
            "title": each.title,
            "name": each.name,
            "size": each.size,
            "sha256": each.sha256,
        }
        for each in network.attachments.current()
    ]


def _budget(network: Network, slugs: dict[int, str]) -> list[list[Any]]:
    """Rows of partner, work package, category, activity and amount, in one order."""
    cells = network.budget_lines.values_list("partner", "work_package__number", "category", "activity", "amount")
    rows = [[slugs[cell[0]], *cell[1:4], _text(cell[4])] for cell in cells.order_by() if cell[0] in slugs]
    return sorted(rows, key=lambda row: row[:4])


def _aid(network: Network, partners: list[Partner]) -> Content:
    budget = budget_of(network, partners)
    aids = {each.organisation.slug: budget.partners[each.pk].aid for each in partners if budget.stated}
    return {slug: str(aid) for slug, aid in aids.items() if aid}


def _slug(slugs: dict[int, str], partner: int | None) -> str | None:
    """None also for a partner that has not confirmed."""
    return slugs.get(partner) if partner is not None else None


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
