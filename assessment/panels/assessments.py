"""What the pages of the Region show about a call's selection, and about one proposal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from assessment.models import AdmissibilityCheck, AnnouncedRejection, Assessment, Assignment, JournalEntry
from assessment.operations.admissibility import formal_is_done, lines_of, was_integrated
from assessment.operations.assignment import standing_with_ties
from assessment.operations.rejections import may_decide, target_of
from assessment.panels.frame import proposal_frame
from assessment.states import AssessmentState
from calls.models import Call
from calls.procedure import admissibility_of, criteria_of, procedure_of
from calls.states import CallState
from district_portal.accounts.models import User
from projects.models import IntegrationRound, Protocol

S = AssessmentState
GROUPS: list[tuple[str | Promise, set[AssessmentState]]] = [
    (_("To check"), {S.RECEIVED}),
    (_("Waiting for the network"), {S.INTEGRATION, S.REJECTION_ANNOUNCED}),
    (_("In evaluation"), {S.ADMITTED}),
    (_("Evaluated"), {S.EVALUATED, S.FUNDED, S.NOT_FUNDED}),
    (_("Rejected or withdrawn"), {S.EXCLUDED, S.NOT_ADMISSIBLE, S.WAIVED, S.WITHDRAWN}),
]

# What each kind of entry in the journal says; `ranking` adds its own.
KINDS: dict[str, str | Promise] = {
    "receive": _("Received"),
    "move": _("New state"),
    "check": _("Line checked"),
    "answer_rejection": _("The network answered the announced rejection"),
    "assign": _("Evaluator assigned"),
    "assign_all": _("Evaluators assigned for the whole call"),
    "revoke": _("Assignment taken back"),
    "remind": _("Evaluator reminded"),
    "declare": _("Conflict of interest declared, or none"),
    "score": _("Scores handed in"),
    "consensus": _("Points of the panel saved"),
    "reword": _("Reason worded for publication"),
    "project_made": _("Project made"),
}


# What a selection waits for, the first that there is anything of: words for one and for many, and the way there.
STEPS: dict[str, tuple[Promise, str, str, str | Promise]] = {
    "check": (
        ngettext_lazy("%(count)s proposal waits for its admissibility checks.",
                      "%(count)s proposals wait for their admissibility checks.", "count"),
        "call", "?state=received", _("See what is to check"),
    ),
    "assign": (
        ngettext_lazy("%(count)s admitted proposal has too few evaluators.",
                      "%(count)s admitted proposals have too few evaluators.", "count"),
        "evaluators", "", _("Assign evaluators"),
    ),
    "network": (
        ngettext_lazy("%(count)s proposal waits for an answer of its network.",
                      "%(count)s proposals wait for an answer of their networks.", "count"),
        "call", "?state=integration&state=rejection_announced", _("See the proposals that wait"),
    ),
    "scores": (
        ngettext_lazy("%(count)s proposal waits for scores of its evaluators.",
                      "%(count)s proposals wait for scores of their evaluators.", "count"),
        "call", "?todo=scores", _("See which scores are missing"),
    ),
    "panel": (
        ngettext_lazy("%(count)s proposal has all its scores: the panel can agree on its points.",
                      "%(count)s proposals have all their scores: the panel can agree on their points.", "count"),
        "panel", "", _("Go to the panel"),
    ),
    "rank": (
        ngettext_lazy("%(count)s proposal is evaluated, nothing else waits: the ranking can be drafted.",
                      "%(count)s proposals are evaluated, nothing else waits: the ranking can be drafted.", "count"),
        "ranking", "", _("Go to the ranking"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class CallInSelection:
    call: Call
    total: int
    groups: list[tuple[str | Promise, int]]


def calls_in_selection(user: User) -> list[CallInSelection]:
    """Calls with proposals that the person may read, the latest deadline first; in two queries."""
    counts: dict[int, dict[str, int]] = {}
    rows = Assessment.objects.visible_to(user).order_by().values_list("network__call", "state")
    for call, state, number in rows.annotate(n=Count("pk")):
        counts.setdefault(call, {})[state] = number
    calls = Call.objects.filter(pk__in=counts).defer("search_it", "search_en").order_by("-closes_at", "pk")
    return [
        CallInSelection(
            call,
            sum(counts[call.pk].values()),
            [(label, sum(counts[call.pk].get(state, 0) for state in states)) for label, states in GROUPS],
        )
        for call in calls
    ]


def progress_of(call: Call) -> dict[str, int]:
    """How many checks and evaluators each proposal has to have."""
    return {"checks": len(admissibility_of(call)), "evaluators": procedure_of(call).evaluators}


def next_step(call: Call, now: datetime) -> dict[str, Any] | None:
    """What the selection of a call waits for now, with the way there; in one query. None once nothing does."""
    over = call.closes_at is not None and call.closes_at <= now
    if call.state == CallState.PUBLISHED and over:
        return {
            "text": _(
                "The deadline has passed, and the call still shows as published. Start the assessment: its deadline "
                "cannot be moved any more. Then come the checks, the evaluators, the panel and the ranking."
            ),
            "url": reverse("publishing:assessment", args=[call.slug]),
            "action": _("Start the assessment"),
        }
    if call.state != CallState.IN_ASSESSMENT:
        return None
    rows = Assessment.objects.filter(network__call=call).with_progress().order_by()
    # The plugin of django-stubs does not know the annotations of `with_progress`.
    states = list(rows.values_list("state", "evaluators_standing", "evaluators_done"))  # type: ignore[misc]
    wanted = procedure_of(call).evaluators
    number = Counter(_waits_for(state, standing, done, wanted) for state, standing, done in states)
    for key, (text, route, query, action) in STEPS.items():
        if number[key]:
            url = reverse(f"assessment:{route}", args=[call.slug]) + query
            return {"text": text % {"count": number[key]}, "url": url, "action": action}
    return None


def _waits_for(state: str, standing: int, done: int, wanted: int) -> str:
    if state == S.ADMITTED:
        return "assign" if standing < wanted else "scores" if done < standing else "panel"
    return {S.RECEIVED: "check", S.INTEGRATION: "network", S.REJECTION_ANNOUNCED: "network", S.EVALUATED: "rank"}.get(
        S(state), ""
    )


def proposal_page(assessment: Assessment, user: User, now: datetime) -> dict[str, Any]:
    """Context of `assessment/assessment_proposal.html`."""
    lines = lines_of(assessment)
    announced = AnnouncedRejection.objects.filter(assessment=assessment).select_related("answered_by").first()
    return {
        **proposal_frame(assessment, user, "proposal"),
        "now": now,
        "lines": lines,
        "checks_done": sum(check is not None for _item, check in lines),
        "announced": announced,
        "integration": integration_of(assessment),
        "protocol": Protocol.objects.filter(submission__network=assessment.network_id).first(),
        "assignments": assignments_of(assessment, user),
        "grid": criteria_of(assessment.network.call),
        "journal": journal_of(assessment),
        "steps": next_steps(assessment, announced, now),
    }


def next_steps(assessment: Assessment, announced: AnnouncedRejection | None, now: datetime) -> dict[str, Any]:
    """What whoever runs the selection can do now, by state and by what was found; never by who they are."""
    lines = lines_of(assessment)
    findings = [check.finding if check else None for _item, check in lines]
    checking = assessment.state in (S.RECEIVED, S.REJECTION_ANNOUNCED)
    announces = procedure_of(assessment.network.call).objection_days is not None
    target = target_of(assessment) if checking else None
    waits = announced is not None and not may_decide(announced, now)
    open_call = assessment.network.call.closes_at is None or assessment.network.call.closes_at > now
    received = assessment.state == S.RECEIVED
    return {
        "call_is_open": open_call,
        "check": checking and not open_call,
        "substantive": formal_is_done(assessment),
        "admit": checking and all(finding == "met" for finding in findings) and not open_call,
        "integrate": received and "curable" in findings and not was_integrated(assessment) and not open_call,
        "announce": received and announces and target is not None and not open_call,
        "reject": target is not None and not open_call and (not announces if received else not waits),
        "target": target,
        "waits": waits,
    }


@dataclass(frozen=True)
class Assigned:
    row: Assignment
    tie: Any
    """A tie that has become known since."""
    points: list[tuple[str, Any]]
    total: Any


def assignments_of(assessment: Assessment, user: User) -> list[Assigned]:
    """Every assignment with the points that were handed in: the Region reads names.

    Whoever evaluates the proposal too reads no points before they have handed in their own.
    """
    grid = criteria_of(assessment.network.call)
    own = assessment.assignments.standing().filter(evaluator=user, submitted_at=None).exists()
    ties = standing_with_ties(assessment)
    rows = assessment.assignments.select_related("evaluator", "assigned_by").prefetch_related("scores")
    codes = [criterion.code for criterion in grid.criteria]
    return [_assigned(row, ties.get(row.pk), codes, hidden=own) for row in rows]


def _assigned(row: Assignment, tie: Any, codes: Iterable[str], *, hidden: bool) -> Assigned:
    if row.submitted_at is None or hidden:
        return Assigned(row, tie, [], None)
    given = {score.criterion: score for score in row.scores.all()}
    points = [(code, given.get(code)) for code in codes]
    return Assigned(row, tie, points, sum(score.points for score in given.values() if score.points is not None))


def integration_of(assessment: Assessment) -> IntegrationRound | None:
    rounds = IntegrationRound.objects.filter(submission__network=assessment.network_id)
    return rounds.select_related("asked_by", "answer").first()


def journal_of(assessment: Assessment) -> list[dict[str, Any]]:
    """Newest first, with words for each kind; entries that a later version writes keep their name."""
    entries = JournalEntry.objects.filter(assessment=assessment).select_related("actor").order_by("-pk")
    return [
        {
            "entry": entry,
            "words": KINDS.get(entry.kind, entry.kind),
            "state": _outcome(entry),
        }
        for entry in entries
    ]


def _outcome(entry: JournalEntry) -> str | Promise:
    """What an entry led to: a state, or what was found on a line."""
    if entry.kind == "check":
        return AdmissibilityCheck.Finding(entry.data["finding"]).label
    return AssessmentState(entry.to_state).label if entry.kind == "move" else ""
