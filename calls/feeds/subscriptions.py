"""What other programs follow, at addresses without language: new calls as Atom and deadlines as a calendar for everyone
(in Italian, or with `?lang=en`), and a calendar of one's own at a secret address."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import Count, F, Max, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from calls.concerned import calls_concerning
from calls.feeds import calendars
from calls.models import CalendarFeed, Call, CallQuerySet, CallVersion
from calls.operations.alerts import calendar_used, find_calendar
from calls.states import CallState
from district_portal.shared.access import access, public
from district_portal.shared.ui import language, localised, short_day

NEWEST = 50
LATEST_DEADLINES = 500
# A calendar of one's own forgets what ended longer ago.
KEPT = timedelta(days=400)
ICS = "text/calendar; charset=utf-8"


# What XML cannot hold: one of them, brought along by copy and paste, would take the whole feed away from everyone.
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def asked_language(request: HttpRequest) -> str:
    """Italian, unless the address asks for a language that the portal has."""
    asked = request.GET.get("lang")
    return asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class NewCallsFeed(Feed):
    feed_type = Atom1Feed
    access = staticmethod(public)
    login_required = False

    @method_decorator(require_safe)
    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(asked_language(request)):
            return super().__call__(request, *args, **kwargs)

    @property
    def language(self) -> str:
        return language()

    def title(self) -> str:
        return _("New calls – %(portal)s") % {"portal": settings.PORTAL_NAME}

    def subtitle(self) -> str:
        return _("Calls of the district networking programme, newest first")

    def link(self) -> str:
        return reverse("calls:list")

    def items(self) -> CallQuerySet:
        versions = Prefetch("versions", CallVersion.objects.defer("content"))
        calls = Call.objects.published().defer("search_it", "search_en").prefetch_related("deadlines", versions)
        return calls.order_by(F("published_at").desc(nulls_last=True), "-created_at", "-pk")[:NEWEST]

    def item_title(self, item: Call) -> str:
        title = localised(item, "title")
        title = _("Cancelled: %(call)s") % {"call": title} if item.state == CallState.CANCELLED else title
        return _NOT_IN_XML.sub(" ", title)

    def item_description(self, item: Call) -> str:
        """The sentence of the call, and what has changed since it was published."""
        latest = item.versions.all()[:1]
        changed = [
            _("Changed on %(day)s: %(note)s") % {"day": short_day(version.at), "note": version.note}
            for version in latest
            if version.number > 1
        ]
        text = "\n".join(filter(None, [localised(item, "summary"), calendars.extension(item), *changed]))
        return _NOT_IN_XML.sub(" ", text)

    def item_pubdate(self, item: Call) -> datetime:
        return item.published_at or item.created_at

    def item_updateddate(self, item: Call) -> datetime:
        return max([item.updated_at, *(version.at for version in item.versions.all()[:1])])


def _with_deadline() -> CallQuerySet:
    return Call.objects.published().filter(closes_at__isnull=False).prefetch_related("deadlines")


def _version(request: HttpRequest) -> tuple[datetime | None, int]:
    found = Call.objects.published().aggregate(latest=Max("updated_at"), number=Count("pk"))
    return found["latest"], found["number"]


def _etag(request: HttpRequest) -> str:
    latest, number = _version(request)
    return f'"{asked_language(request)}-{number}-{latest.timestamp() if latest else 0}"'


def _last_modified(request: HttpRequest) -> datetime | None:
    return _version(request)[0]


@require_safe
@access(public)
@condition(etag_func=_etag, last_modified_func=_last_modified)
def deadlines_calendar(request: HttpRequest) -> HttpResponse:
    """The deadlines of all published calls; past ones stay, so that a calendar does not forget them."""
    calls = _with_deadline().defer("search_it", "search_en")
    with translation.override(asked_language(request)):
        name = _("Deadlines – %(portal)s") % {"portal": settings.PORTAL_NAME}
        events = map(calendars.deadline, calls.order_by("-closes_at", "-pk")[:LATEST_DEADLINES])
        return HttpResponse(calendars.calendar(name, events), content_type=ICS)


def published_deadline(request: HttpRequest, slug: str) -> Call:
    return get_object_or_404(_with_deadline(), slug=slug)


@require_safe
@access(public, on=published_deadline)
def call_calendar(request: HttpRequest, call: Call) -> HttpResponse:
    """The deadline of one call, with the identifier that it has in the other calendars, too."""
    with translation.override(asked_language(request)):
        content = calendars.calendar(localised(call, "title"), [calendars.deadline(call)])
        return HttpResponse(content, content_type=ICS)


def secret_calendar(request: HttpRequest, token: str) -> CalendarFeed:
    feed = find_calendar(token)
    if feed is None:
        raise Http404
    return feed


@require_safe
@access(public, on=secret_calendar)
def personal_calendar(request: HttpRequest, feed: CalendarFeed) -> HttpResponse:
    """All dates of the calls that concern the person, in their language. Whoever has the address reads it."""
    calendar_used(feed)
    calls = calls_concerning(feed.user).filter(Q(closes_at=None) | Q(closes_at__gt=timezone.now() - KEPT))
    calls = calls.defer("search_it", "search_en").prefetch_related("deadlines", "milestones")
    with translation.override(feed.user.language):
        name = _("My calls – %(portal)s") % {"portal": settings.PORTAL_NAME}
        events = [
            event
            for call in calls.order_by("deadline_key", "pk")[:LATEST_DEADLINES]
            for event in calendars.all_events(call)
        ]
        body = calendars.calendar(name, events)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    answer = get_conditional_response(request, etag=etag, response=HttpResponse(body, content_type=ICS))
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Robots-Tag"] = "noindex"
    return answer
