"""What a call's rules say about writing, sending and selecting proposals, in the reader's language.

Every function answers for calls without the rule, too: with the defaults named here. Rules and their table of aid are
read once for a call object; lists prefetch `rules` and `call__aid_table`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

from django.db.models import prefetch_related_objects
from django.utils.text import slugify

from calls.models import Call, rules_of
from calls.rules import Rule, words
from calls.rules.kinds.criteria import GRID, THRESHOLD, Criteria
from calls.rules.kinds.networks import NetworksPerOrganisation
from calls.rules.kinds.procedure import EVALUATORS, INTEGRATION_DAYS, Admissibility, Selection, Submission
from calls.rules.kinds.questions import Questions

Channel = Literal["portal", "hand_over"]
Stage = Literal["formal", "substantive"]
R = TypeVar("R", bound=Rule)


@dataclass(frozen=True)
class Procedure:
    channel: Channel = "portal"
    """Where the proposal is sent: in the portal, or as a package to hand over to the Region's own system or PEC."""
    review: bool = True
    """Whether a facilitator approves the proposal before it is sent."""
    evaluators: int = EVALUATORS
    """For each proposal."""
    priorities: tuple[str, ...] = ()
    """What decides between equal points, in this order: codes of criteria of `criteria_of` (more points first), `smes`
    (more small and medium enterprises first), `graduates` (more graduates to be hired first). The moment of submission
    comes after all of them."""
    objection_days: int | None = None
    """Calendar days to answer an announced rejection; None: rejections are not announced."""
    integration_days: int = INTEGRATION_DAYS
    """Calendar days to answer an integration round."""
    networks_per_organisation: int | None = None
    """None: as many as it likes."""


@dataclass(frozen=True)
class TemplateQuestion:
    code: str
    """Stays when the text is changed: `Answer.question`."""
    text: str
    hint: str
    """May be empty."""
    limit: int
    """Characters, spaces included."""
    per_partner: bool
    """Every partner that has confirmed answers it for itself."""
    required: bool


@dataclass(frozen=True)
class ChecklistItem:
    code: str
    stage: Stage
    text: str


@dataclass(frozen=True)
class Criterion:
    code: str
    name: str
    weight: int
    """The most points; the weights of a grid add up to 100."""


@dataclass(frozen=True)
class Grid:
    criteria: tuple[Criterion, ...]
    threshold: int | None
    """Points of 100 that are needed to be admissible; None: any."""


# Ours: what every call of this kind has to look at (`domain.md`, 4: formal, then substantive admissibility).
DEFAULT_CHECKS: tuple[tuple[str, Stage, str, str], ...] = (
    (
        "in-time",
        "formal",
        "La proposta è arrivata entro la scadenza.",
        "The proposal arrived before the deadline.",
    ),
    (
        "complete",
        "formal",
        "La proposta è completa: risposte, piano dei costi, dichiarazioni e allegati.",
        "The proposal is complete: answers, budget, declarations and attachments.",
    ),
    (
        "signed-off",
        "formal",
        "Ogni partner ha sottoscritto questa versione.",
        "Every partner has signed off this version.",
    ),
    (
        "who",
        "substantive",
        "Chi partecipa può partecipare, e la rete ha la composizione che il bando chiede.",
        "Those who take part may do so, and the network is made up as the call asks.",
    ),
    (
        "subject",
        "substantive",
        "Il progetto riguarda ciò che il bando finanzia.",
        "The project is about what the call funds.",
    ),
    (
        "costs",
        "substantive",
        "Le spese sono ammissibili, e l'aiuto resta entro i limiti del bando e delle regole europee.",
        "The costs are eligible, and the aid keeps to the limits of the call and of the European rules.",
    ),
)


def procedure_of(call: Call) -> Procedure:
    """How the call's proposals are sent and selected; what no rule says is as in `Procedure`."""
    submission, selection = _rule(call, Submission), _rule(call, Selection)
    limit = _rule(call, NetworksPerOrganisation)
    found = Procedure(networks_per_organisation=limit.most if limit else None)
    return Procedure(
        channel="hand_over" if submission and submission.channel == "hand_over" else "portal",
        review=submission.review if submission else found.review,
        evaluators=selection.evaluators if selection else found.evaluators,
        priorities=_priorities(call, selection) if selection else (),
        objection_days=selection.objection_days if selection else None,
        integration_days=selection.integration_days if selection else found.integration_days,
        networks_per_organisation=found.networks_per_organisation,
    )


def questions_of(call: Call) -> tuple[TemplateQuestion, ...]:
    """The call's template, in the order of the proposal; empty where the call has none."""
    rule = _rule(call, Questions)
    return tuple(
        TemplateQuestion(
            each.code, words.named(each.names), words.named(each.hints), each.limit, each.per_partner, not each.optional
        )
        for each in (rule.questions if rule else ())
    )


def admissibility_of(call: Call) -> tuple[ChecklistItem, ...]:
    """What is checked before scoring, formal checks first; a list of ours where the call has none."""
    rule = _rule(call, Admissibility)
    if rule is None:
        return tuple(
            ChecklistItem(code, stage, words.named((italian, english)))
            for code, stage, italian, english in DEFAULT_CHECKS
        )
    items = [
        ChecklistItem(code, "formal" if stage == "formal" else "substantive", words.named(names))
        for code, (stage, names) in rule.checks.items()
    ]
    return tuple(sorted(items, key=lambda item: item.stage != "formal"))


def criteria_of(call: Call) -> Grid:
    """The call's criteria; the suggested grid where it has none (`domain.md`, 4)."""
    rule = _rule(call, Criteria)
    if rule is None:
        rows = [(str(row["name_it"]), str(row["name_en"]), int(row["weight"])) for row in GRID]
        suggested = [Criterion(slugify(it), words.named((it, en)), weight) for it, en, weight in rows]
        return Grid(tuple(suggested), THRESHOLD)
    criteria = [Criterion(code, words.named(names), weight) for code, (names, weight) in rule.criteria.items()]
    return Grid(tuple(criteria), rule.threshold)


def _priorities(call: Call, selection: Selection) -> tuple[str, ...]:
    """A criterion that the grid does not have decides nothing."""
    codes = [criterion.code for criterion in criteria_of(call).criteria]
    found = []
    for priority in selection.priorities:
        if priority.criterion is None:
            found.append(priority.value)
        elif priority.criterion <= len(codes):
            found.append(codes[priority.criterion - 1])
    return tuple(found)


def _rule(call: Call, kind: type[R]) -> R | None:
    prefetch_related_objects([call], "rules", "aid_table")
    return next((rule for rule in rules_of(call) if isinstance(rule, kind)), None)
