"""What people are told about who forms a network. Templates: `templates/projects/emails/<name>.*`."""

from __future__ import annotations

from collections.abc import Iterable

from district_portal.accounts.models import User
from district_portal.notifications.outbox import Content, Message, announce, path_of
from projects.models import Activity, Decision, Network, Partner
from projects.notifications.networks import load_decision
from projects.notifications.recipients import facilitators_of, leads_of, members_of, owners_of


def _load(about: str) -> Content:
    """`about`: id of the activity; it stays when the partner's row is gone."""
    event = Activity.objects.select_related("network__call", "actor").get(pk=about)
    context = {"network": event.network, "call": event.network.call, "actor": event.actor, **event.detail}
    return Content(path=path_of("projects:network_detail", event.network_id), context=context)


def _load_for_outsiders(about: str) -> Content:
    """For those who do not see the network any more: the call is what they may read."""
    content = _load(about)
    return Content(path=path_of("calls:detail", content.context["call"].slug), context=content.context)


def _load_on_partners(about: str) -> Content:
    """What is answered on the page of the partners."""
    content = _load(about)
    return Content(path=path_of("projects:network_partners", content.context["network"].pk), context=content.context)


PARTNER_REMOVED = Message("projects/partner_removed", load=_load_for_outsiders)
INVITATION_TAKEN_BACK = Message("projects/invitation_taken_back", load=_load_for_outsiders)
PARTNER_LEFT = Message("projects/partner_left", load=_load)
LEAD_OFFERED = Message("projects/lead_offered", load=_load_on_partners)
LEAD_TAKEN = Message("projects/lead_taken", load=_load)
LEAD_OFFER_DROPPED = Message("projects/lead_offer_dropped", load=_load)
NETWORK_REOPENED = Message("projects/network_reopened", load=load_decision)
HELPER_INVITED = Message("projects/helper_invited", load=_load_on_partners)
HELPER_ANSWERED = Message("projects/helper_answered", load=_load)
HELPER_ENDED = Message("projects/helper_ended", load=_load_for_outsiders)


def partner_removed(event: Activity, partner: Partner) -> None:
    """To the owners of who was taken out, or whose invitation was taken back."""
    message = PARTNER_REMOVED if event.kind == "partner_removed" else INVITATION_TAKEN_BACK
    _tell(message, event, owners_of([partner]))


def partner_left(event: Activity, network: Network) -> None:
    """To the owners of the lead."""
    _tell(PARTNER_LEFT, event, leads_of(network))


def lead_offered(event: Activity, partner: Partner) -> None:
    """To the owners of who is asked: they alone can accept."""
    _tell(LEAD_OFFERED, event, owners_of([partner]))


def lead_taken(event: Activity, network: Network) -> None:
    """To everyone in the network: they have another to turn to now."""
    _tell(LEAD_TAKEN, event, members_of(network))


def lead_offer_dropped(event: Activity, network: Network, partner: Partner) -> None:
    """To the other side."""
    people = leads_of(network) | owners_of([partner])
    _tell(LEAD_OFFER_DROPPED, event, [each for each in people if each.pk != event.actor_id])


def network_reopened(decision: Decision) -> None:
    """To every member, and to the facilitators who had it, or had approved it."""
    people = [*members_of(decision.network), *facilitators_of(decision.network)]
    announce(NETWORK_REOPENED, about=decision.pk, key=str(decision.pk), users=people)


def helper_invited(event: Activity, user: User) -> None:
    _tell(HELPER_INVITED, event, [user])


def helper_answered(event: Activity, network: Network) -> None:
    """To the owners of the lead."""
    _tell(HELPER_ANSWERED, event, leads_of(network))


def helper_ended(event: Activity, people: Iterable[User]) -> None:
    """To the other side: the helper, or the owners of the lead."""
    _tell(HELPER_ENDED, event, people)


def _tell(message: Message, event: Activity, people: Iterable[User]) -> None:
    announce(message, about=event.pk, key=str(event.pk), users=people)
