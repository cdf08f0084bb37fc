"""What a network still needs before it can be submitted: shown on its page, and the condition of submitting it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.models import Call
from enterprises.models import OrganisationKind
from projects.models import Network, Partner
from projects.states import PartnerState


@dataclass(frozen=True)
class Check:
    """One line of the checklist: a sentence that says what is so, or what is missing."""

    met: bool
    text: str


def readiness(network: Network, call: Call, partners: Iterable[Partner], *, moment: datetime) -> list[Check]:
    """Checks in the order of the page. `partners`: all rows of the network with their organisations."""
    members = [partner for partner in partners if partner.state != PartnerState.DECLINED]
    checks = [_idea(network), _answers(members), _kinds(call, members), _call(call, moment)]
    return checks if call.partners_min is None else [_partners(call.partners_min, members), *checks]


def _partners(fewest: int, members: list[Partner]) -> Check:
    confirmed = sum(partner.state == PartnerState.ACCEPTED for partner in members)
    words = {"count": confirmed, "fewest": fewest}
    if confirmed >= fewest:
        return Check(True, _("%(count)s partners have confirmed, %(fewest)s are needed") % words)
    return Check(False, _("%(fewest)s confirmed partners are needed, with the lead; now there are %(count)s") % words)


def _idea(network: Network) -> Check:
    written = bool(network.idea.strip())
    return Check(written, _("The idea is written down") if written else _("The idea is not written down yet"))


def _answers(members: list[Partner]) -> Check:
    waiting = [partner.organisation.name for partner in members if partner.state == PartnerState.INVITED]
    if not waiting:
        return Check(True, _("Every invitation is answered"))
    words = ngettext("%(names)s has not answered yet", "%(names)s have not answered yet", len(waiting))
    return Check(False, words % {"names": ", ".join(waiting)})


def _kinds(call: Call, members: list[Partner]) -> Check:
    organisations = [partner.organisation for partner in members]
    barred = [each.name for each in organisations if call.roles and each.kind not in call.roles]
    if not barred:
        return Check(True, _("Every partner is of a kind that may take part"))
    kinds = ", ".join(str(OrganisationKind(kind).label).lower() for kind in call.roles)
    words = _("The call is not for %(names)s. Who may take part: %(kinds)s")
    return Check(False, words % {"names": ", ".join(barred), "kinds": kinds})


def _call(call: Call, moment: datetime) -> Check:
    is_open = call.is_open_at(moment)
    return Check(is_open, _("The call is open") if is_open else _("The call is not open"))
