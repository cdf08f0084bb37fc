"""Whom a change of a call concerns, and who prepares it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from calls.models import Call, CallQuerySet, Follow, Interest
from district_portal.accounts.models import Appointment, Role, User
from enterprises.models import Membership, Organisation

# Networks belong to a higher room: their relations and states go by name.
OVER = ["withdrawn", "refused"]
TAKING_PART = ["invited", "accepted"]


def people_concerned(call: Call) -> QuerySet[User]:
    """Each active person once: followers of the call, owners of the interested organisations, and whoever acts for an
    organisation that takes part in (or is invited to) a network for it."""
    current = Membership.objects.current()
    interested = current.owners().filter(organisation__in=call.interests.active().values("organisation"))
    networked = current.acting().filter(
        organisation__partnerships__network__in=call.networks.exclude(state__in=OVER).values("pk"),
        organisation__partnerships__state__in=TAKING_PART,
    )
    return User.objects.filter(
        Q(pk__in=call.follows.values("user"))
        | Q(pk__in=interested.values("user"))
        | Q(pk__in=networked.values("user")),
        is_active=True,
    )


def calls_concerning(user: User) -> CallQuerySet:
    """The other way round: public calls for which `people_concerned` names the person."""
    current = Membership.objects.current().filter(user=user)
    partnerships = Organisation._meta.get_field("partnerships").related_model._default_manager
    taking_part = partnerships.filter(
        organisation__in=current.acting().values("organisation"), state__in=TAKING_PART
    ).exclude(network__state__in=OVER)
    interests = Interest.objects.active().filter(organisation__in=current.owners().values("organisation"))
    return Call.objects.published().filter(
        Q(pk__in=Follow.objects.visible_to(user).values("call"))
        | Q(pk__in=interests.values("call"))
        | Q(pk__in=taking_part.values("network__call"))
    )


def people_who_prepare(call: Call) -> QuerySet[User]:
    """Each active person once who prepares the call by office: staff of its region, and facilitators who act for its
    actuator. (Administrators may, too; nobody waits for them.)"""
    offices = Appointment.objects.current()
    condition = Q(pk__in=offices.filter(role=Role.REGIONAL_STAFF, region=call.programme.region_id).values("user"))
    if call.actuator_id is not None:
        acting = Membership.objects.current().acting().filter(organisation=call.actuator_id)
        facilitators = offices.filter(role=Role.FACILITATOR)
        condition |= Q(pk__in=acting.values("user")) & Q(pk__in=facilitators.values("user"))
    return User.objects.filter(condition, is_active=True)
