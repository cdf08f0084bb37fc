"""Who is writing at a section now. A lock warns and expires; it never decides whether a save counts."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from district_portal.accounts.models import User
from projects.models import Network, SectionLock

LEASE = timedelta(minutes=3)
"""For which a lock holds after the last sign of its holder."""


@transaction.atomic
def take_lock(network: Network, section: str, *, actor: User, moment: datetime) -> SectionLock:
    """Take or renew the lock where nobody else holds it; the lock that there is now, perhaps of somebody else."""
    hold_lock(network, section, actor=actor, moment=moment)
    return SectionLock.objects.select_related("holder").get(network=network, section=section)


def hold_lock(network: Network, section: str, *, actor: User, moment: datetime) -> None:
    """As `take_lock`, in the caller's transaction, for whom it does not matter whose the lock is."""
    locks = SectionLock.objects.filter(network=network, section=section)
    expires = moment + LEASE
    if not locks.filter(holder=actor).update(expires_at=expires):
        free = locks.filter(expires_at__lte=moment)
        if not free.update(holder=actor, taken_at=moment, expires_at=expires):
            new = SectionLock(network=network, section=section, holder=actor, taken_at=moment, expires_at=expires)
            SectionLock.objects.bulk_create([new], ignore_conflicts=True)


@transaction.atomic
def take_over_lock(network: Network, section: str, *, actor: User, moment: datetime) -> SectionLock:
    """Take the lock whoever holds it; the other person's next save says so."""
    given = {"holder": actor, "taken_at": moment, "expires_at": moment + LEASE}
    lock, _created = SectionLock.objects.update_or_create(network=network, section=section, defaults=given)
    return lock


def release_lock(network: Network, section: str, *, actor: User, moment: datetime) -> None:
    """Let others in at once, for whoever leaves."""
    SectionLock.objects.filter(network=network, section=section, holder=actor).update(expires_at=moment)
