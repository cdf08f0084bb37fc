"""Everything that changes an expression of interest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from calls.models import Call, Interest, Visibility
from calls.notifications import interests as notifications
from calls.operations.lifecycle import hold_open
from district_portal.accounts.models import User
from enterprises.models import Concept, Organisation


@dataclass(frozen=True)
class Choice:
    """Which competences an organisation offers and seeks for the call, and who may see its interest."""

    offered: Sequence[Concept] = ()
    sought: Sequence[Concept] = ()
    visibility: str = Visibility.FACILITATOR
    opens_competences: bool = False


@dataclass(frozen=True)
class InterestDetails:
    """What an organisation tells beside that it is interested; `choice` None keeps the one that was made before."""

    note: str = ""
    offers: str = ""
    seeks: str = ""
    wants_to_lead: bool = False
    choice: Choice | None = None


@transaction.atomic
def register_interest(
    call: Call, *, actor: User, organisation: Organisation, arrived: datetime, details: InterestDetails | None = None
) -> Interest:
    """Register an organisation's interest, or take it up again; one row for each organisation and call.

    `details` None keeps those that were given before. Raises `DomainError` unless the call was open at `arrived`.
    """
    call = hold_open(call, arrived)
    interest, created = Interest.objects.get_or_create(
        call=call, organisation=organisation, defaults={"registered_by": actor, "registered_at": arrived}
    )
    interest = Interest.objects.select_for_update().get(pk=interest.pk)
    again = interest.withdrawn_at is not None
    if again:
        interest.withdrawn_at, interest.registered_by, interest.registered_at = None, actor, arrived
    if details is not None:
        _tell(interest, details)
    interest.save()
    interest.call, interest.organisation = call, organisation
    if created or again:
        notifications.interest_registered(interest)
    return interest


def _tell(interest: Interest, details: InterestDetails) -> None:
    interest.note, interest.offers, interest.seeks = details.note, details.offers, details.seeks
    interest.wants_to_lead = details.wants_to_lead
    if details.choice is not None:
        interest.visibility = details.choice.visibility
        interest.opens_competences = details.choice.opens_competences
        interest.offered.set(details.choice.offered)
        interest.sought.set(details.choice.sought)


@transaction.atomic
def withdraw_interest(call: Call, *, actor: User, organisation: Organisation) -> Interest | None:
    """Withdraw an organisation's interest, also after the deadline. Withdrawing what is not there changes nothing."""
    interest = (
        Interest.objects.active()
        .select_for_update(of=["self"])
        .select_related("call", "organisation")
        .filter(call=call, organisation=organisation)
        .first()
    )
    if interest is not None:
        interest.withdrawn_at = timezone.now()
        interest.save(update_fields=["withdrawn_at"])
        notifications.interest_withdrawn(interest)
    return interest
