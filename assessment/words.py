"""What stands in a ranking, in the words of the reader's language: ties, outcomes, reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.models import RankingLine
from assessment.priorities import GRADUATES, SMES
from assessment.rules.ranking import RECEIPT, SENT_AT
from calls.models import Call
from calls.procedure import criteria_of
from district_portal.shared.ui import number

SHORT = 300
"""Characters of a reason in the public list of exclusions."""


def published(reason: str) -> str:
    """A reason as everyone reads it; the whole of it stands in the letter."""
    return f"{reason[:SHORT].rstrip()}…" if len(reason) > SHORT else reason


def priority_names(call: Call) -> dict[str, str]:
    """What may decide between equal points, by its code."""
    names = {criterion.code: criterion.name for criterion in criteria_of(call).criteria}
    return {**names, SMES: _("small and medium enterprises"), GRADUATES: _("graduates to be hired")}


def explanation(line: RankingLine, names: Mapping[str, str], positions: Mapping[str, int | None]) -> str:
    """One sentence on a tie, or on why a proposal is not admissible; empty where there is nothing to explain.

    `names`: `priority_names`; `positions`: by the network's id.
    """
    said = line.explanation
    if "tie" in said:
        return _tie(line.score, said["tie"], names, positions)
    if "below" in said:
        below = said["below"]
        return _("%(score)s points, %(threshold)s are needed.") % {
            "score": points(Decimal(below["score"])),
            "threshold": below["threshold"],
        }
    return str(said.get("reason", ""))


def _tie(
    score: Decimal | None, tie: Mapping[str, Any], names: Mapping[str, str], positions: Mapping[str, int | None]
) -> str:
    told = {"points": points(score), "position": positions.get(tie["network"])}
    if tie["by"] == RECEIPT:
        told |= {"own": tie["own"], "other": tie["other"]}
        words = _(
            "Same %(points)s points as no. %(position)s, and sent at the same microsecond: the receipt numbers decide, "
            "%(own)s here and %(other)s there."
        )
        return words % told
    if tie["by"] == SENT_AT:
        told |= {"own": _clock(tie["own"]), "other": _clock(tie["other"])}
        if tie["above"]:
            return _("Same %(points)s points as no. %(position)s: sent %(own)s, after %(other)s.") % told
        return _("Same %(points)s points as no. %(position)s: sent %(own)s, before %(other)s.") % told
    told |= {
        "by": names.get(tie["by"], tie["by"]),
        "own": points(Decimal(tie["own"])),
        "other": points(Decimal(tie["other"])),
    }
    words = _(
        "Same %(points)s points as no. %(position)s. The call's priority decides – %(by)s: %(own)s here, %(other)s "
        "there."
    )
    return words % told


def _clock(moment: str) -> str:
    """Day and time in Rome, to the microsecond: what the law's word "first" hangs on."""
    return timezone.localtime(datetime.fromisoformat(moment)).strftime("%d.%m.%Y %H:%M:%S.%f")


def points(value: Decimal | None) -> str:
    """With two places, whole numbers without."""
    if value is None:
        return "–"
    return number(value, 0 if value == value.to_integral_value() else 2)
