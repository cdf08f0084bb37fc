"""What waits for a person after the scores: points to agree on, rankings to make and to publish."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessment import permissions
from assessment.inputs import PENDING
from assessment.models import Assessment, Assignment, PanelMeeting, Ranking
from assessment.states import AssessmentState, RankingState
from calls.models import Call
from calls.states import CallState
from district_portal.accounts.models import User
from district_portal.shared.desk import DeskTask
from district_portal.shared.ui import localised

ROWS = 20


def panels_to_decide(user: User, now: datetime) -> Iterator[DeskTask]:
    """For members of an open panel: its call has proposals that all have scored, and that are not closed."""
    meetings = PanelMeeting.objects.filter(members=user, closed_at=None, call__state=CallState.IN_ASSESSMENT)
    unfinished = Assignment.objects.standing().filter(assessment=OuterRef("pk"), submitted_at=None)
    scored = Assignment.objects.standing().filter(assessment=OuterRef("pk"), submitted_at__isnull=False)
    ready = Assessment.objects.filter(state=AssessmentState.ADMITTED).filter(Exists(scored), ~Exists(unfinished))
    counts = dict(
        ready.filter(network__call__in=meetings.values("call"))
        .order_by()
        .values_list("network__call")
        .annotate(count=Count("pk"))
    )
    for meeting in meetings.filter(call__in=counts).select_related("call").order_by("held_on", "pk")[:ROWS]:
        count = counts[meeting.call_id]
        words = ngettext(
            "Agree on the points of %(count)s proposal", "Agree on the points of %(count)s proposals", count
        )
        yield DeskTask(
            title=words % {"count": count},
            context=localised(meeting.call, "title"),
            icon="it-user",
            action=_("Open the panel"),
            url=reverse("assessment:panel", args=[meeting.call.slug]),
        )


def rankings_to_publish(user: User, now: datetime) -> Iterator[DeskTask]:
    """For who runs a selection: drafts that somebody else made, and calls on whose every proposal is decided."""
    if not permissions.can_open_assessment(user) or user.is_staff:
        return
    calls = Call.objects.prepared_by(user).values("pk")
    drafts = Ranking.objects.filter(state=RankingState.DRAFT, call__in=calls).exclude(made_by=user)
    for draft in drafts.select_related("call", "made_by").order_by("made_at")[:ROWS]:
        yield DeskTask(
            title=_("Publish the ranking of “%(call)s”") % {"call": localised(draft.call, "title")},
            context=_("%(person)s made the draft.") % {"person": draft.made_by},
            icon="it-list",
            action=_("Read the draft"),
            url=reverse("assessment:ranking", args=[draft.call.slug]),
            created=draft.made_at,
        )
    own = Assessment.objects.filter(network__call=OuterRef("pk"))
    pending = own.filter(state__in=PENDING)
    drafted = Ranking.objects.filter(call=OuterRef("pk"), state=RankingState.DRAFT)
    decided = Call.objects.filter(pk__in=calls, state=CallState.IN_ASSESSMENT).filter(
        Exists(own.filter(state=AssessmentState.EVALUATED)), ~Exists(pending), ~Exists(drafted)
    )
    for call in decided.defer("search_it", "search_en").order_by("closes_at", "pk")[:ROWS]:
        yield DeskTask(
            title=_("Make the ranking of “%(call)s”") % {"call": localised(call, "title")},
            context=_("The panel has decided on every proposal."),
            icon="it-list",
            action=_("Make a draft"),
            url=reverse("assessment:ranking", args=[call.slug]),
        )
