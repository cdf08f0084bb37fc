"""What people are told about networks. Templates: `templates/projects/emails/<name>.*`."""

from __future__ import annotations

from django.db.models import QuerySet

from district_portal.accounts.models import User
from district_portal.notifications.outbox import Content, Message, announce, path_of
from enterprises.models import Membership, Organisation
from projects.models import Decision, Network, Partner


def _path(network: Network) -> str:
    return path_of("projects:network_detail", network.pk)


def _load_partner(about: str) -> Content:
    """`about`: id of the partner's row, gone when the invitation was taken back."""
    partner = Partner.objects.select_related("network__call", "organisation", "invited_by").get(pk=about)
    network = partner.network
    lead = Organisation.objects.get(partnerships__network=network, partnerships__role=Partner.Role.LEAD)
    context = {"network": network, "call": network.call, "organisation": partner.organisation, "lead": lead}
    return Content(path=_path(network), context=context)


def load_decision(about: str) -> Content:
    """`about`: id of the entry in the journal, so that an older message keeps its own reason."""
    decision = Decision.objects.select_related("network__call", "actor").get(pk=about)
    network = decision.network
    lead = Organisation.objects.get(partnerships__network=network, partnerships__role=Partner.Role.LEAD)
    context = {
        "network": network,
        "call": network.call,
        "lead": lead,
        "actor": decision.actor,
        "reason": decision.reason,
        "reply_by": decision.reply_by,
    }
    return Content(path=_path(network), context=context)


NETWORK_INVITED = Message("projects/network_invited", load=_load_partner)
PARTNER_ACCEPTED = Message("projects/partner_accepted", load=_load_partner)
PARTNER_DECLINED = Message("projects/partner_declined", load=_load_partner)
NETWORK_WITHDRAWN = Message("projects/network_withdrawn", load=load_decision)


def network_invited(partner: Partner) -> None:
    """To the owners of the invited organisation, once for each invitation."""
    key = f"{partner.pk}:{partner.invited_at.isoformat()}"
    invited = Organisation.objects.filter(pk=partner.organisation_id)
    announce(NETWORK_INVITED, about=partner.pk, key=key, users=_owners(invited))


def partner_accepted(partner: Partner) -> None:
    """To the owners of the lead."""
    announce(PARTNER_ACCEPTED, about=partner.pk, key=_answer_key(partner), users=_owners(_leads(partner.network)))


def partner_declined(partner: Partner) -> None:
    """To the owners of the lead."""
    announce(PARTNER_DECLINED, about=partner.pk, key=_answer_key(partner), users=_owners(_leads(partner.network)))


def network_withdrawn(decision: Decision) -> None:
    tell_members(NETWORK_WITHDRAWN, decision)


def tell_members(message: Message, decision: Decision) -> None:
    """To everyone, in any role, of the organisations that have not declined."""
    organisations = decision.network.partners.members().values("organisation")
    memberships = Membership.objects.current().filter(organisation__in=organisations)
    members = User.objects.filter(pk__in=memberships.values("user"))
    announce(message, about=decision.pk, key=str(decision.pk), users=members)


def _owners(organisations: QuerySet[Organisation]) -> QuerySet[User]:
    owners = Membership.objects.current().owners().filter(organisation__in=organisations.values("pk"))
    return User.objects.filter(pk__in=owners.values("user"))


def _leads(network: Network) -> QuerySet[Organisation]:
    return Organisation.objects.filter(partnerships__network=network, partnerships__role=Partner.Role.LEAD)


def _answer_key(partner: Partner) -> str:
    """Once for each answer."""
    return f"{partner.pk}:{partner.answered_at}"
