"""The budget of a network."""

from __future__ import annotations

from django.urls import path

from projects.views import budget

urlpatterns = [
    path("networks/<uuid:uuid>/budget/", budget.budget_page, name="budget"),
    path("networks/<uuid:uuid>/budget/<int:pk>/", budget.budget_edit, name="budget_edit"),
]
