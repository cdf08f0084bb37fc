"""What happened in a network, newest first, in words: the journal, the answers of the partners, and what was noted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.models import Activity, Decision, Network, Partner
from projects.states import NetworkState, PartnerState

Event = tuple[datetime, str]

# By the kind of an activity (`projects.operations.changes.note`); `who` is the person, the rest are its details.
WORDS = {
    "partner_removed": gettext_lazy("%(who)s took %(name)s out"),
    "invitation_taken_back": gettext_lazy("%(who)s took the invitation of %(name)s back"),
    "partner_left": gettext_lazy("%(name)s left the network"),
    "partner_changed": gettext_lazy("%(who)s changed what %(name)s does"),
    "lead_offered": gettext_lazy("%(who)s offered the lead to %(name)s"),
    "lead_offer_dropped": gettext_lazy("The lead is not offered to %(name)s any more"),
    "lead_taken": gettext_lazy("%(name)s leads the network now"),
    "helper_invited": gettext_lazy("%(who)s asked %(name)s to help to write"),
    "helper_accepted": gettext_lazy("%(name)s helps to write"),
    "helper_declined": gettext_lazy("%(name)s does not help to write"),
    "helper_ended": gettext_lazy("%(name)s does not help to write any more"),
    "summary_changed": gettext_lazy("%(who)s changed the idea and the key facts"),
    "need_added": gettext_lazy("%(who)s named a competence: %(name)s"),
    "need_removed": gettext_lazy("%(who)s took a competence out: %(name)s"),
    "text_changed": gettext_lazy("%(who)s wrote at “%(name)s”"),
    "package_added": gettext_lazy("%(who)s added %(name)s"),
    "package_changed": gettext_lazy("%(who)s changed %(name)s"),
    "package_moved": gettext_lazy("%(who)s moved %(name)s"),
    "package_removed": gettext_lazy("%(who)s removed %(name)s"),
    "milestone_added": gettext_lazy("%(who)s added the milestone “%(name)s”"),
    "milestone_changed": gettext_lazy("%(who)s changed the milestone “%(name)s”"),
    "milestone_removed": gettext_lazy("%(who)s removed the milestone “%(name)s”"),
    "deliverable_added": gettext_lazy("%(who)s added the deliverable “%(name)s”"),
    "deliverable_changed": gettext_lazy("%(who)s changed the deliverable “%(name)s”"),
    "deliverable_removed": gettext_lazy("%(who)s removed the deliverable “%(name)s”"),
    "risk_added": gettext_lazy("%(who)s added the risk “%(name)s”"),
    "risk_changed": gettext_lazy("%(who)s changed the risk “%(name)s”"),
    "risk_removed": gettext_lazy("%(who)s removed the risk “%(name)s”"),
    "indicator_added": gettext_lazy("%(who)s added the indicator “%(name)s”"),
    "indicator_changed": gettext_lazy("%(who)s changed the indicator “%(name)s”"),
    "indicator_removed": gettext_lazy("%(who)s removed the indicator “%(name)s”"),
    "budget_changed": gettext_lazy("%(who)s changed the budget of %(name)s"),
    "budget_imported": gettext_lazy("%(who)s took the budget over from a file"),
    "attachment_added": gettext_lazy("%(who)s uploaded “%(name)s”"),
    "attachment_replaced": gettext_lazy("%(who)s replaced “%(name)s”"),
    "attachment_removed": gettext_lazy("%(who)s removed “%(name)s”"),
    "attachment_restored": gettext_lazy("%(who)s brought “%(name)s” back"),
    "declarations_given": gettext_lazy("%(who)s gave declarations"),
    "declaration_withdrawn": gettext_lazy("%(who)s withdrew a declaration: %(name)s"),
    "signed_off": gettext_lazy("%(who)s signed off for %(name)s"),
    "sign_off_withdrawn": gettext_lazy("%(who)s withdrew the sign-off of %(name)s"),
    "sign_offs_asked": gettext_lazy("%(who)s asked the partners to sign off"),
    "integration_asked": gettext_lazy("The Region asked for an integration"),
    "integration_answered": gettext_lazy("%(who)s answered the integration"),
    "integration_closed": gettext_lazy("The time for the integration ended without an answer"),
    "protocol_recorded": gettext_lazy("%(who)s recorded the protocol number %(number)s"),
}

MOVES = {
    NetworkState.FORMING: gettext_lazy("%(who)s started the network"),
    NetworkState.SUBMITTED: gettext_lazy("%(who)s submitted the network for review"),
    NetworkState.CHANGES_REQUESTED: gettext_lazy("%(who)s asked for changes"),
    NetworkState.APPROVED: gettext_lazy("%(who)s approved the network"),
    NetworkState.SENT: gettext_lazy("%(who)s sent the proposal to the Region"),
    NetworkState.REFUSED: gettext_lazy("%(who)s refused the network"),
    NetworkState.WITHDRAWN: gettext_lazy("%(who)s withdrew the network"),
}


def activity_of(
    network: Network, partners: Iterable[Partner], decisions: Iterable[Decision], *, limit: int
) -> list[Event]:
    """The newest `limit` events; one query. `decisions` came with their actors."""
    events = [(each.at, _moved(each)) for each in decisions]
    events += [event for each in partners if each.role != Partner.Role.LEAD for event in _answers(each)]
    noted = network.activities.filter(kind__in=WORDS).select_related("actor")[:limit]
    events += [(each.at, _noted(each)) for each in noted]
    return sorted(events, key=lambda event: event[0], reverse=True)[:limit]


def _moved(decision: Decision) -> str:
    who = {"who": decision.actor or _("The portal")}
    if decision.from_state and decision.to_state == NetworkState.FORMING:
        words = {
            NetworkState.SUBMITTED: _("%(who)s took the network back from the review"),
            NetworkState.APPROVED: _("%(who)s opened the network again for changes"),
            NetworkState.SENT: _("%(who)s withdrew the proposal, to send it again"),
        }
        return words[NetworkState(decision.from_state)] % who
    if decision.from_state == NetworkState.SENT and decision.to_state == NetworkState.APPROVED:
        return _("%(who)s withdrew the proposal, to send it again") % who
    return str(MOVES[NetworkState(decision.to_state)]) % who


def _answers(partner: Partner) -> Iterable[Event]:
    name = {"name": partner.organisation.name}
    yield partner.invited_at, _("%(name)s was invited") % name
    if partner.answered_at and partner.state == PartnerState.ACCEPTED:
        yield partner.answered_at, _("%(name)s confirmed") % name
    elif partner.answered_at and partner.state == PartnerState.DECLINED:
        yield partner.answered_at, _("%(name)s declined") % name


def _noted(activity: Activity) -> str:
    return str(WORDS[activity.kind]) % {"who": activity.actor or _("The portal"), "name": "", **activity.detail}
