"""Panel, calibration, ranking, publication."""

from __future__ import annotations

from django.urls import path

from assessment.views import panel, publication, rankings

urlpatterns = [
    path("assessment/<slug:slug>/panel/", panel.panel, name="panel"),
    path("assessment/<slug:slug>/panel/new/", panel.panel_new, name="panel_new"),
    path("assessment/<slug:slug>/calibration/", panel.panel_calibration, name="panel_calibration"),
    path("assessment/<slug:slug>/ranking/", rankings.ranking, name="ranking"),
    path("assessment/<slug:slug>/ranking/new/", rankings.ranking_draft, name="ranking_draft"),
    path("assessment/<slug:slug>/ranking/later/", rankings.later_funding, name="later_funding"),
    path("panels/<int:pk>/edit/", panel.panel_edit, name="panel_edit"),
    path("panels/<int:pk>/close/", panel.panel_close, name="panel_close"),
    path("panels/<int:pk>/take-means/", panel.panel_agreed, name="panel_agreed"),
    path("proposals/<int:pk>/panel/", panel.panel_proposal, name="panel_proposal"),
    path("proposals/<int:pk>/panel/points/", panel.panel_consensus, name="panel_consensus"),
    path("proposals/<int:pk>/panel/close/", panel.panel_proposal_close, name="panel_proposal_close"),
    path("proposals/<int:pk>/panel/reopen/", panel.panel_reopen, name="panel_reopen"),
    path("proposals/<int:pk>/reword/", rankings.reword, name="reword"),
    path("proposals/<int:pk>/waive/", rankings.waive, name="waive"),
    path("rankings/<int:pk>/publish/", rankings.ranking_publish, name="ranking_publish"),
    path("rankings/<int:pk>/discard/", rankings.ranking_discard, name="ranking_discard"),
    path("rankings/<int:pk>/projects/", rankings.ranking_projects, name="ranking_projects"),
    path("rankings/<int:pk>/compute-again/", rankings.ranking_check, name="ranking_check"),
    path("rankings/<slug:slug>/", publication.public_ranking, name="public_ranking"),
]
