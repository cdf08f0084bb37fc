"""What waits for a person in the selection: rejections to answer, proposals to score, selections to go on with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessment import permissions
from assessment.models import AnnouncedRejection, Assessment, Assignment
from assessment.states import AssessmentState
from calls.models import Call
from district_portal.accounts.models import User
from district_portal.shared.desk import DeskTask
from district_portal.shared.ui import localised
from projects.models import Network

ROWS = 20


def rejections_to_answer(user: User, now: datetime) -> Iterator[DeskTask]:
    """For owners and editors of a lead whose proposal is going to be rejected."""
    rows = AnnouncedRejection.objects.filter(
        assessment__network__in=Network.objects.led_by(user).values("pk"),
        assessment__state=AssessmentState.REJECTION_ANNOUNCED,
        answered_at=None,
        due_at__gt=now,
    )
    for row in rows.select_related("assessment__network__call").order_by("due_at", "pk")[:ROWS]:
        network = row.assessment.network
        yield DeskTask(
            title=_("Answer the announced rejection of “%(network)s”") % {"network": network.title},
            context=localised(network.call, "title"),
            icon="it-warning-circle",
            action=_("Read and answer"),
            url=reverse("assessment:rejection", args=[network.pk]),
            due=row.due_at,
            created=row.announced_at,
        )


def proposals_to_score(user: User, now: datetime) -> Iterator[DeskTask]:
    """For evaluators: each proposal that waits for a declaration or for scores."""
    rows = Assignment.objects.of(user).waiting().select_related("assessment__network__call")
    for row in rows.order_by("due_on", "pk")[:ROWS]:
        network = row.assessment.network
        words = _("Score “%(network)s”") if row.declared else _("Declare on “%(network)s”, then score it")
        yield DeskTask(
            title=words % {"network": network.title},
            context=localised(network.call, "title"),
            icon="it-pencil",
            action=_("Score") if row.declared else _("Declare"),
            url=reverse("assessment:evaluation", args=[row.pk]),
            due=timezone.make_aware(datetime.combine(row.due_on, time.max)) if row.due_on else None,
            created=row.assigned_at,
        )


def selections_to_run(user: User, now: datetime) -> Iterator[DeskTask]:
    """For whoever runs a selection: one row for each call with something to check or to decide."""
    if not permissions.can_open_assessment(user):
        return
    waiting = Q(state=AssessmentState.RECEIVED)
    answered = Q(state=AssessmentState.REJECTION_ANNOUNCED) & (
        Q(announced__answered_at__isnull=False) | Q(announced__due_at__lte=now)
    )
    rows = Assessment.objects.visible_to(user).filter(waiting | answered, network__call__closes_at__lte=now)
    counts = {
        call: (to_check, to_decide)
        for call, to_check, to_decide in rows.order_by()
        .values_list("network__call")
        .annotate(to_check=Count("pk", filter=waiting), to_decide=Count("pk", filter=answered))
    }
    for call in Call.objects.filter(pk__in=counts).defer("search_it", "search_en").order_by("closes_at", "pk")[:ROWS]:
        to_check, to_decide = counts[call.pk]
        total = {"count": to_check + to_decide, "call": localised(call, "title")}
        words = ngettext(
            "Check a proposal for “%(call)s”", "Check %(count)s proposals for “%(call)s”", to_check + to_decide
        )
        decide = ngettext(
            "%(count)s announced rejection can be decided.",
            "%(count)s announced rejections can be decided.",
            to_decide,
        )
        yield DeskTask(
            title=words % total,
            context=decide % {"count": to_decide} if to_decide else _("The call has closed; the proposals are here."),
            icon="it-search",
            action=_("Open the selection"),
            url=reverse("assessment:call", args=[call.slug]),
            created=call.closes_at,
        )
