"""People who help a network to write; whoever accepted neither decides on it nor evaluates it (`domain.md`, 4)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from district_portal.accounts.models import Appointment, Role, User
from district_portal.shared.errors import DomainError
from district_portal.shared.states import check_move
from enterprises.models import Membership
from projects import permissions
from projects.models import Helper, Network
from projects.notifications import forming as notifications
from projects.operations.changes import lock, note
from projects.states import ASKED_TO_HELP, HELPER_MOVES, HelperState, NetworkState

# A network that is decided for good needs no more help.
OVER = {NetworkState.REFUSED, NetworkState.WITHDRAWN}


def possible_helpers(network: Network) -> QuerySet[User]:
    """Active facilitators of the network's district and members of any organisation."""
    offices = Appointment.objects.current().of_district(network.district).filter(role=Role.FACILITATOR)
    members = Membership.objects.current()
    people = User.objects.filter(is_active=True)
    return people.filter(Q(pk__in=offices.values("user")) | Q(pk__in=members.values("user")))


@transaction.atomic
def invite_helper(network: Network, *, user: User, actor: User) -> Helper:
    """Ask a named person to help to write; one who declined or has ended may be asked again. Raises `DomainError`."""
    network = _open(network)
    if not permissions.can_lead_network(actor, network):
        raise PermissionDenied
    if permissions.acts_for_partner(user, network):
        raise DomainError(_("%(name)s writes for a partner of this network already.") % {"name": user})
    helper = network.helpers.filter(user=user).first()
    if helper is not None and helper.state in ASKED_TO_HELP:
        raise DomainError(_("%(name)s is asked already.") % {"name": user})
    if helper is None:
        helper = Helper(network=network, user=user)
    else:
        check_move(HELPER_MOVES, helper.state, HelperState.INVITED)
    helper.state, helper.invited_by, helper.invited_at = HelperState.INVITED, actor, timezone.now()
    # `ended_at` stays: who has helped once is barred whatever the answer is now.
    helper.answered_at = None
    helper.save()
    event = note(network, "helper_invited", actor=actor, name=str(user))
    notifications.helper_invited(event, user)
    return helper


@transaction.atomic
def answer_helper_invitation(helper: Helper, *, accepted: bool, actor: User) -> Helper:
    """The person who was asked accepts, and is barred from deciding and evaluating from then on, or declines.

    The same answer again changes nothing. Raises `DomainError`.
    """
    network = _open(helper.network)
    helper = _helper(network, helper)
    if helper.user_id != actor.pk:
        raise PermissionDenied
    target = HelperState.ACCEPTED if accepted else HelperState.DECLINED
    if helper.state == target:
        return helper
    check_move(HELPER_MOVES, helper.state, target)
    helper.state, helper.answered_at = target, timezone.now()
    helper.save(update_fields=["state", "answered_at"])
    kind = "helper_accepted" if accepted else "helper_declined"
    event = note(network, kind, actor=actor, name=str(actor), answer=target)
    notifications.helper_answered(event, network)
    return helper


@transaction.atomic
def end_helper(helper: Helper, *, actor: User) -> None:
    """The lead or the helper ends the help; an invitation without an answer is taken back. Raises `DomainError`."""
    network = lock(helper.network)
    helper = _helper(network, helper)
    if helper.user_id != actor.pk and not permissions.can_lead_network(actor, network):
        raise PermissionDenied
    check_move(HELPER_MOVES, helper.state, HelperState.ENDED)
    event = note(network, "helper_ended", actor=actor, name=str(helper.user), answer=HelperState.ENDED)
    if helper.user_id == actor.pk:
        notifications.helper_answered(event, network)
    else:
        notifications.helper_ended(event, [helper.user])
    if helper.state == HelperState.INVITED and helper.ended_at is None:
        # Nobody has helped: nobody is barred.
        helper.delete()
        return
    helper.state, helper.ended_at = HelperState.ENDED, helper.ended_at or timezone.now()
    helper.save(update_fields=["state", "ended_at"])


def _open(network: Network) -> Network:
    network = lock(network)
    if network.state in OVER:
        state = NetworkState(network.state).label
        raise DomainError(_("Nobody can help any more: the network is “%(state)s”.") % {"state": state})
    return network


def _helper(network: Network, helper: Helper) -> Helper:
    found = network.helpers.select_related("user").filter(pk=helper.pk).first()
    if found is None:
        raise DomainError(_("This invitation was taken back. Ask the lead of the network."))
    return found
