"""What facilitators write to the interested organisations of their calls."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from calls.models import Call, InterestMessage
from calls.notifications import interests as notifications
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from enterprises.models import Organisation


@transaction.atomic
def send_interest_message(
    call: Call, *, actor: User, key: UUID, subject: str, text: str, organisations: Sequence[Organisation]
) -> InterestMessage:
    """Tell the owners of the organisations, once per `key` (that of the form): the same again changes nothing.

    Raises `DomainError` where an organisation is not interested in the call now, or nobody was chosen.
    """
    message, created = InterestMessage.objects.get_or_create(
        key=key, defaults={"call": call, "sender": actor, "subject": subject, "text": text}
    )
    if (message.call_id, message.sender_id) != (call.pk, actor.pk):
        raise DomainError(_("This message was begun by somebody else. Write a new one."))
    if not created:
        return message
    interested = set(call.interests.active().values_list("organisation", flat=True))
    if not organisations or not interested.issuperset(organisation.pk for organisation in organisations):
        raise DomainError(
            _("Somebody of those you chose is no longer interested in this call. Choose again whom you write to.")
        )
    message.organisations.set(organisations)
    notifications.interest_message(message)
    return message
