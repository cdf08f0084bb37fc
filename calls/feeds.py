"""What other programs follow: new calls as Atom, deadlines as a calendar; in Italian, at addresses without language."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe
from icalendar import Calendar, Event

from calls.models import Call, CallQuerySet
from calls.states import CallState
from district_portal.shared.access import access, public
from district_portal.shared.ui import localised

LANGUAGE = "it"
NEWEST = 50
LATEST_DEADLINES = 500


def published() -> CallQuerySet:
    return Call.objects.exclude(state=CallState.DRAFT)


class NewCallsFeed(Feed):
    feed_type = Atom1Feed
    language = LANGUAGE
    access = staticmethod(public)
    login_required = False

    @method_decorator(require_safe)
    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(LANGUAGE):
            return super().__call__(request, *args, **kwargs)

    def title(self) -> str:
        return _("New calls – %(portal)s") % {"portal": settings.PORTAL_NAME}

    def subtitle(self) -> str:
        return _("Calls of the district networking programme, newest first")

    def link(self) -> str:
        return reverse("calls:list")

    def items(self) -> CallQuerySet:
        return published().defer("search_it", "search_en").order_by("-created_at", "-pk")[:NEWEST]

    def item_title(self, item: Call) -> str:
        return localised(item, "title")

    def item_description(self, item: Call) -> str:
        return localised(item, "summary")

    def item_pubdate(self, item: Call) -> datetime:
        return item.created_at

    def item_updateddate(self, item: Call) -> datetime:
        return item.updated_at


def _version(request: HttpRequest) -> tuple[datetime | None, int]:
    found = published().aggregate(latest=Max("updated_at"), number=Count("pk"))
    return found["latest"], found["number"]


def _etag(request: HttpRequest) -> str:
    latest, number = _version(request)
    return f'"{number}-{latest.timestamp() if latest else 0}"'


def _last_modified(request: HttpRequest) -> datetime | None:
    return _version(request)[0]


@require_safe
@access(public)
@condition(etag_func=_etag, last_modified_func=_last_modified)
def deadlines_calendar(request: HttpRequest) -> HttpResponse:
    """The deadlines of all published calls; past ones stay, so that a calendar does not forget them."""
    calls = published().filter(closes_at__isnull=False).order_by("-closes_at", "-pk")[:LATEST_DEADLINES]
    with translation.override(LANGUAGE):
        calendar = Calendar()
        calendar.add("prodid", f"-//{settings.PORTAL_NAME}//{LANGUAGE}")
        calendar.add("version", "2.0")
        calendar.add("x-wr-calname", _("Deadlines – %(portal)s") % {"portal": settings.PORTAL_NAME})
        for call in calls:
            calendar.add_component(_deadline(call))
    return HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")


def _deadline(call: Call) -> Event:
    host = settings.PORTAL_URL.partition("://")[2]
    event = Event()
    event.add("uid", f"call-{call.pk}@{host}")
    event.add("dtstamp", call.updated_at)
    event.add("dtstart", call.deadline_shown)
    event.add("summary", _("Deadline: %(call)s") % {"call": localised(call, "title")})
    event.add("description", localised(call, "summary"))
    event.add("url", settings.PORTAL_URL + call.get_absolute_url())
    event.add("transp", "TRANSPARENT")
    if call.state == CallState.CANCELLED:
        event.add("status", "CANCELLED")
    return event
