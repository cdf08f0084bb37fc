"""Sign-offs, sending, receipts, integration rounds, versions, verification."""

from __future__ import annotations

from django.urls import path

from projects.views import history, integration, sending, verification

urlpatterns = [
    path("networks/<uuid:uuid>/sign-off/", sending.sending, name="sending"),
    path("networks/<uuid:uuid>/sign-off/ask/", sending.sign_offs_ask, name="sign_offs_ask"),
    path("networks/<uuid:uuid>/sign-off/<int:pk>/", sending.sign_off, name="sign_off"),
    path("networks/<uuid:uuid>/sign-off/<int:pk>/withdraw/", sending.sign_off_withdraw, name="sign_off_withdraw"),
    path("networks/<uuid:uuid>/send/", sending.proposal_send, name="proposal_send"),
    path("networks/<uuid:uuid>/withdraw-proposal/", sending.submission_withdraw, name="submission_withdraw"),
    path("networks/<uuid:uuid>/receipts/<slug:number>/", sending.receipt, name="receipt"),
    path("networks/<uuid:uuid>/receipts/<slug:number>/protocol/", sending.protocol_record, name="protocol_record"),
    path("networks/<uuid:uuid>/integration/send/", integration.integration_answer, name="integration_answer"),
    path("networks/<uuid:uuid>/history/", history.history, name="history"),
    path("networks/<uuid:uuid>/history/save/", history.version_save, name="version_save"),
    path("networks/<uuid:uuid>/history/<int:number>/", history.version, name="version"),
    path("networks/<uuid:uuid>/history/<int:number>/download/", history.version_download, name="version_download"),
    path("verify/", verification.verify, name="verify"),
    path("verify/<slug:code>/", verification.verify_code, name="verify_code"),
]
