"""Who may do what in the selection. Whether a proposal is in a state that allows it is asked by the operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from assessment.models import Assessment, Assignment, PanelMeeting, Ranking
from calls.models import Call
from calls.permissions import can_prepare_call
from district_portal.accounts.models import Appointment, Role, User
from enterprises.models import Membership
from projects.models import Network
from projects.permissions import can_lead_network, is_too_close
from projects.states import NetworkState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    Person = User | AnonymousUser


def can_open_assessment(user: Person) -> bool:
    """The Region's staff, administrators, and facilitators who run the call of an actuator."""
    if not user.is_authenticated:
        return False
    if user.is_staff or user.holds(Role.REGIONAL_STAFF):
        return True
    return user.holds(Role.FACILITATOR) and Call.objects.prepared_by(user).exists()


def can_read_selection(user: Person, call: Call) -> bool:
    """Who prepares the call: its proposals, checks, scores and journal."""
    return can_prepare_call(user, call)


def can_read_assessment(user: Person, assessment: Assessment) -> bool:
    return can_read_selection(user, assessment.network.call)


def can_run_selection(user: Person, call: Call) -> bool:
    """The Region's staff of the call's programme, facilitators who act for its actuator; administrators only read."""
    if not user.is_authenticated:
        return False
    return runners(call).filter(pk=user.pk).exists()


def can_run_assessment(user: Person, assessment: Assessment) -> bool:
    """Who runs the selection. (Whether they are too close to this network is said in words, by the operation.)"""
    return can_run_selection(user, assessment.network.call)


def runners(call: Call) -> QuerySet[User]:
    """Everyone who runs the selection of a call: whom messages to the Region go to."""
    offices = Appointment.objects.current()
    region = offices.filter(role=Role.REGIONAL_STAFF, region=call.programme.region_id)
    found = Q(pk__in=region.values("user"))
    if call.actuator_id is not None:
        acting = Membership.objects.current().acting().filter(organisation=call.actuator_id)
        facilitators = offices.filter(role=Role.FACILITATOR)
        found |= Q(pk__in=acting.values("user")) & Q(pk__in=facilitators.values("user"))
    return User.objects.filter(found)


def has_taken_part(user: Person, network: Network) -> bool:
    """Segregation of duties: who belongs to the network, has helped to write it or approved it cannot check it."""
    if is_too_close(user, network):
        return True
    return network.decisions.filter(actor=user.pk, to_state=NetworkState.APPROVED).exists()


def can_answer_rejection(user: Person, assessment: Assessment) -> bool:
    """Owners and editors of the lead."""
    return can_lead_network(user, assessment.network)


def can_evaluate(user: Person) -> bool:
    return user.is_authenticated and user.holds(Role.EVALUATOR)


def evaluates_for(user: User, network: Network) -> bool:
    """Whether an evaluator's appointment reaches the network's district."""
    return any(
        office.role == Role.EVALUATOR and office.reaches(network.district_id, network.district.region_id)
        for office in user.current_appointments
    )


def can_open_assignment(user: Person, assignment: Assignment) -> bool:
    """One's own, as far as the page shows anything: a title where nothing is declared, or where it has ended."""
    return assignment.evaluator_id == user.pk and can_evaluate(user)


def can_read_assigned(user: Person, assignment: Assignment) -> bool:
    """The proposal itself: once no conflict is declared, while the assignment stands."""
    return can_open_assignment(user, assignment) and assignment.declared is not None and assignment.stands


def can_compare_scores(user: Person, assignment: Assignment) -> bool:
    """The others' scores: only after one's own are handed in."""
    return can_read_assigned(user, assignment) and assignment.submitted_at is not None


# --- Panel and ranking -----------------------------------------------------------------------------------------------


def sits_on_panel(user: Person, call: Call) -> bool:
    """Whether the person was present at a meeting of the call's panel."""
    return user.is_authenticated and PanelMeeting.objects.filter(call=call, members=user.pk).exists()


def can_read_panel(user: Person, call: Call) -> bool:
    """Who prepares the call, and the members of its panel; never the networks."""
    return can_read_selection(user, call) or sits_on_panel(user, call)


def can_read_calibration(user: Person, call: Call) -> bool:
    """Who prepares the call, and who chairs its panel."""
    chairs = user.is_authenticated and PanelMeeting.objects.filter(call=call, chair=user.pk).exists()
    return chairs or can_read_selection(user, call)


def can_run_meeting(user: Person, meeting: PanelMeeting) -> bool:
    return can_run_selection(user, meeting.call)


def can_read_sheet(user: Person, assessment: Assessment) -> bool:
    return can_read_panel(user, assessment.network.call)


def can_set_consensus(user: Person, assessment: Assessment) -> bool:
    """Who runs the selection, and who is present at the open meeting. (Conflicts are said in words.)"""
    call = assessment.network.call
    if not user.is_authenticated:
        return False
    present = PanelMeeting.objects.filter(call=call, closed_at=None, members=user.pk)
    return present.exists() or can_run_selection(user, call)


def can_read_ranking(user: Person, ranking: Ranking) -> bool:
    return can_read_selection(user, ranking.call)


def can_run_ranking(user: Person, ranking: Ranking) -> bool:
    return can_run_selection(user, ranking.call)
