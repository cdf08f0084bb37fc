"""Computing a ranking again: from its frozen inputs, and from the decision journal alone. Nothing is written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from assessment.inputs import Replay, again
from assessment.models import JournalEntry, Ranking
from assessment.operations.ranking import line_json
from assessment.rules.ranking import Inputs, Line, digest, from_json, rank, to_json


@dataclass(frozen=True)
class Check:
    """One comparison: what was compared, and whether it is the same."""

    text: str
    same: bool


def compute_again(ranking: Ranking) -> list[Check]:
    """Four comparisons; all the same unless somebody has changed the database by hand. At most six queries."""
    entry = JournalEntry.objects.filter(call=ranking.call, kind="ranking_drafted", data__ranking=ranking.number).first()
    known = entry.data if entry else {}
    try:
        ranked = rank(from_json(ranking.inputs))
    except (KeyError, TypeError, ValueError, ArithmeticError):
        ranked = []
    lines = [line_json(line) for line in ranked]
    return [
        Check(
            _("The frozen inputs have the SHA-256 that the journal noted."),
            digest(ranking.inputs) == ranking.digest == known.get("digest"),
        ),
        Check(
            _("Ranked again from the inputs, every line comes out as the journal noted it."),
            digest({"lines": lines}) == known.get("lines"),
        ),
        Check(
            _("The lines that are kept and shown are those lines."),
            sorted(map(_whole, ranked)) == sorted(map(_whole, _stored(ranking))),
        ),
        Check(
            _("Played again from the first entry, the decision journal leads to the same inputs."),
            entry is not None and _from_journal(ranking, entry) == ranking.inputs,
        ),
    ]


def _stored(ranking: Ranking) -> list[Line]:
    return [
        Line(
            str(row.assessment.network_id),
            row.position,
            row.outcome,
            row.score,
            row.grant,
            row.cumulative,
            row.explanation,
        )
        for row in ranking.lines.select_related("assessment")
    ]


def _whole(line: Line) -> str:
    """All that a line says, with what explains it."""
    return json.dumps([*line_json(line), line.explanation or {}], sort_keys=True)


def _from_journal(ranking: Ranking, entry: JournalEntry) -> dict[str, object] | None:
    try:
        return to_json(_replayed(ranking, entry))
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None


def _replayed(ranking: Ranking, entry: JournalEntry) -> Inputs:
    """The inputs as the journal tells them; of later funding, through every ranking that came before."""
    replay = Replay(ranking.call, entry.pk)
    previous = entry.data["previous"]
    if not previous:
        return replay.first(entry.data)
    drafts = JournalEntry.objects.filter(call=ranking.call, kind="ranking_drafted", pk__lt=entry.pk)
    earlier = drafts.filter(data__digest=previous).latest("pk")
    before = _replayed(Ranking(call=ranking.call), earlier)
    return again(before, replay.states, Decimal(entry.data["budget"]), digest(to_json(before)))
