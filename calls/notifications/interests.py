"""What calls tell people."""

from __future__ import annotations

from django.utils.translation import get_language

from calls.models import Interest
from district_portal.accounts.models import User
from district_portal.notifications.outbox import Content, Message, announce
from district_portal.shared.ui import localised


def _load(about: str) -> Content:
    """`about`: id of the interest."""
    interest = Interest.objects.select_related("call", "organisation", "registered_by").get(pk=about)
    call = interest.call
    return Content(
        path=call.get_absolute_url().removeprefix(f"/{get_language()}"),
        context={"interest": interest, "call": call, "title": localised(call, "title")},
    )


INTEREST_REGISTERED = Message("calls/interest_registered", load=_load)
INTEREST_WITHDRAWN = Message("calls/interest_withdrawn", load=_load)


def interest_registered(interest: Interest) -> None:
    """To the owners of the organisation and the facilitator of the call, once for each registration."""
    owners = User.objects.filter(memberships__in=interest.organisation.memberships.current().owners())
    announce(
        INTEREST_REGISTERED,
        about=interest.pk,
        key=f"{interest.pk}:{interest.registered_at.timestamp()}",
        users=[*owners, *_facilitator(interest)],
    )


def interest_withdrawn(interest: Interest) -> None:
    """To the facilitator of the call, once for each registration that was withdrawn."""
    announce(
        INTEREST_WITHDRAWN,
        about=interest.pk,
        key=f"{interest.pk}:{interest.registered_at.timestamp()}",
        users=_facilitator(interest),
    )


def _facilitator(interest: Interest) -> list[User]:
    facilitator = interest.call.facilitator
    return [facilitator] if facilitator else []
