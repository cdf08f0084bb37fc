"""What the page "Sign-off" shows: who has signed off what, what was sent, what the Region asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from calls.procedure import procedure_of
from calls.rules.words import CostCategory
from calls.states import CallState
from district_portal.accounts.models import User
from enterprises.models import Membership
from projects.content import digest, snapshot
from projects.models import IntegrationRound, Network, Partner, ProposalVersion, SignOff, Submission
from projects.operations.sending import WITHDRAWABLE
from projects.operations.signing import can_be_signed, open_round, who_signs
from projects.panels.checklist import checklist
from projects.panels.frame import frame
from projects.permissions import can_lead_network, works_for_region_of
from projects.section_titles import titles_of
from projects.states import EDITABLE, NetworkState

# Checks that the page says in its own words.
SAID = {"sign_offs", "approval", "call"}


@dataclass(frozen=True)
class Row:
    """A partner, with its last sign-off and what became of it."""

    partner: Partner
    last: SignOff | None
    status: str
    section: str
    """Where the change was made that voided it."""
    may_sign: bool
    may_withdraw: bool


@dataclass(frozen=True)
class Sent:
    submission: Submission
    status: str


def sending(network: Network, user: User, now: datetime) -> dict[str, Any]:
    """Context of `projects/sending.html`."""
    context = frame(network, user, "sending", now)
    integration = open_round(network)
    current = digest(snapshot(network))
    rows = _rows(network, user, current, integration)
    sent = [Sent(each, _sent_status(each)) for each in _submissions(network)]
    proposals = [each.submission for each in sent if each.submission.kind == Submission.Kind.PROPOSAL]
    proposal = next((each for each in proposals if _counts(each)), None)
    signed = sum(row.status == "signoff:signed" for row in rows)
    needed = sum(row.status != "signoff:not_needed" for row in rows)
    leads, call = can_lead_network(user, network), network.call
    context |= {
        "rows": rows,
        "signed": signed,
        "needed": needed,
        "digest": current,
        "can_be_signed": can_be_signed(network),
        "may_ask": leads and can_be_signed(network) and signed < needed,
        "sent": sent,
        "proposal": proposal,
        "review": procedure_of(call).review,
        "hand_over": procedure_of(call).channel == "hand_over",
        "cancelled": call.state == CallState.CANCELLED,
        "is_open": call.is_open_at(now),
        "leads": leads,
        "may_withdraw_submission": leads and proposal is not None and call.state in WITHDRAWABLE,
    }
    context |= _to_send(network, user, leads, signed == needed, now)
    return context | _integration(network, integration, current, now)


def receipt(submission: Submission, user: User, now: datetime) -> dict[str, Any]:
    """Context of `projects/receipt.html`."""
    network = submission.network
    signed = SignOff.objects.filter(version=submission.version_id, digest=submission.digest)
    protocol = getattr(submission, "protocol", None)
    staff = works_for_region_of(user, network)
    counts = _counts(submission) and submission.kind == Submission.Kind.PROPOSAL
    may_record = counts and _hand_over(network) and (staff or (protocol is None and can_lead_network(user, network)))
    return frame(network, user, "sending", now) | {
        "submission": submission,
        "status": _sent_status(submission),
        "withdrawal": getattr(submission, "withdrawal", None),
        "protocol": protocol,
        "may_record": may_record,
        "hand_over": _hand_over(network),
        "signed": signed.select_related("partner__organisation", "signed_by").order_by("signed_at", "pk"),
        "papers": network.papers.filter(about=str(submission.pk), kind__in=["receipt", "sent_proposal", "package"]),
    }


def to_sign(partner: Partner, version: ProposalVersion, user: User, now: datetime) -> dict[str, Any]:
    """Context of `projects/sign_off.html`: what the partner commits itself to, from the version itself."""
    content, slug = version.content, partner.organisation.slug
    costs: dict[str, Decimal] = {}
    for whose, _package, category, _activity, amount in content["budget"]:
        if whose == slug:
            label = str(CostCategory(category).label) if category in CostCategory.values else category
            costs[label] = costs.get(label, Decimal(0)) + Decimal(amount)
    return frame(partner.network, user, "sending", now) | {
        "partner": partner,
        "version": version,
        "own": content["partners"].get(slug, {}),
        "costs": list(costs.items()),
        "aid": Decimal(content["aid"][slug]) if slug in content.get("aid", {}) else None,
        "cost": sum(costs.values(), Decimal(0)),
        "whole": sum((Decimal(row[4]) for row in content["budget"]), Decimal(0)),
    }


def _rows(network: Network, user: User, current: str, integration: IntegrationRound | None) -> list[Row]:
    last: dict[int, SignOff] = {}
    history = network.sign_offs.select_related("version", "signed_by", "voided_by").order_by("signed_at", "pk")
    for each in history:
        last[each.partner_id] = each
    sections = titles_of(network, {each.voided_by_section for each in last.values() if each.voided_by_section})
    owned = set(Membership.objects.current().owners().filter(user=user).values_list("organisation", flat=True))
    needed = set(who_signs(network, integration).values_list("pk", flat=True))
    signable = can_be_signed(network)
    rows = []
    for partner in network.partners.accepted().select_related("organisation"):
        sign_off = last.get(partner.pk)
        status = _status(partner, sign_off, current, needed)
        mine = signable and partner.organisation_id in owned
        rows.append(
            Row(
                partner,
                sign_off,
                status,
                sections.get(sign_off.voided_by_section, "") if sign_off else "",
                may_sign=mine and status not in ("signoff:signed", "signoff:not_needed"),
                may_withdraw=mine and status == "signoff:signed",
            )
        )
    return rows


def _status(partner: Partner, last: SignOff | None, current: str, needed: set[int]) -> str:
    if last is not None and last.voided_at is None and last.digest == current:
        return "signoff:signed"
    if partner.pk not in needed:
        return "signoff:not_needed"
    if last is None:
        return "signoff:missing"
    withdrawn = last.voided_at is not None and not last.voided_by_section and last.voided_by_id == last.signed_by_id
    return "signoff:withdrawn" if withdrawn else "signoff:voided"


def _submissions(network: Network) -> list[Submission]:
    rows = network.submissions.select_related("sent_by", "version", "withdrawal__withdrawn_by", "protocol")
    return list(rows.defer("content", "version__content").order_by("-pk"))


def _counts(submission: Submission) -> bool:
    return getattr(submission, "withdrawal", None) is None


def _sent_status(submission: Submission) -> str:
    return "submission:counts" if _counts(submission) else "submission:withdrawn"


def _to_send(network: Network, user: User, leads: bool, all_signed: bool, now: datetime) -> dict[str, Any]:
    """What is missing before the lead can send, while it can be sent or still be changed."""
    review = procedure_of(network.call).review
    ready_state = network.state == (NetworkState.APPROVED if review else NetworkState.FORMING)
    if not (ready_state or network.state in EDITABLE):
        return {"to_send": [], "may_send": False, "ready_state": False}
    partners = list(network.partners.select_related("organisation__municipality", "organisation__district"))
    found = checklist(network, partners, user, now, stage="sending")
    blocking = [line for line in found.blocking if line.check.key not in SAID]
    return {
        "to_send": blocking,
        "ready_state": ready_state,
        "may_send": leads and ready_state,
        "ready": ready_state and not blocking and all_signed,
    }


def _integration(network: Network, integration: IntegrationRound | None, current: str, now: datetime) -> dict[str, Any]:
    asked = IntegrationRound.objects.filter(submission__network=network).select_related("submission", "answer").last()
    if asked is None:
        return {"asked": None}
    return {
        "asked": asked,
        "asked_open": integration is not None,
        "asked_changed": asked.submission.digest != current,
        "asked_sections": list(titles_of(network, asked.sections).values()),
        "time_left": time_left(asked.due_at, now) if integration else None,
    }


def time_left(moment: datetime, now: datetime) -> dict[str, int]:
    """Whole days, hours and minutes until the moment."""
    left = max(moment - now, timedelta(0))
    return {"days": left.days, "hours": left.seconds // 3600, "minutes": left.seconds // 60 % 60}


def _hand_over(network: Network) -> bool:
    return procedure_of(network.call).channel == "hand_over"
