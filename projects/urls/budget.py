"""The budget of a network, and the de minimis aid of an organisation."""

from __future__ import annotations

from django.urls import path

from projects.views import budget, budget_files, de_minimis

urlpatterns = [
    path("networks/<uuid:uuid>/budget/", budget.budget_page, name="budget"),
    path("networks/<uuid:uuid>/budget/<int:pk>/", budget.budget_edit, name="budget_edit"),
    path("networks/<uuid:uuid>/budget/file/", budget_files.budget_file, name="budget_file"),
    path("networks/<uuid:uuid>/budget/import/", budget_files.budget_import, name="budget_import"),
    path("networks/<uuid:uuid>/budget/import/apply/", budget_files.budget_import_apply, name="budget_import_apply"),
    path("de-minimis/<slug:slug>/", de_minimis.de_minimis, name="de_minimis"),
    path("de-minimis/<slug:slug>/state/", de_minimis.de_minimis_state, name="de_minimis_state"),
    path("de-minimis/<slug:slug>/<int:pk>/remove/", de_minimis.de_minimis_remove, name="de_minimis_remove"),
]
