"""What waits for those who accompany or prepare calls: interest, questions, approvals, what was sent back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Max, Min, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.models import Approval, Call, Interest, Question
from calls.states import UNAPPROVED, ApprovalState
from district_portal.accounts.models import User
from district_portal.shared.desk import DeskTask
from district_portal.shared.ui import localised, short_day

RECENT = timedelta(days=7)
ROWS = 20


def tasks(user: User, now: datetime) -> Iterable[DeskTask]:
    """Calls of the facilitator in which organisations registered interest during the last 7 days."""
    interests = Interest.objects.active().filter(registered_at__gt=now - RECENT).order_by().values("call")
    facilitated = interests.filter(call__in=Call.objects.facilitated_by(user).values("pk"))
    recent = facilitated.annotate(number=Count("pk"), latest=Max("registered_at")).order_by("-latest", "call")[:ROWS]
    calls = Call.objects.only("slug", "title_it", "title_en").in_bulk([row["call"] for row in recent])
    for row in recent:
        call, number = calls[row["call"]], row["number"]
        yield DeskTask(
            title=ngettext(
                "Meet %(count)s organisation that is newly interested",
                "Meet %(count)s organisations that are newly interested",
                number,
            )
            % {"count": number},
            context=localised(call, "title"),
            icon="it-flag",
            action=_("See who is interested"),
            url=reverse("calls:interests", args=[call.slug]),
            created=row["latest"],
        )


def question_tasks(user: User, now: datetime) -> Iterable[DeskTask]:
    """Calls in which questions wait for an answer of the person, with the age of the oldest.

    For whom they wait is said by `people_who_answer`: not for administrators, who may answer as well.
    """
    calls = Call.objects.facilitated_by(user) if user.is_staff else Call.objects.answered_by(user)
    questions = Question.objects.waiting().filter(call__in=calls.values("pk")).order_by().values("call")
    waiting = list(questions.annotate(number=Count("pk"), oldest=Min("asked_at")).order_by("oldest", "call")[:ROWS])
    named = Call.objects.only("slug", "title_it", "title_en").in_bulk([row["call"] for row in waiting])
    for row in waiting:
        call = named[row["call"]]
        yield DeskTask(
            title=ngettext("Answer %(count)s question", "Answer %(count)s questions", row["number"])
            % {"count": row["number"]},
            context=_("%(call)s, waiting since %(day)s")
            % {"call": localised(call, "title"), "day": short_day(row["oldest"])},
            icon="it-comment",
            action=_("See the questions"),
            url=reverse("calls:questions_waiting", args=[call.slug]),
            created=row["oldest"],
        )


def publishing_tasks(user: User, now: datetime) -> Iterable[DeskTask]:
    """Calls that wait for the person's approval, and those that came back to them. Two queries."""
    requests = Approval.objects.select_related("call", "asked_by", "answered_by")
    prepared = Call.objects.prepared_by(user).values("pk")
    waiting = requests.filter(state=ApprovalState.WAITING, call__in=prepared)
    for approval in waiting.exclude(asked_by=user).exclude(call__authors=user):
        yield _approval_task(
            approval,
            title=_("Approve a call, or send it back"),
            context=_("%(call)s, asked by %(person)s")
            % {"call": localised(approval.call, "title"), "person": approval.asked_by},
            created=approval.asked_at,
        )
    newer = Approval.objects.filter(call=OuterRef("call"), pk__gt=OuterRef("pk"))
    returned = requests.filter(~Exists(newer), state=ApprovalState.RETURNED, call__state__in=UNAPPROVED)
    for approval in returned.filter(Q(asked_by=user) | Q(call__authors=user)).distinct():
        yield _approval_task(
            approval,
            title=_("Change a call that was sent back"),
            context=f"{localised(approval.call, 'title')}: {approval.reason}",
            created=approval.answered_at,
        )


def _approval_task(approval: Approval, *, title: str, context: str, created: datetime | None) -> DeskTask:
    return DeskTask(
        title=title,
        context=context,
        icon="it-pencil",
        action=_("See the call"),
        url=reverse("publishing:detail", args=[approval.call.slug]),
        created=created,
    )
