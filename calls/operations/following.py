"""Following calls, and remembering when a person last looked at one."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from calls.models import Call, Follow, Visit
from district_portal.accounts.models import User

VISIT_LASTS = timedelta(minutes=30)
"""Looking again within this time is the same visit."""


@transaction.atomic
def follow_call(call: Call, *, actor: User) -> None:
    """Be told of what changes in the call. Following again changes nothing."""
    Follow.objects.bulk_create([Follow(user=actor, call=call)], ignore_conflicts=True)


@transaction.atomic
def unfollow_call(call: Call, *, actor: User) -> None:
    """Unfollowing what is not followed changes nothing."""
    Follow.objects.filter(user=actor, call=call).delete()


def look_at_call(call: Call, *, actor: User, moment: datetime, seen: bool) -> datetime | None:
    """Since when something is news to a person who looks at `moment`: their visit before; None on the first visit.

    Remembers the visit, in one statement and at most once for each, where the page is `seen` (which a prefetched one
    is not).
    """
    visit = Visit.objects.filter(user=actor, call=call).first()
    if visit is None:
        if seen:
            Visit.objects.bulk_create([Visit(user=actor, call=call, at=moment)], ignore_conflicts=True)
        return None
    if moment - visit.at < VISIT_LASTS:
        return visit.before
    if seen:
        # Of two windows opened together the first one counts.
        Visit.objects.filter(pk=visit.pk, at=visit.at).update(at=moment, before=F("at"))
    return visit.at
