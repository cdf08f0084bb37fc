"""Who takes no part in deciding on a proposal: a declared conflict, an own organisation, help with writing it, its
approval."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from assessment.models import Assessment
from assessment.permissions import has_taken_part
from assessment.states import Conflict
from projects.models import Decision, Helper, Network
from projects.states import NetworkState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from district_portal.accounts.models import User


def takes_no_part(user: User | AnonymousUser, assessment: Assessment) -> bool:
    """Segregation of duties (`domain.md`, 4): known ties count as much as what was declared."""
    if not user.is_authenticated:
        return True
    declared = assessment.assignments.filter(evaluator=user, declared=Conflict.CONFLICT)
    return declared.exists() or has_taken_part(user, assessment.network)


def out_of_bounds(user: User, assessments: Iterable[Assessment]) -> set[int]:
    """Ids of those in which the person takes no part; four queries for any number."""
    declared = set(user.assignments.filter(declared=Conflict.CONFLICT).values_list("assessment", flat=True))
    own = set(Network.objects.of_member(user).values_list("pk", flat=True))
    helped = set(Helper.objects.have_helped().filter(user=user).values_list("network", flat=True))
    approved = set(
        Decision.objects.filter(actor=user, to_state=NetworkState.APPROVED).values_list("network", flat=True)
    )
    ties = own | helped | approved
    return {each.pk for each in assessments if each.pk in declared or each.network_id in ties}
