"""Who is told of what concerns a network."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from district_portal.accounts.models import Appointment, Role, User
from enterprises.models import Membership
from projects.models import Network, Partner


def members_of(network: Network) -> QuerySet[User]:
    """Everyone, in any role, of the organisations that have not declined."""
    organisations = network.partners.members().values("organisation")
    memberships = Membership.objects.current().filter(organisation__in=organisations)
    return User.objects.filter(pk__in=memberships.values("user"))


def owners_of(partners: Iterable[Partner]) -> QuerySet[User]:
    """Who signs off for these partners."""
    organisations = [partner.organisation_id for partner in partners]
    owners = Membership.objects.current().owners().filter(organisation__in=organisations)
    return User.objects.filter(pk__in=owners.values("user"))


def leads_of(network: Network) -> QuerySet[User]:
    """The owners of the lead."""
    return owners_of(network.partners.filter(role=Partner.Role.LEAD))


def facilitators_of(network: Network) -> QuerySet[User]:
    offices = Appointment.objects.current().of_district(network.district).filter(role=Role.FACILITATOR)
    return User.objects.filter(pk__in=offices.values("user"))


def regional_staff_of(network: Network) -> QuerySet[User]:
    """The Region's staff for the network's district."""
    reach = Q(district=network.district_id) | Q(district=None, region=network.district.region_id)
    offices = Appointment.objects.current().filter(reach, role=Role.REGIONAL_STAFF)
    return User.objects.filter(pk__in=offices.values("user"))
