"""Who may do what with calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.models import Call
from district_portal.accounts.models import User
from enterprises.models import Organisation

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def can_register_interest(user: User, call: Call) -> bool:
    """Owners and editors of an organisation; whether the call is open is not a question of rights."""
    return Organisation.objects.acted_for_by(user).exists()


def can_see_interests(user: User | AnonymousUser, call: Call) -> bool:
    """The facilitator of the call or of its districts."""
    return Call.objects.facilitated_by(user).filter(pk=call.pk).exists()


def can_save_answers(user: User, call: Call) -> bool:
    """Owners and editors of an organisation keep the answers of their self-check."""
    return Organisation.objects.acted_for_by(user).exists()
