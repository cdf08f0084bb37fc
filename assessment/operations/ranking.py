"""Drafts of rankings: made by one person, frozen with all that they were computed from, and discarded."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessment.inputs import PENDING, first_inputs, in_selection, later_inputs
from assessment.models import Assessment, Ranking, RankingLine
from assessment.notifications import ranking as notifications
from assessment.operations import journal
from assessment.rules.ranking import Inputs, Line, digest, rank, to_json
from assessment.states import RANKING_MOVES, AssessmentState, RankingState
from calls.models import Call
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from district_portal.shared.states import check_move
from district_portal.shared.ui import money

CENT = Decimal("0.01")
NAMED = 5
"""How many proposals a refusal names."""


@transaction.atomic
def draft_ranking(call: Call, *, budget: Decimal, note: str = "", actor: User) -> Ranking:
    """Rank what the panel has evaluated. Raises `DomainError` while a proposal waits for a decision, or its grant is
    not known; while there is another draft; once a ranking is published. A dozen queries for any number."""
    call = lock_call(call)
    if not in_selection(call):
        raise DomainError(_("This call is not in assessment: no first ranking can be made."))
    _require_no_draft(call)
    _require_decided(call)
    inputs = first_inputs(call, budget)
    if not inputs.candidates and not inputs.exclusions:
        raise DomainError(_("Nothing was sent for this call: there is nothing to rank."))
    return _freeze(call, inputs, note=note, actor=actor)


@transaction.atomic
def draft_later_funding(call: Call, *, budget: Decimal, note: str = "", actor: User) -> Ranking:
    """The next ones down the published ranking (*scorrimento*), after waivers or with more budget.

    Raises `DomainError` where nobody is to be funded in addition, or the budget is below what is granted already.
    """
    call = lock_call(call)
    _require_no_draft(call)
    published = published_of(call)
    if published is None:
        raise DomainError(_("No ranking is published yet: there is nothing to go down."))
    granted = Assessment.objects.filter(network__call=call, state=AssessmentState.FUNDED).aggregate(sum=Sum("grant"))
    if budget < (granted["sum"] or 0):
        raise DomainError(
            _("%(granted)s are granted already: the budget cannot be lower.") % {"granted": money(granted["sum"])}
        )
    inputs = later_inputs(published, budget)
    had = {each.network for each in inputs.candidates if each.standing}
    if not any(line.outcome == AssessmentState.FUNDED and line.network not in had for line in rank(inputs)):
        raise DomainError(_("Nobody further down fits into this budget: nothing would change."))
    return _freeze(call, inputs, note=note, actor=actor)


@transaction.atomic
def discard_ranking(ranking: Ranking, *, actor: User) -> Ranking:
    """Put a draft away, so that another can be made."""
    lock_call(ranking.call)
    ranking = Ranking.objects.select_for_update(of=("self",)).select_related("call").get(pk=ranking.pk)
    check_move(RANKING_MOVES, ranking.state, RankingState.DISCARDED)
    ranking.state = RankingState.DISCARDED
    ranking.save(update_fields=["state"])
    journal.write(ranking.call, "ranking_discarded", actor=actor, ranking=ranking.number)
    return ranking


def lock_call(call: Call) -> Call:
    """Whoever drafts, publishes or records a waiver holds the call: one after the other."""
    return Call.objects.select_for_update(of=("self",)).select_related("programme").get(pk=call.pk)


def published_of(call: Call) -> Ranking | None:
    return Ranking.objects.filter(call=call, state=RankingState.PUBLISHED).select_related("call").first()


def _require_no_draft(call: Call) -> None:
    if Ranking.objects.filter(call=call, state=RankingState.DRAFT).exists():
        raise DomainError(_("There is a draft already: publish or discard it first."))


def _require_decided(call: Call) -> None:
    """Nothing waits for a decision, and each grant is known."""
    rows = Assessment.objects.filter(network__call=call).order_by("received_at")
    if waiting := list(rows.filter(state__in=PENDING).values_list("network__title", flat=True)):
        words = ngettext(
            "%(count)d proposal is not decided yet: %(names)s.",
            "%(count)d proposals are not decided yet: %(names)s.",
            len(waiting),
        )
        raise DomainError(words % {"count": len(waiting), "names": named(waiting)})
    unknown = list(rows.filter(state=AssessmentState.EVALUATED, grant=None).values_list("network__title", flat=True))
    if unknown:
        raise DomainError(_("The grant asked is not known for: %(names)s.") % {"names": named(unknown)})


def named(titles: list[str]) -> str:
    """Titles in quotes, the first few of them."""
    shown = ", ".join(f"“{title}”" for title in titles[:NAMED])
    return f"{shown}, …" if len(titles) > NAMED else shown


def _freeze(call: Call, inputs: Inputs, *, note: str, actor: User) -> Ranking:
    """The ranking of these inputs with its lines, as a draft, in the journal."""
    inputs = replace(inputs, budget=inputs.budget.quantize(CENT))
    data = to_json(inputs)
    last = Ranking.objects.filter(call=call).aggregate(number=Max("number"))["number"] or 0
    lines = rank(inputs)
    ranking = Ranking.objects.create(
        call=call,
        number=last + 1,
        budget=inputs.budget,
        inputs=data,
        digest=digest(data),
        note=note.strip(),
        made_by=actor,
    )
    ids = dict(Assessment.objects.filter(network__call=call).order_by().values_list("network", "pk"))
    known = {str(network): pk for network, pk in ids.items()}
    RankingLine.objects.bulk_create(as_row(ranking, line, known[line.network]) for line in lines)
    journal.write(
        call,
        "ranking_drafted",
        actor=actor,
        ranking=ranking.number,
        call_name=data["call"],  # its address as it was: it can be changed
        budget=data["budget"],
        threshold=data["threshold"],
        priorities=data["priorities"],
        previous=data["previous"],
        digest=ranking.digest,
        lines=digest({"lines": [line_json(line) for line in lines]}),
    )
    notifications.ranking_drafted(ranking)
    return ranking


def as_row(ranking: Ranking, line: Line, assessment: int) -> RankingLine:
    return RankingLine(
        ranking=ranking,
        assessment_id=assessment,
        position=line.position,
        score=line.score,
        outcome=line.outcome,
        grant=line.grant,
        cumulative=line.cumulative,
        explanation=line.explanation or {},
    )


def line_json(line: Line) -> list[str | int | None]:
    """What a line says, for its hash."""
    amounts = [line.score, line.grant, line.cumulative]
    return [line.network, line.position, str(line.outcome), *(None if each is None else str(each) for each in amounts)]
