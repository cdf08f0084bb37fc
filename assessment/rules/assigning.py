"""Who evaluates what: a fair and repeatable proposal for a whole call. Knows no database."""

from __future__ import annotations

import hashlib
import heapq
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """A proposal that needs `needed` more evaluators; `taken` have it already, or had it."""

    key: int
    needed: int
    concepts: frozenset[str]
    """Codes of the competences that it needs."""
    taken: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Able:
    """An evaluator: what they know, how many proposals they take on at once, and how many wait for them now."""

    key: int
    concepts: frozenset[str]
    capacity: int
    load: int = 0


@dataclass(frozen=True)
class Choice:
    """One assignment and why: the competences that are known, and the evaluator's load before it."""

    proposal: int
    evaluator: int
    known: tuple[str, ...]
    load: int


@dataclass(frozen=True)
class Plan:
    choices: tuple[Choice, ...]
    short: Mapping[int, int]
    """Proposals for which evaluators are missing, and how many."""
    fair: int
    """The share of each evaluator if all had the same number."""

    @property
    def digest(self) -> str:
        """SHA-256 of who gets what: tells whether a plan that was looked at is still the same."""
        pairs = [[choice.proposal, choice.evaluator] for choice in self.choices]
        return hashlib.sha256(json.dumps(pairs).encode()).hexdigest()


def assign(wanted: Sequence[Wanted], able: Sequence[Able], barred: Collection[tuple[int, int]]) -> Plan:
    """Evaluators for every proposal; `barred` are pairs of proposal and evaluator that have a tie.

    Nobody gets more than their capacity. Proposals with the fewest possible evaluators come first, so that others do
    not use them up. Among those who may, first come evaluators within the fair share, then those who know at least one
    competence that the proposal needs, then the smallest load, then the most competences known, then the lowest key.
    The same input gives the same plan, whatever its order.
    """
    barred = barred if isinstance(barred, set | frozenset) else set(barred)
    load = {each.key: each.load for each in able}
    people = sorted(able, key=lambda each: each.key)
    total = sum(each.needed for each in wanted) + sum(load.values())
    fair = -(-total // len(people)) if people else 0
    excluded: dict[int, set[int]] = {}
    for proposal, evaluator in barred:
        excluded.setdefault(proposal, set()).add(evaluator)
    order = sorted(wanted, key=lambda each: (-len(excluded.get(each.key, ())) - len(each.taken), each.key))
    choices: list[Choice] = []
    short: dict[int, int] = {}
    for proposal in order:
        away = excluded.get(proposal.key, set()) | proposal.taken
        ranked = (
            (load[each.key] >= fair, not known, load[each.key], -known, each.key)
            for each in people
            if each.key not in away and load[each.key] < each.capacity
            for known in (len(each.concepts & proposal.concepts),)
        )
        best = heapq.nsmallest(proposal.needed, ranked)
        choices += [Choice(proposal.key, key, (), before) for _over, _none, before, _known, key in best]
        for _over, _none, _before, _known, key in best:
            load[key] += 1
        if len(best) < proposal.needed:
            short[proposal.key] = proposal.needed - len(best)
    return Plan(_explained(choices, wanted, able), short, fair)


def _explained(choices: list[Choice], wanted: Sequence[Wanted], able: Sequence[Able]) -> tuple[Choice, ...]:
    needs = {each.key: each.concepts for each in wanted}
    knows = {each.key: each.concepts for each in able}
    found = (
        Choice(each.proposal, each.evaluator, tuple(sorted(needs[each.proposal] & knows[each.evaluator])), each.load)
        for each in choices
    )
    return tuple(sorted(found, key=lambda each: (each.proposal, each.evaluator)))
