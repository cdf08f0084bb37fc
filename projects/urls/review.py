"""The checklist of a network, and its review by the facilitator."""

from __future__ import annotations

from django.urls import path

from projects.views import review

urlpatterns = [
    path("facilitator/", review.facilitator, name="facilitator"),
    path("networks/<uuid:uuid>/review/", review.network_review, name="network_review"),
    path("networks/<uuid:uuid>/review/read/", review.review_read, name="review_read"),
    path("networks/<uuid:uuid>/approve/", review.network_approve, name="network_approve"),
    path("networks/<uuid:uuid>/request-changes/", review.network_request_changes, name="network_request_changes"),
    path("networks/<uuid:uuid>/refuse/", review.network_refuse, name="network_refuse"),
    path("networks/<uuid:uuid>/checks/", review.checks, name="checks"),
]
