"""People around a network, in one word each."""

from district_portal.accounts.models import District, Role, User
from district_portal.notifications.models import OutboxRow
from enterprises.models import MembershipRole, Organisation
from projects.models import Network, Partner
from tests.factories import AppointmentFactory, MembershipFactory


def owner(organisation: Organisation) -> User:
    return MembershipFactory(organisation=organisation).user


def editor(organisation: Organisation) -> User:
    return MembershipFactory(organisation=organisation, role=MembershipRole.EDITOR).user


def viewer(organisation: Organisation) -> User:
    return MembershipFactory(organisation=organisation, role=MembershipRole.VIEWER).user


def facilitator(district: District) -> User:
    return AppointmentFactory(district=district).user


def regional_staff(network: Network) -> User:
    region = network.district.region
    return AppointmentFactory(district=None, region=region, role=Role.REGIONAL_STAFF).user


def lead_of(network: Network) -> Organisation:
    return network.partners.get(role=Partner.Role.LEAD).organisation


def told(message: str) -> set[str]:
    """E-mail addresses of those who are told, checked to be told by mail and in the inbox each."""
    rows = OutboxRow.objects.filter(message=message)
    by_channel = {
        channel: set(rows.filter(channel=channel).values_list("user__email", flat=True))
        for channel in ("mail", "inbox")
    }
    assert by_channel["mail"] == by_channel["inbox"]
    return by_channel["mail"]
