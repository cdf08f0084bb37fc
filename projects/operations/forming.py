"""What partners do in a network, who leads it, and how it is taken back to be changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from projects import permissions
from projects.models import Network, Partner
from projects.notifications import forming as notifications
from projects.operations.changes import changing, lock, move, note
from projects.sections import PARTNERS
from projects.states import NetworkState, PartnerState


@dataclass(frozen=True)
class Role:
    """What a partner does in the project. The share is between 0 and 1; what is not known yet is None."""

    tasks: str = ""
    planned_share: Decimal | None = None
    person_months: Decimal | None = None
    graduates_hired: int | None = None
    contracts_made_permanent: int | None = None


# --- Partners ------------------------------------------------------------------------------------------------------


def describe_partner(partner: Partner, *, role: Role, actor: User) -> Partner:
    """Save what a partner does. Shares that do not add up are kept: the page and the checklist say by how much."""
    with changing(partner.network, PARTNERS, actor=actor) as network:
        partner = _member(network, partner)
        if not permissions.can_write_partner(actor, partner):
            raise PermissionDenied
        for name, value in asdict(role).items():
            setattr(partner, name, value)
        partner.save(update_fields=list(asdict(role)))
        note(network, "partner_changed", actor=actor, name=partner.organisation.name)
    return partner


def remove_partner(partner: Partner, *, actor: User) -> None:
    """Take a partner out, or its invitation back, and tell its owners. Raises `DomainError` for the lead."""
    with changing(partner.network, PARTNERS, actor=actor) as network:
        partner = _removable(network, partner)
        kind = "partner_removed" if partner.state == PartnerState.ACCEPTED else "invitation_taken_back"
        event = note(network, kind, actor=actor, name=partner.organisation.name)
        if partner.state != PartnerState.DECLINED:
            notifications.partner_removed(event, partner)
        partner.delete()


def leave_network(partner: Partner, *, actor: User) -> None:
    """A partner goes by itself, with what it has planned and budgeted. Raises `DomainError` for the lead."""
    with changing(partner.network, PARTNERS, actor=actor) as network:
        partner = _removable(network, partner)
        if partner.state != PartnerState.ACCEPTED:
            raise DomainError(_("Your organisation has not joined this network."))
        event = note(network, "partner_left", actor=actor, name=partner.organisation.name)
        notifications.partner_left(event, network)
        partner.delete()


# --- The lead ------------------------------------------------------------------------------------------------------


def offer_lead(partner: Partner, *, actor: User) -> Partner:
    """Ask a confirmed partner to take the lead over; whoever was asked before is not any more. Raises `DomainError`."""
    with changing(partner.network, PARTNERS, actor=actor) as network:
        if not permissions.can_lead_network(actor, network):
            raise PermissionDenied
        partner = _member(network, partner)
        _check_editable(network)
        if partner.role == Partner.Role.LEAD or partner.state != PartnerState.ACCEPTED:
            raise DomainError(_("Only a partner that has confirmed can take the lead over."))
        network.partners.exclude(pk=partner.pk).update(lead_offered_at=None)
        if partner.lead_offered_at is None:
            partner.lead_offered_at = timezone.now()
            partner.save(update_fields=["lead_offered_at"])
            event = note(network, "lead_offered", actor=actor, name=partner.organisation.name)
            notifications.lead_offered(event, partner)
    return partner


def take_lead(partner: Partner, *, actor: User) -> Partner:
    """The partner that was asked leads the network from now on, who led it becomes a partner. Raises `DomainError`."""
    with changing(partner.network, PARTNERS, actor=actor) as network:
        partner = _member(network, partner)
        if not permissions.can_sign_off(actor, partner):
            raise PermissionDenied
        if partner.role == Partner.Role.LEAD:
            return partner
        _check_editable(network)
        if partner.lead_offered_at is None:
            raise DomainError(_("The lead is not offered to your organisation any more."))
        # One after the other: a network has one lead at each moment (`one_lead_per_network`).
        network.partners.filter(role=Partner.Role.LEAD).update(role=Partner.Role.PARTNER)
        partner.role, partner.lead_offered_at = Partner.Role.LEAD, None
        partner.save(update_fields=["role", "lead_offered_at"])
        event = note(network, "lead_taken", actor=actor, name=partner.organisation.name)
        notifications.lead_taken(event, network)
    return partner


@transaction.atomic
def drop_lead_offer(partner: Partner, *, actor: User) -> None:
    """The lead takes its offer back, or the partner turns it down. Again: nothing changes."""
    network = lock(partner.network)
    if network.partners.filter(pk=partner.pk).exclude(lead_offered_at=None).update(lead_offered_at=None):
        event = note(network, "lead_offer_dropped", actor=actor, name=partner.organisation.name)
        notifications.lead_offer_dropped(event, network, partner)


# --- Back to its authors -------------------------------------------------------------------------------------------


@transaction.atomic
def take_back_network(network: Network, *, actor: User, reason: str = "") -> Network:
    """The lead takes the network back from the facilitator's review. Raises `DomainError` once it is decided."""
    network = lock(network)
    check_under_review(network)
    return _reopen(network, actor=actor, reason=reason)


@transaction.atomic
def reopen_network(network: Network, *, actor: User, reason: str = "") -> Network:
    """The lead opens an approved network again for changes: its approval is gone. Raises `DomainError`."""
    network = lock(network)
    check_approved(network)
    return _reopen(network, actor=actor, reason=reason)


def check_under_review(network: Network) -> None:
    """Raises `DomainError` for any other: nothing can be taken back."""
    if network.state != NetworkState.SUBMITTED:
        raise DomainError(_("The network is not under review."))


def check_approved(network: Network) -> None:
    """Raises `DomainError` for any other: nothing can be opened again."""
    if network.state != NetworkState.APPROVED:
        raise DomainError(_("Only an approved network can be opened again."))


def _reopen(network: Network, *, actor: User, reason: str) -> Network:
    if not permissions.can_lead_network(actor, network):
        raise PermissionDenied
    decision = move(network, NetworkState.FORMING, actor=actor, reason=reason)
    network.submitted_at = network.decided_at = None
    network.save(update_fields=["submitted_at", "decided_at"])
    notifications.network_reopened(decision)
    return network


def _member(network: Network, partner: Partner) -> Partner:
    """The partner's row as it is under the lock of its network."""
    found = network.partners.select_related("organisation").filter(pk=partner.pk).first()
    if found is None:
        raise DomainError(_("%(name)s is not in the network any more.") % {"name": partner.organisation.name})
    found.network = network
    return found


def _removable(network: Network, partner: Partner) -> Partner:
    """Not the lead, and not while only an integration is open: who takes part in what was sent stays."""
    _check_editable(network)
    partner = _member(network, partner)
    if partner.role == Partner.Role.LEAD:
        words = _("The lead cannot leave its network. You can hand the lead over first, or withdraw the network.")
        raise DomainError(words)
    return partner


def _check_editable(network: Network) -> None:
    if not network.editable:
        state = NetworkState(network.state).label
        raise DomainError(_("This network cannot be changed now: it is “%(state)s”.") % {"state": state})
