"""The home page and the pages about the portal."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from calls.models import Call, CallFigure
from district_portal.shared.access import access, public
from events.models import Event
from projects.models import Network, Project


@require_safe
@access(public)
def home(request: HttpRequest) -> HttpResponse:
    """Search, the next deadlines, networks that look for partners, funded projects, and the programme's figures."""
    now = timezone.now()
    return render(
        request,
        "home/home.html",
        {
            "now": now,
            "calls": Call.objects.open_at(now).with_interest_counts().order_by("closes_at", "pk")[:3],
            "networks": Network.objects.looking_for_partners(now)[:3],
            "projects": Project.objects.visible_to(request.user).filter(illustrative=False).order_by("acronym")[:2],
            "event": Event.objects.filter(published=True, starts_at__gt=now).order_by("starts_at").first(),
            "figures": CallFigure.objects.select_related("call").filter(call__edition=1).order_by("pk"),
        },
    )


@require_safe
@access(public)
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "home/privacy.html")


@require_safe
@access(public)
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "home/accessibility.html")
