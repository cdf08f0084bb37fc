"""What a ranking is computed from: read from the rows as they are now, or rebuilt from the decision journal alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from assessment.models import Assessment, JournalEntry, Ranking
from assessment.rules.ranking import GONE, Candidate, Exclusion, Inputs, from_json
from assessment.states import REJECTIONS, AssessmentState
from calls.models import Call
from calls.procedure import criteria_of, procedure_of
from calls.states import CallState

S = AssessmentState
PENDING = {S.RECEIVED, S.INTEGRATION, S.REJECTION_ANNOUNCED, S.ADMITTED}
"""What has to be decided before a ranking can be made."""
STANDING = {S.FUNDED, *GONE}


def in_selection(call: Call) -> bool:
    """Whether the panel and a first ranking have something to do.

    A call can be moved on to "ranked" by itself, for calls that are assessed elsewhere; its ranking can still be made.
    """
    if call.state == CallState.RANKED:
        return not Ranking.objects.public().filter(call=call).exists()
    return bool(call.state == CallState.IN_ASSESSMENT)


def first_inputs(call: Call, budget: Decimal) -> Inputs:
    """Of the first ranking: all evaluated proposals, and those that were rejected before. Three queries."""
    priorities = procedure_of(call).priorities
    rows = Assessment.objects.filter(network__call=call, state=S.EVALUATED).order_by()
    values = rows.values_list("network", "score", "priorities", "received_at", "submission__number", "grant")
    return Inputs(
        call=call.slug,
        budget=budget,
        threshold=criteria_of(call).threshold,
        priorities=priorities,
        candidates=tuple(
            Candidate(str(network), score, _chosen(found, priorities), received_at, receipt, grant)
            for network, score, found, received_at, receipt, grant in values
        ),
        exclusions=tuple(_exclusions(call)),
    )


def later_inputs(published: Ranking, budget: Decimal) -> Inputs:
    """Of later funding (*scorrimento*): what the published ranking was made from, with what each proposal has now."""
    call = published.call
    rows = Assessment.objects.filter(network__call=call).order_by()
    now = {str(network): state for network, state in rows.values_list("network", "state")}
    return again(from_json(published.inputs), now, budget, published.digest)


def again(before: Inputs, now: dict[str, str], budget: Decimal, previous: str) -> Inputs:
    """The same proposals with what each of them has now: state by network."""
    candidates = tuple(
        replace(each, standing=now[each.network] if now[each.network] in STANDING else "") for each in before.candidates
    )
    return replace(before, budget=budget, candidates=candidates, previous=previous)


def _chosen(found: dict[str, str], priorities: tuple[str, ...]) -> dict[str, Decimal]:
    return {code: Decimal(found[code]) for code in priorities if code in found}


def _exclusions(call: Call) -> Iterator[Exclusion]:
    """With the reason of the decision, or the wording for publication that came after it."""
    rows = (
        JournalEntry.objects.filter(call=call, to_state__in=REJECTIONS, assessment__state__in=REJECTIONS)
        .order_by("assessment_id", "-pk")
        .distinct("assessment_id")
    )
    for network, state, reason in rows.values_list("assessment__network", "to_state", "reason"):
        yield Exclusion(str(network), state, reason)


# --- From the journal alone ------------------------------------------------------------------------------------------


class Replay:
    """The journal of a call, played again up to an entry: the state of each proposal and what it was closed with."""

    def __init__(self, call: Call, until: int) -> None:
        """`until`: id of the entry that counts no more."""
        self.call = call
        self.states: dict[str, str] = {}
        self.closed: dict[str, dict[str, Any]] = {}
        self.reasons: dict[str, str] = {}
        entries = JournalEntry.objects.filter(call=call, pk__lt=until, assessment__isnull=False).exclude(to_state="")
        rows = entries.order_by("pk").values_list("assessment__network", "to_state", "reason", "data")
        for key, state, reason, data in rows:
            network = str(key)
            self.states[network], self.reasons[network] = state, reason
            if state == S.EVALUATED:
                self.closed[network] = data
            elif state == S.ADMITTED:
                self.closed.pop(network, None)

    def first(self, data: dict[str, Any]) -> Inputs:
        """`data`: of the entry that says how the ranking was made."""
        priorities = tuple(data["priorities"])
        evaluated = [network for network, state in self.states.items() if state == S.EVALUATED]
        return Inputs(
            call=data.get("call_name", self.call.slug),
            budget=Decimal(data["budget"]),
            threshold=data["threshold"],
            priorities=priorities,
            candidates=tuple(_replayed(network, self.closed[network], priorities) for network in evaluated),
            exclusions=tuple(
                Exclusion(network, state, self.reasons[network])
                for network, state in self.states.items()
                if state in REJECTIONS
            ),
        )


def _replayed(network: str, data: dict[str, Any], priorities: tuple[str, ...]) -> Candidate:
    return Candidate(
        network=network,
        score=Decimal(data["score"]),
        priorities=_chosen(data["priorities"], priorities),
        sent_at=datetime.fromisoformat(data["sent_at"]),
        receipt=data["receipt"],
        grant=Decimal(data["grant"]),
    )
