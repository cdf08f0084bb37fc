"""What partners are told about sign-offs. Templates: `templates/projects/emails/<name>.*`."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from district_portal.accounts.models import User
from district_portal.notifications.outbox import Content, Message, NoLongerTrue, announce, announce_each, path_of
from projects.models import Network, Partner, ProposalVersion, SignOff
from projects.notifications.recipients import leads_of, owners_of
from projects.section_titles import titles_of


def _path(network: Network) -> str:
    return path_of("projects:sending", network.pk)


def _load_asked(about: str) -> Content:
    """`about`: ids of the partner and of the version that it is asked to sign off."""
    partner_id, _colon, version_id = about.partition(":")
    partner = Partner.objects.select_related("network__call", "organisation").get(pk=partner_id)
    version = ProposalVersion.objects.get(pk=version_id)
    if partner.sign_offs.standing().filter(digest=version.digest).exists():
        raise NoLongerTrue
    network = partner.network
    context = {"network": network, "call": network.call, "organisation": partner.organisation, "version": version}
    return Content(path=_path(network), context=context)


def _load_voided(about: str) -> Content:
    """`about`: id of one of the sign-offs that were voided by the same change."""
    first = SignOff.objects.select_related("network__call", "voided_by", "version").get(pk=about)
    network = first.network
    voided = network.sign_offs.filter(voided_at=first.voided_at).select_related("partner__organisation")
    names = [each.partner.organisation.name for each in voided.order_by("partner__role", "partner__pk")]
    section = first.voided_by_section
    context = {
        "network": network,
        "names": names,
        "section": titles_of(network, [section])[section] if section else "",
        "actor": first.voided_by,
        "moment": first.voided_at,
        "number": first.version.number,
    }
    return Content(path=_path(network), context=context)


SIGN_OFF_ASKED = Message("projects/sign_off_asked", load=_load_asked)
SIGN_OFFS_VOIDED = Message("projects/sign_offs_voided", load=_load_voided)
SIGN_OFF_WITHDRAWN = Message("projects/sign_off_withdrawn", load=_load_voided)


def sign_off_asked(version: ProposalVersion, partners: Sequence[Partner]) -> None:
    """To the owners of each partner, for each version once a day."""
    today = timezone.localdate()
    announce_each(
        SIGN_OFF_ASKED,
        (
            (f"{partner.pk}:{version.pk}", f"{partner.pk}:{version.pk}:{today}", user)
            for partner in partners
            for user in owners_of([partner])
        ),
    )


def sign_offs_voided(network: Network, voided: Sequence[SignOff]) -> None:
    """One message, to those who signed and to the owners of the lead."""
    people: list[User] = [*(each.signed_by for each in voided), *leads_of(network)]
    announce(SIGN_OFFS_VOIDED, about=voided[0].pk, key=str(voided[0].pk), users=people)


def sign_off_withdrawn(sign_off: SignOff) -> None:
    """To the owners of the lead."""
    announce(SIGN_OFF_WITHDRAWN, about=sign_off.pk, key=str(sign_off.pk), users=leads_of(sign_off.network))
