"""Addresses of the assessment."""

from __future__ import annotations

from assessment.urls import admissibility, ranking

app_name = "assessment"

urlpatterns = [*admissibility.urlpatterns, *ranking.urlpatterns]
