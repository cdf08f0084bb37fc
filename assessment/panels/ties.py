"""Evaluators as candidates for one proposal, and a plan for a whole call, in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from assessment.models import Assessment, Assignment
from assessment.operations.assignment import Planned, able_of, candidates_for, evaluators_of
from assessment.states import AssessmentState
from calls.models import Call
from calls.procedure import procedure_of
from district_portal.accounts.models import User
from district_portal.shared.ui import localised
from enterprises.models import Concept

SHOWN = 50


def candidates(assessment: Assessment) -> dict[str, Any]:
    """Who can evaluate a proposal, in the order in which they fit, and who cannot, with the reason."""
    found = candidates_for(assessment)
    names = names_of({code for each in found for code in each.known})
    rows = [(each, [names[code] for code in each.known if code in names]) for each in found]
    return {
        "free": [row for row in rows if not row[0].ties],
        "barred": [row for row in rows if row[0].ties],
    }


def names_of(codes: set[str]) -> dict[str, str]:
    concepts = Concept.objects.filter(scheme=Concept.Scheme.COMPETENCE, code__in=codes)
    return {concept.code: localised(concept, "name") for concept in concepts}


@dataclass(frozen=True)
class Row:
    """One evaluator in a call: what they know, what waits for them (in all calls), and what they did in this one."""

    user: User
    expertise: list[str]
    capacity: int
    load: int
    done: int
    assigned: int


def evaluators_page(call: Call) -> list[Row]:
    """Every evaluator of the region; a fixed number of queries."""
    users = list(evaluators_of(call))
    able = {each.key: each for each in able_of([user.pk for user in users])}
    names = names_of({code for each in able.values() for code in each.concepts})
    rows = Assignment.objects.standing().filter(assessment__network__call=call).order_by()
    assigned: Counter[int] = Counter()
    done: Counter[int] = Counter()
    for user, submitted in rows.values_list("evaluator", "submitted_at"):
        assigned[user] += 1
        done[user] += submitted is not None
    return [
        Row(
            user,
            sorted(names[code] for code in able[user.pk].concepts if code in names),
            able[user.pk].capacity,
            able[user.pk].load,
            done[user.pk],
            assigned[user.pk],
        )
        for user in users
    ]


@dataclass(frozen=True)
class Shortage:
    """What the evaluators of a region lack for a call: never because of ties, which the plan shows."""

    people: int
    """Evaluators that there are fewer than each proposal has to have."""
    wanted: int
    """Assignments still to be made for proposals in evaluation."""
    free: int
    """What all evaluators can take on beside what waits for them."""
    unknown: int
    """Evaluators who have not said what they know."""

    @property
    def too_little(self) -> bool:
        return self.free < self.wanted


def shortage(call: Call, evaluators: list[Row]) -> Shortage:
    """In three queries."""
    each = procedure_of(call).evaluators
    rows = Assessment.objects.filter(network__call=call, state=AssessmentState.ADMITTED).order_by()
    standing = Assignment.objects.standing().filter(assessment__in=rows.values("pk")).order_by()
    has = Counter(standing.values_list("assessment", flat=True))
    return Shortage(
        people=max(each - len(evaluators), 0),
        wanted=sum(max(each - has[pk], 0) for pk in rows.values_list("pk", flat=True)),
        free=sum(max(row.capacity - row.load, 0) for row in evaluators),
        unknown=sum(not row.expertise for row in evaluators),
    )


def plan_page(call: Call, planned: Planned) -> dict[str, Any]:
    """A plan in words: how many each evaluator gets, why (the first fifty), and what cannot be filled."""
    plan = planned.plan
    each = Counter(choice.evaluator for choice in plan.choices)
    people = {user.pk: user for user in User.objects.filter(pk__in=[able.key for able in planned.able])}
    shown = plan.choices[:SHOWN]
    these = {choice.proposal for choice in shown} | set(list(plan.short)[:SHOWN])
    titles = dict(Assessment.objects.filter(pk__in=these).values_list("pk", "network__title"))
    names = names_of({code for choice in shown for code in choice.known})
    return {
        "planned": planned,
        "plan": plan,
        "evaluators_each": procedure_of(call).evaluators,
        "loads": [(people[able.key], able.load, each[able.key], able.capacity) for able in planned.able],
        "choices": [
            (
                titles[choice.proposal],
                people[choice.evaluator],
                [names[code] for code in choice.known if code in names],
                choice.load,
            )
            for choice in shown
        ],
        "more": max(len(plan.choices) - SHOWN, 0),
        "short": [(titles[key], number) for key, number in list(plan.short.items())[:SHOWN]],
        "short_total": len(plan.short),
    }
