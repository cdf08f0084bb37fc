"""Pages of an event's organisers: who comes, letting them in, counts."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reselect, reswap, retarget

from district_portal.reports.cells import csv_cell, dialect_named
from district_portal.reports.lists import Column, list_answer
from district_portal.shared.access import access
from district_portal.shared.pagination import count_capped, keyset_page
from district_portal.shared.ui import query_without
from events import operations
from events.filters import ParticipantFilter
from events.forms import CheckInForm
from events.models import Event, Registration
from events.operations import Answer
from events.permissions import can_organise, can_see_statistics
from events.reports import attendance, attendance_cells, waiting_text
from events.views.public import visible_event

ORDER = ["family_name", "given_name", "pk"]
COLUMNS = [
    Column("code", gettext_lazy("Code"), lambda guest: guest.code),
    Column("family_name", gettext_lazy("Last name"), lambda guest: guest.family_name),
    Column("given_name", gettext_lazy("First name"), lambda guest: guest.given_name),
    Column("email", gettext_lazy("Email"), lambda guest: guest.email),
    Column("organisation", gettext_lazy("Organisation"), lambda guest: guest.organisation or None),
    Column("category", gettext_lazy("Category"), lambda guest: guest.category),
    Column("state", gettext_lazy("State"), lambda guest: guest.state),
    Column("needs", gettext_lazy("Needs"), lambda guest: guest.needs or None),
    Column("registered_at", gettext_lazy("Registered"), lambda guest: guest.registered_at),
    Column("arrived_at", gettext_lazy("Arrived"), lambda guest: guest.arrived_at),
]
# How the answer of the entrance looks: colour of the result, status of the answer.
LOOK = {
    Answer.ARRIVED: ("ok", 200),
    Answer.ALREADY: ("soon", 409),
    Answer.WAITING: ("soon", 409),
    Answer.CANCELLED: ("late", 409),
    Answer.UNKNOWN: ("late", 422),
    Answer.MISTYPED: ("late", 422),
}


# --- Participants --------------------------------------------------------------------------------------------------


@require_safe
@access(can_organise, on=visible_event)
def participants(request: HttpRequest, event: Event) -> HttpResponseBase:
    found = ParticipantFilter(request.GET, queryset=event.registrations.all())
    rows = found.qs
    if answer := list_answer(request, rows, order=ORDER, columns=COLUMNS):
        return answer
    partial = bool(request.htmx) and not request.htmx.history_restore_request
    context = {
        "event": event,
        "partial": partial,
        "filter": found,
        "pills": _pills(request, found),
        "page": keyset_page(rows, ORDER, request.GET.get("cursor")),
        "count": count_capped(rows),
        "arrived": _arrived(event),
    }
    return render(request, "events/_participants.html" if partial else "events/participants.html", context)


def _pills(request: HttpRequest, found: ParticipantFilter) -> list[tuple[str, str]]:
    """Active filters as (words, address without it)."""
    pills = []
    for name in ("state", "category"):
        words = dict(found.filters[name].extra["choices"])
        chosen = [value for value in request.GET.getlist(name) if value in words]
        pills += [(words[value], query_without(request.GET, name, value)) for value in chosen]
    if text := request.GET.get("q"):
        pills.append((f"“{text}”", query_without(request.GET, "q", text)))
    return pills


def _arrived(event: Event) -> int:
    return event.registrations.filter(arrived_at__isnull=False).count()


def guest_of_event(request: HttpRequest, slug: str, pk: int) -> Registration:
    rows = Registration.objects.filter(event=visible_event(request, slug)).select_related("event")
    return get_object_or_404(rows, pk=pk)


def can_let_in(user: Any, registration: Registration) -> bool:
    return can_organise(user, registration.event)


@require_POST
@access(can_let_in, on=guest_of_event)
def arrive(request: HttpRequest, registration: Registration) -> HttpResponse:
    operations.mark_arrived(registration, actor=request.user)
    messages.success(request, _("%(guest)s has arrived.") % {"guest": registration})
    return redirect("events:participants", slug=registration.event.slug)


@require_POST
@access(can_let_in, on=guest_of_event)
def arrive_undo(request: HttpRequest, registration: Registration) -> HttpResponse:
    operations.undo_arrival(registration, actor=request.user)
    messages.success(request, _("The arrival of %(guest)s is taken back.") % {"guest": registration})
    back = "events:checkin" if request.POST.get("from") == "check-in" else "events:participants"
    return redirect(back, slug=registration.event.slug)


# --- At the entrance -----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_organise, on=visible_event)
def checkin(request: HttpRequest, event: Event) -> HttpResponse:
    """A field for the code, which scanners type into, and the camera. The only page that may use the camera."""
    result, status = None, 200
    form = CheckInForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        if form.is_valid():
            result = operations.check_in(event, form.cleaned_data["code"], actor=request.user)
            form = CheckInForm()
        status = LOOK[result.answer][1] if result else 422
    context = {
        "event": event,
        "form": form,
        "result": result,
        "look": LOOK[result.answer][0] if result else "",
        "arrived": _arrived(event),
    }
    if request.htmx and not request.htmx.history_restore_request:
        response = render(request, "events/_checkin_result.html", context, status=status)
        # Whatever the status: the camera beside the result goes on.
        response = reselect(reswap(retarget(response, "#checkin-result"), "outerHTML"), "#checkin-result")
    else:
        response = render(request, "events/checkin.html", context, status=status)
    response["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
    return response


# --- Statistics ----------------------------------------------------------------------------------------------------


@require_safe
@access(can_see_statistics, on=visible_event)
def statistics(request: HttpRequest, event: Event) -> HttpResponse:
    rows, everybody = attendance(event)
    match request.GET.get("format"):
        case "json":
            results = [asdict(row) for row in rows]
            return JsonResponse({"count": len(rows), "next": None, "results": results, "all": asdict(everybody)})
        case "csv":
            return _statistics_csv(event, request.GET.get("dialect"))
    context = {
        "event": event,
        "rows": rows,
        "everybody": everybody,
        "waiting_text": waiting_text(event.registrations.waiting_in_order().count()),
        "can_organise": can_organise(request.user, event),
    }
    return render(request, "events/statistics.html", context)


def _statistics_csv(event: Event, dialect_name: str | None) -> HttpResponse:
    dialect, buffer = dialect_named(dialect_name), io.StringIO()
    buffer.write(dialect.start)
    writer = csv.writer(buffer, delimiter=dialect.delimiter, lineterminator="\r\n")
    writer.writerows([csv_cell(value, dialect) for value in line] for line in attendance_cells(event))
    answer = HttpResponse(buffer.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="statistics-{event.slug}.csv"'
    return answer
