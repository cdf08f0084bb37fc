"""Everything that changes a network. Each operation locks the network's row first, then whatever else it needs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.models import Call
from calls.operations.lifecycle import hold_open
from calls.procedure import procedure_of
from district_portal.accounts.models import District, User
from district_portal.shared.errors import DomainError
from district_portal.shared.states import check_move
from enterprises.models import Organisation
from projects.models import Decision, Network, Partner, ProposalVersion
from projects.notifications import networks as notifications
from projects.notifications import review as review_notifications
from projects.operations.changes import changing, move, note
from projects.operations.readiness import readiness
from projects.operations.versions import record_version
from projects.sections import PARTNERS, SUMMARY
from projects.states import NETWORK_MOVES, PARTNER_MOVES, NetworkState, PartnerState


@dataclass(frozen=True)
class NetworkTexts:
    """What the lead writes about a network; what is not known yet is empty or None."""

    title: str
    idea: str
    seeks: str = ""
    looking_for_partners: bool = False
    legal_form: str = ""
    starts_on: date | None = None
    duration_months: int | None = None
    bonuses: tuple[str, ...] = ()


class StaleNetwork(DomainError):
    """Somebody else saved the network's texts meanwhile; `network` holds theirs."""

    def __init__(self, network: Network) -> None:
        super().__init__(_("Somebody else has changed this network meanwhile. Compare both texts and save again."))
        self.network = network


@transaction.atomic
def start_network(
    call: Call, *, organisation: Organisation, title: str, idea: str, actor: User, moment: datetime
) -> Network:
    """A new network for a call, led by the organisation. `moment` is when the request arrived.

    Raises `DomainError` when the call is not open then, or when no district can be told.
    """
    call = hold_open(call, moment)
    network = Network.objects.create(
        call=call, district=_district(call, organisation), title=title, idea=idea, created_by=actor, created_at=moment
    )
    Partner.objects.create(
        network=network,
        organisation=organisation,
        role=Partner.Role.LEAD,
        state=PartnerState.ACCEPTED,
        invited_by=actor,
        invited_at=moment,
        answered_by=actor,
        answered_at=moment,
    )
    Decision.objects.create(network=network, actor=actor, at=moment, to_state=NetworkState.FORMING)
    return network


def edit_network(network: Network, *, texts: NetworkTexts, version: int, actor: User) -> Network:
    """Save the texts. Raises `StaleNetwork` when `version`, which was edited, is not the newest any more."""
    with changing(network, SUMMARY, actor=actor) as locked:
        if version != locked.version:
            raise StaleNetwork(locked)
        values = {field.name: getattr(texts, field.name) for field in fields(texts)}
        values["bonuses"] = sorted(texts.bonuses)
        for name, value in values.items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save(update_fields=[*values, "version"])
        note(locked, "summary_changed", actor=actor)
    return locked


@transaction.atomic
def invite_partner(network: Network, *, organisation: Organisation, actor: User) -> Partner:
    """Invite an organisation; one that declined before may be invited again. Raises `DomainError`."""
    network = _lock_editable(network)
    partner = network.partners.filter(organisation=organisation).first()
    if partner is None:
        partner = Partner.objects.create(network=network, organisation=organisation, invited_by=actor)
    elif partner.state == PartnerState.DECLINED:
        _answer(partner, PartnerState.INVITED, actor=None)
        partner.invited_by, partner.invited_at = actor, timezone.now()
        partner.save()
    else:
        raise DomainError(_already_in(partner))
    notifications.network_invited(partner)
    return partner


@transaction.atomic
def accept_invitation(network: Network, *, organisation: Organisation, actor: User) -> Partner:
    """Join the network. Accepting again changes nothing. Raises `DomainError`."""
    partner = _partner(_lock(network), organisation)
    if partner.state == PartnerState.ACCEPTED:
        return partner
    with changing(network, PARTNERS, actor=actor):
        _answer(partner, PartnerState.ACCEPTED, actor=actor)
        partner.save()
    notifications.partner_accepted(partner)
    return partner


@transaction.atomic
def decline_invitation(network: Network, *, organisation: Organisation, actor: User) -> Partner:
    """Turn the invitation down; the network is no longer seen then. Declining again changes nothing."""
    network = _lock(network)
    partner = _partner(network, organisation)
    if partner.state == PartnerState.DECLINED:
        return partner
    _check_editable(network)
    _answer(partner, PartnerState.DECLINED, actor=actor)
    partner.save()
    notifications.partner_declined(partner)
    return partner


def check_reviewed(call: Call) -> None:
    """Raises `DomainError` where the call asks for no review: there is nobody to submit to."""
    if not procedure_of(call).review:
        raise DomainError(
            _("For this call no facilitator reviews proposals. Sign it off, and send it to the Region from there.")
        )


@transaction.atomic
def submit_network(network: Network, *, actor: User, moment: datetime) -> Network:
    """Hand the network to the facilitator. Raises `DomainError` with what is still missing (`readiness`), and where the
    call asks for no review."""
    network = _lock(network)
    check_move(NETWORK_MOVES, network.state, NetworkState.SUBMITTED)
    call = hold_open(network.call, moment)
    check_reviewed(call)
    partners = network.partners.select_related("organisation")
    missing = [str(check) for check in readiness(network, call, partners, moment=moment) if check.blocks]
    if missing:
        raise DomainError(_("Not ready to submit yet. %(missing)s") % {"missing": " ".join(missing)})
    network.submitted_at = moment
    version = record_version(network, note="", actor=actor)
    decision = _move(network, NetworkState.SUBMITTED, actor=actor, version=version)
    review_notifications.network_submitted(decision)
    return network


@transaction.atomic
def withdraw_network(network: Network, *, actor: User, reason: str = "") -> Network:
    """Take the network back for good. Raises `DomainError` once it is approved, refused or withdrawn."""
    network = _lock(network)
    if network.state == NetworkState.SENT:
        raise DomainError(_("The proposal is sent. Withdraw the proposal first, on the page of its sign-offs."))
    decision = _move(network, NetworkState.WITHDRAWN, actor=actor, reason=reason)
    notifications.network_withdrawn(decision)
    return network


# --- The life of a network -----------------------------------------------------------------------------------------


def _lock(network: Network) -> Network:
    return Network.objects.select_for_update(of=("self",)).select_related("district", "call").get(pk=network.pk)


def _lock_editable(network: Network) -> Network:
    network = _lock(network)
    _check_editable(network)
    return network


def _check_editable(network: Network) -> None:
    if not network.editable:
        state = NetworkState(network.state).label
        raise DomainError(_("This network cannot be changed now: it is “%(state)s”.") % {"state": state})


def _move(
    network: Network, target: NetworkState, *, actor: User, reason: str = "", version: ProposalVersion | None = None
) -> Decision:
    """Check, save and write down the move of a locked network, with its moments."""
    decision = move(network, target, actor=actor, reason=reason, version=version)
    network.save(update_fields=["submitted_at", "decided_at"])
    return decision


# --- The partners of a network -------------------------------------------------------------------------------------


def _partner(network: Network, organisation: Organisation) -> Partner:
    partner = network.partners.select_related("organisation").filter(organisation=organisation).first()
    if partner is None:
        raise DomainError(_("This invitation was taken back. Ask the lead of the network."))
    return partner


def _answer(partner: Partner, target: PartnerState, *, actor: User | None) -> None:
    """Set the answer of a partner whose network is locked."""
    check_move(PARTNER_MOVES, partner.state, target)
    partner.state, partner.answered_by = target, actor
    partner.answered_at = timezone.now() if actor else None


def _already_in(partner: Partner) -> str:
    name = {"name": partner.organisation.name}
    if partner.role == Partner.Role.LEAD:
        return _("%(name)s leads this network already.") % name
    if partner.state == PartnerState.INVITED:
        return _("%(name)s is already invited and has not answered yet.") % name
    return _("%(name)s is already a partner.") % name


# --- The district --------------------------------------------------------------------------------------------------


def _district(call: Call, organisation: Organisation) -> District:
    """The organisation's district where the call is for it (or for all), else the call's first one."""
    districts = list(call.districts.order_by("pk"))
    if organisation.district and (not districts or organisation.district in districts):
        return organisation.district
    if not districts:
        words = _("%(name)s belongs to no district yet. Choose one in its profile, then start the network.")
        raise DomainError(words % {"name": organisation.name})
    return districts[0]
