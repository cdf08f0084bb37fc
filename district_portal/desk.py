"""My desk: what needs me now, my organisations and networks, the next dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from calls.models import Call
from district_portal.accounts.models import User
from district_portal.shared.access import access, signed_in
from district_portal.shared.desk import DeskTask, tasks_for
from district_portal.shared.ui import localised, short_moment
from enterprises.models import Organisation
from events.models import Event
from projects.closing import ClosingCall, closing_soon
from projects.models import Network

SHOWN_TASKS = 7
SHOWN_NETWORKS = 4
NEXT_DAYS = timedelta(days=30)


def greeting(now: datetime) -> str:
    hour = timezone.localtime(now).hour
    if hour < 13:
        return _("Good morning, %(name)s")
    return _("Good afternoon, %(name)s") if hour < 18 else _("Good evening, %(name)s")


def due_words(task: DeskTask, now: datetime) -> str:
    """The words of a task's chip: how much time is left, or that it is new."""
    if task.due is None:
        return _("New") if task.created and now - task.created < timedelta(days=3) else ""
    days = (timezone.localtime(task.due).date() - timezone.localtime(now).date()).days
    if task.due < now:
        return _("Overdue")
    return _("Due today") if days == 0 else ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


def row(task: DeskTask, now: datetime, *, first: bool) -> dict[str, Any]:
    """What `components/task_row.html` needs; only the first row's button is filled."""
    css = "btn-primary" if first else "btn-outline-primary"
    urgency, words = task.urgency(now), due_words(task, now)
    return {
        "icon": task.icon,
        "title": task.title,
        "context": task.context,
        "urgency": urgency,
        "chip": words,
        "chip_colour": urgency or ("next" if task.due is None else ""),
        "actions": [{"label": task.action, "url": task.url, "css": css}],
    }


def closing_row(closing: ClosingCall, now: datetime) -> dict[str, Any]:
    """The same for a call that closes soon; done is what misses nothing."""
    call = closing.call
    due = DeskTask(
        localised(call, "title"), closing.missing, "it-clock", closing.action, closing.url, due=call.closes_at
    )
    row_of_task = row(due, now, first=False)
    return row_of_task | {
        "url": call.get_absolute_url(),
        "icon": due.icon if closing.url else "it-check-circle",
        "urgency": row_of_task["urgency"] or "soon",
        "context": _("%(missing)s Deadline: %(moment)s.")
        % {"missing": closing.missing, "moment": short_moment(call.closes_at)},
        "actions": row_of_task["actions"] if closing.url else [],
    }


@require_safe
@access(signed_in)
def desk(request: HttpRequest) -> HttpResponse:
    now, user = timezone.now(), request.user
    tasks = tasks_for(user, now)
    return render(
        request,
        "home/desk.html",
        {
            "now": now,
            "greeting": greeting(now) % {"name": user.given_name or user.email},
            "tasks": [row(task, now, first=number == 0) for number, task in enumerate(tasks[:SHOWN_TASKS])],
            "task_count": len(tasks),
            "organisations": own_organisations(user),
            "networks": own_networks(user),
            "dates": next_dates(now),
            "closing": [closing_row(row, now) for row in closing_soon(user, now)],
        },
    )


def own_organisations(user: User) -> Iterable[Organisation]:
    if not user.current_memberships:
        return []
    return Organisation.objects.acted_for_by(user).select_related("municipality", "district").order_by("name")


def own_networks(user: User) -> Iterable[Network]:
    """The newest of the person's organisations, and of those that they help to write."""
    return Network.objects.worked_on_by(user).select_related("call").order_by("-created_at", "pk")[:SHOWN_NETWORKS]


def next_dates(now: datetime) -> list[tuple[datetime, str, Call | Event]]:
    """Deadlines of open calls and events of the next 30 days, soonest first."""
    calls = Call.objects.open_at(now).filter(closes_at__lte=now + NEXT_DAYS).order_by("closes_at")[:5]
    events = Event.objects.filter(published=True, starts_at__range=(now, now + NEXT_DAYS)).order_by("starts_at")[:3]
    dates = [(call.closes_at, "call", call) for call in calls] + [(event.starts_at, "event", event) for event in events]
    return sorted(dates, key=lambda entry: entry[0])[:6]
