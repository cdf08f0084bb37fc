"""What everybody sees: the list, an event's page with its registration form, the calendar file."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from district_portal.reports.lists import Column, list_answer
from district_portal.shared import charts
from district_portal.shared.access import access, public
from district_portal.shared.limits import limited
from district_portal.shared.pagination import keyset_page
from events import operations
from events.codes import SAMPLE
from events.forms import RegistrationForm, registration_form
from events.models import Event
from events.permissions import can_organise, can_see_statistics
from events.reports import organisations_coming
from events.tickets import absolute, event_calendar, path_without_language, place, qr_svg

ORDER = ["position", "pk"]
BOUNDARIES = settings.BASE_DIR / "reference" / "er_provinces.geojson"
DRAWN_REGION = "ITH5"

COLUMNS = [
    Column("slug", gettext_lazy("Address"), lambda event: event.slug),
    Column("title_it", gettext_lazy("Title in Italian"), lambda event: event.title_it),
    Column("title_en", gettext_lazy("Title in English"), lambda event: event.title_en),
    Column("starts_at", gettext_lazy("Starts"), lambda event: event.starts_at),
    Column("ends_at", gettext_lazy("Ends"), lambda event: event.ends_at),
    Column("year", gettext_lazy("Year"), lambda event: event.starts_at.year if event.starts_at else event.held_in),
    Column("venue", gettext_lazy("Venue"), lambda event: event.venue or None),
    Column("municipality", gettext_lazy("Municipality"), lambda event: event.municipality and event.municipality.name),
    Column("district", gettext_lazy("District"), lambda event: event.district and event.district.slug),
    Column("places", gettext_lazy("Places"), lambda event: event.capacity),
    Column("places_left", gettext_lazy("Places left"), lambda event: event.places_left),
]


@require_safe
@access(public)
def event_list(request: HttpRequest) -> HttpResponseBase:
    now = timezone.now()
    events = Event.objects.visible_to(request.user).in_list_order(now).select_related("municipality", "district")
    if answer := list_answer(request, events, order=ORDER, columns=COLUMNS):
        return answer
    page = keyset_page(events, ORDER, request.GET.get("cursor"))
    coming = [event for event in page if not event.is_over(now)]
    past = [event for event in page if event.is_over(now)]
    sections = [(_("Coming"), "coming", _cards(coming, now)), (_("Past editions"), "past", _cards(past, now))]
    return render(request, "events/list.html", {"page": page, "sections": [part for part in sections if part[2]]})


def _cards(events: list[Event], now: Any) -> list[dict[str, Any]]:
    return [{"event": event, "status": event.status(now), "place": place(event)} for event in events]


def visible_event(request: HttpRequest, slug: str) -> Event:
    rows = Event.objects.visible_to(request.user).select_related("municipality", "district", "region", "previous")
    return get_object_or_404(rows, slug=slug)


@require_safe
@access(public, on=visible_event)
def detail(request: HttpRequest, event: Event) -> HttpResponse:
    now = timezone.now()
    is_open = event.starts_at is not None and event.published and not event.is_over(now)
    form = registration_form(request.user) if is_open else None
    return render(request, "events/detail.html", _page(request, event, form))


@require_http_methods(["GET", "HEAD", "POST"])
@access(public, on=visible_event)
@limited("registration")
def register(request: HttpRequest, event: Event) -> HttpResponse:
    """The form by itself, and where the form of the event's page is sent to.

    A new guest is led to the ticket. For an address that is registered already the ticket goes out by mail again, and
    is never shown: else whoever types an address could read its owner's ticket.
    """
    now = timezone.now()
    operations.require_open(event, now)
    if request.method != "POST":
        return render(request, "events/register.html", {"event": event, "form": registration_form(request.user)})
    form = RegistrationForm(request.POST)
    if not form.is_valid():
        return render(request, "events/register.html", {"event": event, "form": form}, status=422)
    language = get_language() or settings.LANGUAGE_CODE
    registration, is_new = operations.register(event, form.guest(), moment=now, language=language[:2])
    if is_new:
        return redirect("tickets:detail", token=registration.token)
    return render(request, "events/sent_again.html", {"event": event, "email": registration.email})


@require_safe
@access(public, on=visible_event)
def calendar(request: HttpRequest, event: Event) -> HttpResponse:
    if event.starts_at is None:
        raise Http404
    answer = HttpResponse(event_calendar(event), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{event.slug}.ics"'
    return answer


def _page(request: HttpRequest, event: Event, form: RegistrationForm | None) -> dict[str, Any]:
    now = timezone.now()
    return {
        "event": event,
        "status": event.status(now),
        "form": form,
        "place": place(event),
        "is_over": event.is_over(now),
        "sessions": event.sessions.all(),
        "figures": _figures(event, is_over=event.is_over(now)),
        "map": _map(event),
        "organisations": organisations_coming(event),
        "sample_code": SAMPLE,
        # The address of the page, not of a ticket: a picture of what a ticket looks like opens nothing.
        "sample_qr": qr_svg(absolute(path_without_language("events:detail", event.slug))) if form else "",
        "can_organise": can_organise(request.user, event),
        "can_see_statistics": can_see_statistics(request.user, event),
    }


def _figures(event: Event, *, is_over: bool) -> dict[str, Any]:
    """The published figures to show, each with scope, year and source: the last edition's, or a past event's own."""
    own = is_over or event.previous is None
    title = _("Published figures of this edition") if own else _("Last edition: published figures")
    return {"title": title, "rows": list((event if own else event.previous).figures.all())}


def _map(event: Event) -> SafeString | str:
    """Where the municipality is, if it is in the region whose boundaries the portal has."""
    town = event.municipality
    if town is None or not town.nuts.startswith(DRAWN_REGION):
        return ""
    finding = _("Map of the provinces: %(place)s") % {"place": town}
    geo = charts.load_geo(BOUNDARIES)
    at = float(town.longitude), float(town.latitude)
    return charts.locator_map(geo, town.name, *at, marked=[town.province], finding=finding)
