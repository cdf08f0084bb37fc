"""Everything that changes an expression of interest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from calls.models import Call, Interest
from calls.notifications import interests as notifications
from calls.operations.lifecycle import hold_open
from district_portal.accounts.models import User
from enterprises.models import Organisation


@dataclass(frozen=True)
class InterestDetails:
    """What an organisation tells the facilitator beside that it is interested."""

    note: str = ""
    offers: str = ""
    seeks: str = ""
    wants_to_lead: bool = False


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
        interest.note, interest.offers, interest.seeks = details.note, details.offers, details.seeks
        interest.wants_to_lead = details.wants_to_lead
    interest.save()
    interest.call, interest.organisation = call, organisation
    if created or again:
        notifications.interest_registered(interest)
    return interest


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
