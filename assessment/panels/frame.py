"""What stands on top of the pages of one call's selection, and of one proposal in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessment import permissions
from assessment.models import Assessment
from calls.models import Call
from district_portal.accounts.models import User


@dataclass(frozen=True)
class Tab:
    name: str
    """Of the route, without its namespace."""
    label: str | Promise


CALL_TABS = [
    Tab("call", _("Proposals")),
    Tab("evaluators", _("Evaluators")),
    Tab("panel", _("Panel")),
    Tab("panel_calibration", _("Calibration")),
    Tab("ranking", _("Ranking")),
]
PROPOSAL_TABS = [
    Tab("proposal", _("Overview")),
    Tab("reading", _("Proposal as sent")),
    Tab("checks", _("Admissibility")),
    Tab("candidates", _("Evaluators")),
]


def call_frame(call: Call, user: User, tab: str) -> dict[str, Any]:
    """Context of `assessment/assessment_call_base.html`."""
    reads = permissions.can_read_selection(user, call)
    return {
        "call": call,
        "home": reverse("assessment:overview" if reads else "assessment:evaluations"),
        "home_label": _("Assessment") if reads else _("My evaluations"),
        "start": reverse("assessment:call" if reads else "assessment:panel", args=[call.slug]),
        "tabs": _tabs(_seen_by(user, call), tab, [call.slug]),
        "may_run": permissions.can_run_selection(user, call),
    }


def _seen_by(user: User, call: Call) -> list[Tab]:
    """Members of the panel see the panel; its chair, how evaluators score."""
    if permissions.can_read_selection(user, call):
        return CALL_TABS
    chairs = permissions.can_read_calibration(user, call)
    return [tab for tab in CALL_TABS if tab.name == "panel" or (chairs and tab.name == "panel_calibration")]


def proposal_frame(assessment: Assessment, user: User, tab: str) -> dict[str, Any]:
    """Context of `assessment/assessment_proposal_base.html`; the assessment came with its network and call."""
    network, call = assessment.network, assessment.network.call
    runs = permissions.can_run_assessment(user, assessment)
    near = runs and permissions.has_taken_part(user, network)
    return {
        "assessment": assessment,
        "network": network,
        "call": call,
        "submission": assessment.submission,
        "tabs": _tabs(PROPOSAL_TABS, tab, [call.slug, network.pk]),
        "may_run": runs and not near,
        "too_close": near,
    }


def _tabs(tabs: list[Tab], here: str, args: list[Any]) -> list[dict[str, Any]]:
    return [
        {"label": each.label, "url": reverse(f"assessment:{each.name}", args=args), "here": each.name == here}
        for each in tabs
    ]
