"""Who may do what with events. Registering and tickets need no account: the secret address is the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from district_portal.accounts.models import Role, User
from events.models import Event

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    Person = User | AnonymousUser


def _holds(user: Person, role: str, event: Event) -> bool:
    if not user.is_authenticated:
        return False
    offices = [office for office in user.current_appointments if office.role == role]
    return any(office.reaches(event.district_id, event.region_id) for office in offices)


def can_organise(user: Person, event: Event) -> bool:
    """Organisers of the event's district, or of its whole region: they see guests and let them in."""
    return _holds(user, Role.ORGANISER, event)


def can_see_statistics(user: Person, event: Event) -> bool:
    """Organisers, and the Region's staff: counts only."""
    return can_organise(user, event) or _holds(user, Role.REGIONAL_STAFF, event)
