"""Documents that a worker makes."""

from __future__ import annotations

from django.urls import path

from projects.views import papers

urlpatterns = [
    path("networks/<uuid:uuid>/papers/proposal/", papers.proposal_order, name="proposal_order"),
    path("papers/<uuid:uuid>/", papers.paper_detail, name="paper_detail"),
    path("papers/<uuid:uuid>/download/", papers.paper_download, name="paper_download"),
    path("papers/<uuid:uuid>/retry/", papers.paper_retry, name="paper_retry"),
]
