"""What waits for facilitators: organisations that have become interested."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.models import Call
from district_portal.accounts.models import Role, User
from district_portal.shared.desk import DeskTask
from district_portal.shared.ui import localised

RECENT = timedelta(days=7)


def tasks(user: User, now: datetime) -> Iterable[DeskTask]:
    """Calls of the facilitator in which organisations registered interest during the last 7 days."""
    if not user.holds(Role.FACILITATOR):
        return
    recent = Q(interests__withdrawn_at=None, interests__registered_at__gt=now - RECENT)
    calls = Call.objects.facilitated_by(user).defer("search_it", "search_en")
    calls = calls.annotate(
        recent=Count("interests", filter=recent), latest=Max("interests__registered_at", filter=recent)
    )
    for call in calls.filter(recent__gt=0).order_by("-latest", "pk"):
        yield DeskTask(
            title=ngettext(
                "Meet %(count)s organisation that is newly interested",
                "Meet %(count)s organisations that are newly interested",
                call.recent,
            )
            % {"count": call.recent},
            context=localised(call, "title"),
            icon="it-flag",
            action=_("See who is interested"),
            url=reverse("calls:interests", args=[call.slug]),
            created=call.latest,
        )
