"""Whom a change of a call concerns."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from calls.models import Call
from district_portal.accounts.models import User
from enterprises.models import Membership

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
