"""The checklist of a network, and its review by the facilitator."""

from __future__ import annotations

from django.urls import path

from projects.views import review

urlpatterns = [
    path("networks/<uuid:uuid>/checks/", review.checks, name="checks"),
]
