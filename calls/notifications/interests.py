"""What calls tell people."""

from __future__ import annotations

from collections.abc import Iterable

from calls.models import Interest, InterestMessage, Visibility
from district_portal.accounts.models import User
from district_portal.notifications.outbox import Content, Message, announce, without_language
from district_portal.shared.ui import localised
from enterprises.models import Concept, Membership


def _load(about: str) -> Content:
    """`about`: id of the interest."""
    interest = Interest.objects.select_related("call", "organisation", "registered_by").get(pk=about)
    call = interest.call
    return Content(
        path=without_language(call.get_absolute_url()),
        context={
            "interest": interest,
            "call": call,
            "title": localised(call, "title"),
            "offered": _names(interest.offered.all()),
            "sought": _names(interest.sought.all()),
            "only_facilitator": interest.visibility == Visibility.FACILITATOR,
        },
    )


def _names(concepts: Iterable[Concept]) -> str:
    return ", ".join(sorted(localised(concept, "name") for concept in concepts))


def _load_message(about: str) -> Content:
    """`about`: id of the message. Answers go to its sender."""
    message = InterestMessage.objects.select_related("call", "sender").get(pk=about)
    return Content(
        path=without_language(message.call.get_absolute_url()),
        context={"message": message, "sender": message.sender, "title": localised(message.call, "title")},
        headers={"Reply-To": message.sender.email},
    )


INTEREST_REGISTERED = Message("calls/interest_registered", load=_load)
INTEREST_WITHDRAWN = Message("calls/interest_withdrawn", load=_load)
INTEREST_MESSAGE = Message("calls/interest_message", load=_load_message)


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


def interest_message(message: InterestMessage) -> None:
    """To the owners of the organisations that the facilitator chose, once for each message and person."""
    owners = User.objects.filter(
        memberships__in=Membership.objects.current().owners().filter(organisation__in=message.organisations.all())
    )
    announce(INTEREST_MESSAGE, about=message.pk, key=str(message.pk), users=owners)


def _facilitator(interest: Interest) -> list[User]:
    facilitator = interest.call.facilitator
    return [facilitator] if facilitator else []
