"""What the page of one network shows: where it stands, what is missing, what happened, what the reader may do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from calls.procedure import procedure_of
from district_portal.accounts.models import User
from district_portal.shared.ui import STATUS, short_day, short_moment
from enterprises.models import Competence
from projects.aid.budget import Budget
from projects.models import Decision, Network, Partner, Project
from projects.panels.activity import activity_of
from projects.panels.checklist import checklist
from projects.panels.coverage import matrix_of
from projects.panels.frame import frame
from projects.panels.outcome import Outcome, outcome_of
from projects.parties import known_of
from projects.states import NetworkState, PartnerState

LEARN_FROM = 3
ACTIVITY = 8
OVER = {NetworkState.REFUSED, NetworkState.WITHDRAWN}
REVIEW = {NetworkState.SUBMITTED, NetworkState.CHANGES_REQUESTED}

# Moves that come after the review.
SENDING = {NetworkState.SENT, NetworkState.WITHDRAWN}

Step = tuple[str, str, str]


def workspace(network: Network, user: User, now: datetime) -> dict[str, Any]:
    """Context of `projects/network_detail.html`."""
    rows = network.partners.select_related("organisation__municipality", "organisation__district")
    partners = list(rows.prefetch_related("organisation__size_declarations"))
    decisions = list(network.decisions.select_related("actor"))
    top = frame(network, user, "network_detail", now, partners)
    known = known_of([network])[network.pk]
    found = checklist(network, partners, user, now, known=known, leads=top["may_edit"])
    members = [partner for partner in partners if partner.state != PartnerState.DECLINED]
    sent = network.state == NetworkState.SENT
    outcome = outcome_of(network, user, now) if sent else None
    receipt = network.submissions.proposals().standing().first() if sent else None
    steps = _steps(network, members, decisions, outcome)
    budget = known.budget or Budget()
    projects = Project.objects.visible_to(user)
    return {
        **top,
        "partners": partners,
        "rows": [(partner, budget.partners.get(partner.pk)) for partner in partners],
        "steps": steps,
        "step": next((number for number, (state, _title, _detail) in enumerate(steps, 1) if state == "now"), None),
        "last_reason": _last_reason(network, decisions),
        "outcome": outcome,
        "receipt": receipt,
        "checklist": found,
        "show_checks": network.state not in OVER,
        "ready": found.ready,
        "offers": [] if known.needs else _offers(members, user),
        "activity": activity_of(network, partners, decisions, limit=ACTIVITY),
        "matrix": matrix_of(network, members, known.needs),
        "budget": budget,
        "learn_from": projects.filter(district=network.district).order_by("acronym", "pk")[:LEARN_FROM],
    }


def _steps(network: Network, members: list[Partner], decisions: list[Decision], outcome: Outcome | None) -> list[Step]:
    """The way of a network; at most one step is "now"."""
    lead = next((partner for partner in members if partner.role == Partner.Role.LEAD), None)
    confirmed = sum(partner.state == PartnerState.ACCEPTED for partner in members)
    asked = len(members) > 1
    reviewed = procedure_of(network.call).review
    return [
        (
            "done",
            _("Idea and lead partner"),
            f"{short_day(network.created_at)}, {lead.organisation.name}" if lead else "",
        ),
        (
            "now" if network.state == NetworkState.FORMING else "done" if asked else "",
            _("Partners invited"),
            _("%(confirmed)s of %(all)s confirmed") % {"confirmed": confirmed, "all": len(members)},
        ),
        *([(_review_state(network), _("Facilitator review"), _review_words(network, decisions))] if reviewed else []),
        (_sending_state(network), _("Sent to the Region"), _sent_words(network, decisions)),
        _decision_step(network, outcome),
    ]


def _decision_step(network: Network, outcome: Outcome | None) -> Step:
    title, words = _("Assessment and decision"), str(STATUS[outcome.status].label) if outcome else ""
    if network.state != NetworkState.SENT:
        return "", title, ""
    return "done" if outcome and outcome.decided else "now", title, words


def _review_state(network: Network) -> str:
    if network.state in REVIEW:
        return "now"
    return "done" if network.state in {NetworkState.APPROVED, NetworkState.REFUSED, NetworkState.SENT} else ""


def _sending_state(network: Network) -> str:
    return {NetworkState.APPROVED: "now", NetworkState.SENT: "done"}.get(NetworkState(network.state), "")


def _review_words(network: Network, decisions: list[Decision]) -> str:
    last = next((each for each in decisions if each.to_state not in SENDING), None)
    if last is None or last.to_state not in {*REVIEW, NetworkState.APPROVED, NetworkState.REFUSED}:
        return ""  # taken back, or withdrawn after that
    words = {
        NetworkState.SUBMITTED: _("since %(day)s"),
        NetworkState.CHANGES_REQUESTED: _("changes requested on %(day)s, reply by %(reply_by)s")
        if last.reply_by
        else _("changes requested on %(day)s"),
        NetworkState.APPROVED: _("approved on %(day)s"),
        NetworkState.REFUSED: _("refused on %(day)s"),
    }
    return words[NetworkState(last.to_state)] % {"day": short_day(last.at), "reply_by": short_day(last.reply_by)}


def _sent_words(network: Network, decisions: list[Decision]) -> str:
    if network.state == NetworkState.SENT:
        return _("sent on %(day)s") % {"day": short_day(decisions[0].at)} if decisions else ""
    closes = network.call.closes_at
    return _("by %(moment)s") % {"moment": short_moment(closes)} if closes else ""


def _last_reason(network: Network, decisions: list[Decision]) -> dict[str, str] | None:
    """The last decision of a facilitator that carries a reason, until the network is submitted again."""
    words = {
        NetworkState.APPROVED: ("ok", _("%(who)s approved the network on %(day)s:")),
        NetworkState.CHANGES_REQUESTED: ("soon", _("%(who)s asked for changes on %(day)s:")),
        NetworkState.REFUSED: ("late", _("%(who)s refused the network on %(day)s:")),
        NetworkState.WITHDRAWN: ("", _("%(who)s withdrew the network on %(day)s:")),
    }
    last = next((decision for decision in decisions if decision.to_state in words), None)
    if last is None or not last.reason:
        return None
    kind, title = words[NetworkState(last.to_state)]
    kind = kind if network.state == last.to_state else ""
    return {
        "kind": kind,
        "title": title % {"who": last.actor, "day": short_day(last.at)},
        "text": f"“{last.reason}”" + _reply(last),
    }


def _reply(decision: Decision) -> str:
    return " " + _("Reply by %(day)s.") % {"day": short_day(decision.reply_by)} if decision.reply_by else ""


def _offers(members: list[Partner], user: User) -> list[tuple[Any, list[str]]]:
    """What the members offer, as far as the reader may see it: concept and names of the organisations."""
    names = {partner.organisation_id: partner.organisation.name for partner in members}
    competences = (
        Competence.objects.visible_to(user)
        .filter(organisation__in=names, direction=Competence.Direction.OFFERS)
        .select_related("concept")
        .order_by("concept__code", "pk")
    )
    found: dict[Any, list[str]] = {}
    for competence in competences:
        found.setdefault(competence.concept, []).append(names[competence.organisation_id])
    return list(found.items())
