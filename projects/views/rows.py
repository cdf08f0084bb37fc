"""Rows that views are about: only what the reader may see (else 404)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from projects.models import Network


def visible_network(request: HttpRequest, uuid: UUID) -> Network:
    """With all that stands on top of a network's pages."""
    return get_object_or_404(Network.objects.visible_to(request.user).with_frame(), pk=uuid)
