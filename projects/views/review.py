"""The checklist of a network, and its review by the facilitator."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from district_portal.shared.access import access
from projects import permissions
from projects.models import Network
from projects.panels.checklist import all_checks


def _network(request: HttpRequest, uuid: UUID) -> Network:
    networks = Network.objects.visible_to(request.user).select_related("call__aid_table", "district")
    return get_object_or_404(networks, pk=uuid)


@require_safe
@access(permissions.can_see_network, on=_network)
def checks(request: HttpRequest, network: Network) -> HttpResponse:
    """Everything that is asked for, for the review and for sending."""
    return render(request, "projects/checks.html", all_checks(network, request.user, timezone.now()))
