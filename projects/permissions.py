"""Who may do what with networks. Rows come through `visible_to`; these say what may be done with a row that is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from calls.models import Call
from district_portal.accounts.models import Appointment, Role, User
from enterprises.models import Membership, Organisation
from projects.models import Answer, Comment, Helper, Network, Paper, Partner, ProposalVersion, Submission
from projects.states import PartnerState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    Person = User | AnonymousUser


def can_see_network(user: Person, network: Network) -> bool:
    """Rows come through `visible_to`: who sees the row sees the page."""
    return user.is_authenticated


def can_read_paper(user: Person, paper: Paper) -> bool:
    """Rows come through `visible_to`: who sees the network reads what was made of it."""
    return user.is_authenticated


def can_start_network(user: Person, call: Call) -> bool:
    """Whoever acts for an organisation."""
    return Organisation.objects.acted_for_by(user).exists()


def can_lead_network(user: Person, network: Network) -> bool:
    """Owners and editors of the lead: they invite, write, submit and withdraw."""
    return Partner.objects.of(user).filter(network=network, role=Partner.Role.LEAD).exists()


def can_write_network(user: Person, network: Network) -> bool:
    """Owners and editors of every partner that has confirmed, and those who help to write."""
    return acts_for_partner(user, network) or helps_to_write(user, network)


def acts_for_partner(user: Person, network: Network) -> bool:
    return Partner.objects.of(user).accepted().filter(network=network).exists()


def helps_to_write(user: Person, network: Network) -> bool:
    return user.is_authenticated and Helper.objects.helping().filter(network=network, user=user).exists()


def can_write_partner(user: Person, partner: Partner) -> bool:
    """What one partner alone says (its answers, its budget): its own people, the lead's, and helpers."""
    if Partner.objects.of(user).accepted().filter(pk=partner.pk).exists():
        return True
    return can_lead_network(user, partner.network) or helps_to_write(user, partner.network)


def can_write_answer(user: Person, answer: Answer) -> bool:
    """A text of the proposal: everybody's, or one partner's alone. `answer` may be one that is not saved yet."""
    if answer.partner is None:
        return can_write_network(user, answer.network)
    return answer.partner.state == PartnerState.ACCEPTED and can_write_partner(user, answer.partner)


def can_comment(user: Person, network: Network) -> bool:
    """Everyone who sees the network. Commenting is not helping to write (`domain.md`, 4)."""
    return can_see_network(user, network)


def can_settle_comment(user: Person, comment: Comment) -> bool:
    """Threads are settled, and taken up again, by whoever may comment."""
    return can_comment(user, comment.network)


def can_change_comment(user: Person, comment: Comment) -> bool:
    """Its author."""
    return user.is_authenticated and comment.author_id == user.pk


def can_sign_off(user: Person, partner: Partner) -> bool:
    """The partner's delegates: its owners. Nobody signs off for another organisation, helpers least of all."""
    if not user.is_authenticated or partner.state != PartnerState.ACCEPTED:
        return False
    return Membership.objects.current().owners().filter(user=user, organisation=partner.organisation_id).exists()


def can_remove_partner(user: Person, partner: Partner) -> bool:
    return can_lead_network(user, partner.network)


def can_leave_network(user: Person, partner: Partner) -> bool:
    """Owners and editors of the partner itself."""
    return Partner.objects.of(user).accepted().filter(pk=partner.pk).exists()


def can_drop_lead_offer(user: Person, partner: Partner) -> bool:
    """The lead takes its offer back; an owner of the partner turns it down."""
    return can_lead_network(user, partner.network) or can_sign_off(user, partner)


def is_this_helper(user: Person, helper: Helper) -> bool:
    return helper.user_id == user.pk


def can_end_helper(user: Person, helper: Helper) -> bool:
    """The helper, or the lead."""
    return is_this_helper(user, helper) or can_lead_network(user, helper.network)


def can_answer_invitation(user: Person, network: Network) -> bool:
    """Owners and editors of an organisation that was invited, whatever it has answered."""
    return Partner.objects.of(user).filter(network=network, role=Partner.Role.PARTNER).exists()


def belongs_to_network(user: Person, network: Network) -> bool:
    """Whether the person is a member, in any role, of an organisation in the network."""
    return user.is_authenticated and Network.objects.of_member(user).filter(pk=network.pk).exists()


def can_decide_network(user: Person, network: Network) -> bool:
    """Facilitators of its district, unless they are too close to it; the Region's staff where none of them is left."""
    if is_too_close(user, network):
        return False
    if reviews_district_of(user, network):
        return True
    return works_for_region_of(user, network) and not _free(network, Role.FACILITATOR).exists()


def deciders_of(network: Network) -> QuerySet[User]:
    """Who may decide on the network now, by the same rule."""
    facilitators = _free(network, Role.FACILITATOR)
    return facilitators if facilitators.exists() else _free(network, Role.REGIONAL_STAFF)


def _free(network: Network, role: Role) -> QuerySet[User]:
    """Active people with the role in the network's district, but for those who are too close to the network."""
    offices = Appointment.objects.current().of_district(network.district).filter(role=role)
    organisations = network.partners.members().values("organisation")
    members = Membership.objects.current().filter(organisation__in=organisations)
    helpers = network.helpers.have_helped()
    people = User.objects.filter(is_active=True, pk__in=offices.values("user"))
    return people.exclude(pk__in=members.values("user")).exclude(pk__in=helpers.values("user"))


def can_see_review(user: Person, network: Network) -> bool:
    """Facilitators of its district, also those who may not decide, and the Region's staff."""
    return reviews_district_of(user, network) or works_for_region_of(user, network)


def is_too_close(user: Person, network: Network) -> bool:
    """Segregation of duties (`domain.md`, 4): who belongs to one of its organisations, or has helped to write."""
    if belongs_to_network(user, network):
        return True
    return user.is_authenticated and Helper.objects.have_helped().filter(network=network, user=user).exists()


def reviews_district_of(user: Person, network: Network) -> bool:
    return user.is_authenticated and any(
        appointment.role == Role.FACILITATOR and appointment.reaches(network.district_id, network.district.region_id)
        for appointment in user.current_appointments
    )


def works_for_region_of(user: Person, network: Network) -> bool:
    """Regional staff of the network's region."""
    return user.is_authenticated and any(
        appointment.role == Role.REGIONAL_STAFF and appointment.reaches(network.district_id, network.district.region_id)
        for appointment in user.current_appointments
    )


def can_see_submission(user: Person, submission: Submission) -> bool:
    return can_see_network(user, submission.network)


def can_see_version(user: Person, version: ProposalVersion) -> bool:
    return can_see_network(user, version.network)


def can_record_protocol(user: Person, submission: Submission) -> bool:
    """The lead, who hands the package over, and the Region's staff, who take it in."""
    return can_lead_network(user, submission.network) or works_for_region_of(user, submission.network)


def can_search_partners(user: Person) -> bool:
    """Members of any organisation."""
    return user.is_authenticated and "enterprise" in user.roles


def can_facilitate(user: Person) -> bool:
    return user.is_authenticated and user.holds(Role.FACILITATOR)


def can_see_region(user: Person) -> bool:
    """Regional staff: the funding dashboard and report, of the districts that they work for."""
    return user.is_authenticated and user.holds(Role.REGIONAL_STAFF)
