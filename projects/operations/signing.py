"""Sign-offs: a partner's delegate agrees to exactly what is going to be sent."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.states import CallState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from projects import permissions, sections
from projects.content import digest, snapshot
from projects.models import Activity, IntegrationRound, Network, Partner, PartnerQuerySet, ProposalVersion, SignOff
from projects.notifications import signing as notifications
from projects.operations.versions import record_version
from projects.states import SIGNABLE, NetworkState, PartnerState

# What the lead alone answers for in an integration round: papers of the network, not what its partners agreed upon.
OF_THE_LEAD = {sections.ATTACHMENTS, sections.DECLARATIONS}


class StaleSignOff(DomainError):
    """The proposal says something else than what was shown: both versions (`shown` None where it is not known)."""

    def __init__(self, shown: ProposalVersion | None, now: ProposalVersion) -> None:
        super().__init__(_("The proposal has changed since you opened it. Read what changed, then sign off again."))
        self.shown, self.now = shown, now


def open_round(network: Network) -> IntegrationRound | None:
    """The integration round that the network may answer now."""
    if network.state != NetworkState.SENT:
        return None
    rounds = IntegrationRound.objects.open_at(timezone.now()).filter(submission__network=network)
    return rounds.select_related("submission").first()


def can_be_signed(network: Network) -> bool:
    """Only what may still be sent: until the call's deadline, or while an integration round is open."""
    call = network.call
    over = call.state == CallState.CANCELLED or (call.closes_at is not None and call.closes_at <= timezone.now())
    return (network.state in SIGNABLE and not over) or open_round(network) is not None


def check_signable(network: Network) -> None:
    """Raises `DomainError` with why nothing is signed off now."""
    if can_be_signed(network):
        return
    if network.state in SIGNABLE:
        raise DomainError(_("The call is over: nothing can be sent any more, so there is nothing to sign off."))
    state = NetworkState(network.state).label
    raise DomainError(_("There is nothing to sign off now: the network is “%(state)s”.") % {"state": state})


def who_signs(network: Network, integration: IntegrationRound | None) -> PartnerQuerySet:
    """Partners whose sign-off is needed for what is sent next: all that have confirmed.

    For an integration round only those concerned (`asked_of`), and the lead.
    """
    partners = network.partners.accepted()
    owners = asked_of(integration) if integration else None
    return partners if owners is None else partners.filter(Q(pk__in=owners) | Q(role=Partner.Role.LEAD))


def asked_of(integration: IntegrationRound) -> set[int] | None:
    """Partners whose own section is asked for. None: of all, as a section of everyone says what they do or bear."""
    owners = {sections.partner_of(key) for key in integration.sections if key not in OF_THE_LEAD}
    return None if None in owners else {owner for owner in owners if owner is not None}


@transaction.atomic
def version_to_sign(network: Network, *, actor: User) -> ProposalVersion:
    """What is shown before it is signed off, kept as a version, so that a later answer can say what has changed."""
    return record_version(network, note="", actor=actor)


@transaction.atomic
def sign_off(partner: Partner, *, digest: str, actor: User) -> SignOff:
    """Agree, for a partner, to the version with this digest. Again: the same sign-off.

    Raises `StaleSignOff` when the proposal says something else by now, `DomainError` when it cannot be signed off.
    """
    network = _lock(partner.network)
    partner = _signer(partner, actor)
    check_signable(network)
    version = record_version(network, note="", actor=actor)
    if version.digest != digest:
        raise StaleSignOff(network.versions.filter(digest=digest).order_by("-number").first(), version)
    standing = partner.sign_offs.standing().first()
    if standing is not None and standing.digest == digest:
        return standing
    if standing is not None:
        _void([standing], actor=actor, section="")
    _note(partner, "signed_off", actor)
    return SignOff.objects.create(
        network=network, partner=partner, version=version, digest=version.digest, signed_by=actor
    )


@transaction.atomic
def withdraw_sign_off(partner: Partner, *, actor: User) -> None:
    """Take a standing sign-off back. Raises `DomainError` when there is none, or the proposal is sent."""
    network = _lock(partner.network)
    partner = _signer(partner, actor)
    if not can_be_signed(network) and network.state not in SIGNABLE:
        raise DomainError(_("The proposal is sent: its sign-offs stay. Its lead can withdraw it."))
    standing = partner.sign_offs.standing().first()
    if standing is None:
        raise DomainError(_("%(name)s has not signed off.") % {"name": partner.organisation.name})
    _void([standing], actor=actor, section="")
    _note(partner, "sign_off_withdrawn", actor)
    notifications.sign_off_withdrawn(standing)


@transaction.atomic
def ask_for_sign_offs(network: Network, *, actor: User) -> list[Partner]:
    """Ask all partners whose sign-off is missing, and return them. Raises `DomainError` when nobody is left to ask."""
    network = _lock(network)
    if not permissions.can_lead_network(actor, network):
        raise PermissionDenied
    check_signable(network)
    version = record_version(network, note="", actor=actor)
    missing = missing_sign_offs(network, version.digest)
    if not missing:
        raise DomainError(_("Every partner has signed off this version."))
    Activity.objects.create(network=network, kind="sign_offs_asked", actor=actor)
    notifications.sign_off_asked(version, missing)
    return missing


def missing_sign_offs(network: Network, digest: str) -> list[Partner]:
    """Partners whose sign-off of this digest is needed and not there, with their organisations."""
    signed = network.sign_offs.standing().filter(digest=digest)
    needed = who_signs(network, open_round(network)).select_related("organisation")
    return list(needed.exclude(pk__in=signed.values("partner")))


def void_sign_offs(network: Network, *, section: str, actor: User | None) -> list[SignOff]:
    """Void the standing sign-offs of a locked network that are about something else than what it says now.

    Whoever gave one is told, and the lead. While an integration round is open the others, of whom nothing is asked,
    are not: what they signed off was sent.
    """
    standing = list(network.sign_offs.standing().select_related("partner", "signed_by"))
    if not standing:
        return []
    now = digest(snapshot(network))
    stale = [each for each in standing if each.digest != now]
    if stale:
        _void(stale, actor=actor, section=section)
        asked = set(who_signs(network, open_round(network)).values_list("pk", flat=True))
        if concerned := [each for each in stale if each.partner_id in asked]:
            notifications.sign_offs_voided(network, concerned)
    return stale


def _void(stale: list[SignOff], *, actor: User | None, section: str) -> None:
    now = timezone.now()
    for each in stale:
        each.voided_at, each.voided_by, each.voided_by_section = now, actor, section
    SignOff.objects.bulk_update(stale, ["voided_at", "voided_by", "voided_by_section"])


def _note(partner: Partner, kind: str, actor: User) -> None:
    """For the list of activity (`operations.changes.note` stands above this module)."""
    detail = {"name": partner.organisation.name}
    Activity.objects.create(network=partner.network, kind=kind, actor=actor, detail=detail)


def _lock(network: Network) -> Network:
    return Network.objects.select_for_update(of=("self",)).select_related("district", "call").get(pk=network.pk)


def _signer(partner: Partner, actor: User) -> Partner:
    """The partner as it is under its network's lock, for which the person may sign."""
    found = Partner.objects.select_related("organisation").filter(pk=partner.pk, state=PartnerState.ACCEPTED).first()
    if found is None:
        raise DomainError(_("%(name)s is not in the network any more.") % {"name": partner.organisation.name})
    if not permissions.can_sign_off(actor, found):
        raise PermissionDenied
    return found
