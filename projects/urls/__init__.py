"""Addresses of networks, partner search, the facilitator's cockpit, funded projects and the Region's dashboard."""

from django.urls import path

from projects.urls import budget, coverage, forming, papers, plan, review, sending, texts
from projects.views import networks, partners, projects, region

app_name = "projects"

urlpatterns = [
    path("calls/<slug:slug>/networks/new/", networks.network_new, name="network_new"),
    path("networks/", networks.network_list, name="network_list"),
    path("networks/<uuid:uuid>/", networks.network_detail, name="network_detail"),
    path("networks/<uuid:uuid>/edit/", networks.network_edit, name="network_edit"),
    path("networks/<uuid:uuid>/invite/", networks.network_invite, name="network_invite"),
    path("networks/<uuid:uuid>/accept/", networks.network_accept, name="network_accept"),
    path("networks/<uuid:uuid>/decline/", networks.network_decline, name="network_decline"),
    path("networks/<uuid:uuid>/submit/", networks.network_submit, name="network_submit"),
    path("networks/<uuid:uuid>/withdraw/", networks.network_withdraw, name="network_withdraw"),
    path("partners/", partners.partner_search, name="partner_search"),
    path("projects/", projects.project_list, name="project_list"),
    path("projects/<slug:slug>/", projects.project_detail, name="project_detail"),
    path("region/", region.region, name="region"),
    *forming.urlpatterns,
    *texts.urlpatterns,
    *plan.urlpatterns,
    *budget.urlpatterns,
    *coverage.urlpatterns,
    *sending.urlpatterns,
    *review.urlpatterns,
    *papers.urlpatterns,
]
