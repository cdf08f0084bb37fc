"""Partners and helpers of a network, its lead, and taking it back."""

from __future__ import annotations

from django.urls import path

from projects.views import forming

urlpatterns = [
    path("networks/<uuid:uuid>/partners/", forming.network_partners, name="network_partners"),
    path("networks/<uuid:uuid>/partners/<int:pk>/edit/", forming.partner_edit, name="partner_edit"),
    path("networks/<uuid:uuid>/partners/<int:pk>/remove/", forming.partner_remove, name="partner_remove"),
    path("networks/<uuid:uuid>/partners/<int:pk>/leave/", forming.partner_leave, name="partner_leave"),
    path("networks/<uuid:uuid>/partners/<int:pk>/offer-lead/", forming.lead_offer, name="lead_offer"),
    path("networks/<uuid:uuid>/partners/<int:pk>/take-lead/", forming.lead_take, name="lead_take"),
    path("networks/<uuid:uuid>/partners/<int:pk>/drop-lead/", forming.lead_drop, name="lead_drop"),
    path("networks/<uuid:uuid>/helpers/new/", forming.helper_invite, name="helper_invite"),
    path("networks/<uuid:uuid>/helpers/<int:pk>/accept/", forming.helper_accept, name="helper_accept"),
    path("networks/<uuid:uuid>/helpers/<int:pk>/decline/", forming.helper_decline, name="helper_decline"),
    path("networks/<uuid:uuid>/helpers/<int:pk>/end/", forming.helper_end, name="helper_end"),
    path("networks/<uuid:uuid>/take-back/", forming.network_take_back, name="network_take_back"),
    path("networks/<uuid:uuid>/reopen/", forming.network_reopen, name="network_reopen"),
]
