"""Tickets. Whoever has the secret address has the ticket: no cache keeps these pages, no search engine lists them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from district_portal.shared.access import access, public
from events import operations
from events.models import Registration
from events.states import RegistrationState
from events.tickets import place, qr_svg, ticket_address, ticket_calendar


def secret(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, registration: Registration) -> HttpResponse:
        response = view(request, registration)
        patch_cache_control(response, private=True, no_store=True)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        return response

    return guarded


def held_ticket(request: HttpRequest, token: str) -> Registration:
    return get_object_or_404(Registration.objects.select_related("event__municipality"), token=token)


@require_safe
@access(public, on=held_ticket)
@secret
def detail(request: HttpRequest, registration: Registration) -> HttpResponse:
    event, now = registration.event, timezone.now()
    has_place = registration.state == RegistrationState.CONFIRMED
    context = {
        "registration": registration,
        "event": event,
        "place": place(event),
        "position": registration.waiting_position(),
        "has_place": has_place,
        "qr": qr_svg(ticket_address(registration)) if has_place else "",
        "can_cancel": registration.can_be_cancelled(now),
        "is_over": event.is_over(now),
    }
    return render(request, "events/ticket.html", context)


@require_safe
@access(public, on=held_ticket)
@secret
def calendar(request: HttpRequest, registration: Registration) -> HttpResponse:
    """The event with the ticket's code: for who has a place."""
    if registration.state != RegistrationState.CONFIRMED or registration.event.starts_at is None:
        raise Http404
    answer = HttpResponse(ticket_calendar(registration), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{registration.event.slug}.ics"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@access(public, on=held_ticket)
@secret
def cancel(request: HttpRequest, registration: Registration) -> HttpResponse:
    """The link in the mail leads to a page that asks; its button cancels."""
    if request.method == "POST":
        operations.cancel_registration(registration, moment=timezone.now())
        messages.success(request, _("Your registration is cancelled."))
        return redirect("tickets:detail", token=registration.token)
    if registration.state == RegistrationState.CANCELLED:
        return redirect("tickets:detail", token=registration.token)
    operations.require_cancellable(registration, registration.event, timezone.now())
    return render(request, "events/ticket_cancel.html", {"registration": registration, "event": registration.event})
