"""The coverage matrix of a network."""

from __future__ import annotations

from django.urls import path

from projects.views import coverage

urlpatterns = [
    path("networks/<uuid:uuid>/coverage/", coverage.coverage_edit, name="coverage_edit"),
    path("networks/<uuid:uuid>/coverage/set/", coverage.cover_set, name="cover_set"),
    path("networks/<uuid:uuid>/coverage/<int:pk>/remove/", coverage.need_remove, name="need_remove"),
    path("networks/<uuid:uuid>/coverage/<int:pk>/move/", coverage.need_move, name="need_move"),
]
