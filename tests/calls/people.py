"""Whom the tests of publishing share, and what they were told."""

from district_portal.accounts.models import Role, User
from district_portal.notifications.models import OutboxRow
from tests.factories import AppointmentFactory, RegionFactory


def regional(**where) -> User:
    """Somebody of the staff of a region."""
    return AppointmentFactory(role=Role.REGIONAL_STAFF, district=None, region=RegionFactory(**where)).user


def told(message: str) -> set[User]:
    """Who gets a mail."""
    rows = OutboxRow.objects.filter(message=f"calls/{message}", channel="mail")
    return set(User.objects.filter(pk__in=rows.values("user")))
