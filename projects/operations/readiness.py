"""What a network still needs before it can be submitted: shown on its page, and the condition of submitting it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.models import Call, rules_of
from calls.rules import Line, Scope, judge
from projects.models import Network, Partner
from projects.parties import party_of
from projects.states import PartnerState


@dataclass(frozen=True)
class Check:
    """One line of the checklist: what is asked for, and where it is not met how it stands and what would meet it."""

    met: bool | None
    """None: not known yet; that does not keep a network from being submitted."""
    text: str
    detail: str = ""
    later: bool = False
    """Not known before the network has a budget and papers: nothing can be done about it yet."""

    @property
    def blocks(self) -> bool:
        return self.met is False

    def __str__(self) -> str:
        return f"{self.text} {self.detail}".strip()


def readiness(network: Network, call: Call, partners: Iterable[Partner], *, moment: datetime) -> list[Check]:
    """Checks in the order of the page: the rules of the call, then what every network needs.

    `partners`: all rows of the network with their organisations.
    """
    members = [partner for partner in partners if partner.state != PartnerState.DECLINED]
    return [*_rules(call, members), _idea(network), _answers(members), _call(call, moment)]


def _rules(call: Call, members: list[Partner]) -> list[Check]:
    """Only who has confirmed counts; whether they may take part is asked of those who are invited, too."""
    rules = rules_of(call)
    who = judge([rule for rule in rules if rule.scope == Scope.WHO], party_of(members, invited=True))
    rest = judge([rule for rule in rules if rule.scope != Scope.WHO], party_of(members))
    return [_check(line) for line in (*who.lines, *rest.lines)]


def _check(line: Line) -> Check:
    verdict = line.verdict
    detail = "" if verdict.met else f"{verdict.text}. {verdict.way_on}"
    later = verdict.met is None and line.rule.scope in (Scope.PROJECT, Scope.PAPERS)
    return Check(verdict.met, line.rule.explain(), detail, later)


def _idea(network: Network) -> Check:
    written = bool(network.idea.strip())
    return Check(written, _("The idea is written down.") if written else _("The idea is not written down yet."))


def _answers(members: list[Partner]) -> Check:
    waiting = [partner.organisation.name for partner in members if partner.state == PartnerState.INVITED]
    if not waiting:
        return Check(True, _("Every invitation is answered."))
    words = ngettext("%(names)s has not answered yet.", "%(names)s have not answered yet.", len(waiting))
    return Check(False, words % {"names": ", ".join(waiting)})


def _call(call: Call, moment: datetime) -> Check:
    is_open = call.is_open_at(moment)
    return Check(is_open, _("The call is open.") if is_open else _("The call is not open."))
