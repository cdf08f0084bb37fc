"""Who may do what with networks. Rows come through `visible_to`; these say what may be done with a row that is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.models import Call
from district_portal.accounts.models import Role, User
from enterprises.models import Organisation
from projects.models import Network, Partner

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    Person = User | AnonymousUser


def can_see_network(user: Person, network: Network) -> bool:
    """Rows come through `visible_to`: who sees the row sees the page."""
    return user.is_authenticated


def can_start_network(user: Person, call: Call) -> bool:
    """Whoever acts for an organisation."""
    return Organisation.objects.acted_for_by(user).exists()


def can_lead_network(user: Person, network: Network) -> bool:
    """Owners and editors of the lead: they invite, write, submit and withdraw."""
    return Partner.objects.of(user).filter(network=network, role=Partner.Role.LEAD).exists()


def can_remove_partner(user: Person, partner: Partner) -> bool:
    return can_lead_network(user, partner.network)


def can_answer_invitation(user: Person, network: Network) -> bool:
    """Owners and editors of an organisation that was invited, whatever it has answered."""
    return Partner.objects.of(user).filter(network=network, role=Partner.Role.PARTNER).exists()


def belongs_to_network(user: Person, network: Network) -> bool:
    """Whether the person is a member, in any role, of an organisation in the network."""
    return user.is_authenticated and Network.objects.of_member(user).filter(pk=network.pk).exists()


def can_decide_network(user: Person, network: Network) -> bool:
    """Facilitators of its district, except for those who belong to one of its organisations (segregation of duties)."""
    return reviews_district_of(user, network) and not belongs_to_network(user, network)


def reviews_district_of(user: Person, network: Network) -> bool:
    return user.is_authenticated and any(
        appointment.role == Role.FACILITATOR and appointment.reaches(network.district_id, network.district.region_id)
        for appointment in user.current_appointments
    )


def can_search_partners(user: Person) -> bool:
    """Members of any organisation."""
    return user.is_authenticated and "enterprise" in user.roles


def can_facilitate(user: Person) -> bool:
    return user.is_authenticated and user.holds(Role.FACILITATOR)


def can_see_region(user: Person) -> bool:
    """Regional staff: the funding dashboard and report, of the districts that they work for."""
    return user.is_authenticated and user.holds(Role.REGIONAL_STAFF)
