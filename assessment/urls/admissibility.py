from __future__ import annotations

from django.urls import URLPattern, path

from assessment.views import admissibility, assessments, evaluators, scoring

CALL = "assessment/<slug:slug>"
PROPOSAL = f"{CALL}/<uuid:uuid>"
OWN = "evaluations/<int:pk>"

urlpatterns: list[URLPattern] = [
    path("assessment/", assessments.overview, name="overview"),
    path(f"{CALL}/", assessments.call, name="call"),
    path(f"{CALL}/evaluators/", evaluators.evaluators, name="evaluators"),
    path(f"{CALL}/assign/", evaluators.assign_all, name="assign_all"),
    path(f"{PROPOSAL}/", assessments.proposal, name="proposal"),
    path(f"{PROPOSAL}/proposal/", assessments.proposal_reading, name="reading"),
    path(f"{PROPOSAL}/attachments/<str:sha256>/", assessments.attachment, name="attachment"),
    path(f"{PROPOSAL}/checks/", admissibility.checks, name="checks"),
    path(f"{PROPOSAL}/checks/<slug:stage>/", admissibility.checks_save, name="checks_save"),
    path(f"{PROPOSAL}/admit/", admissibility.admit, name="admit"),
    path(f"{PROPOSAL}/integration/", admissibility.integration, name="integration"),
    path(f"{PROPOSAL}/announce/", admissibility.announce, name="announce"),
    path(f"{PROPOSAL}/reject/", admissibility.reject, name="reject"),
    path(f"{PROPOSAL}/evaluators/", evaluators.proposal_candidates, name="candidates"),
    path(f"{PROPOSAL}/assign/", evaluators.assign, name="assign"),
    path(f"{PROPOSAL}/evaluators/<int:pk>/revoke/", evaluators.revoke, name="revoke"),
    path(f"{PROPOSAL}/evaluators/<int:pk>/remind/", evaluators.remind, name="remind"),
    path("networks/<uuid:uuid>/rejection/", admissibility.rejection, name="rejection"),
    path("networks/<uuid:uuid>/rejection/answer/", admissibility.rejection_answer, name="rejection_answer"),
    path("evaluations/", scoring.evaluations, name="evaluations"),
    path("evaluations/profile/", evaluators.profile, name="profile"),
    path(f"{OWN}/", scoring.evaluation, name="evaluation"),
    path(f"{OWN}/declare/", scoring.declare, name="declare"),
    path(f"{OWN}/proposal/", scoring.evaluation_reading, name="evaluation_reading"),
    path(f"{OWN}/attachments/<str:sha256>/", scoring.evaluation_attachment, name="evaluation_attachment"),
    path(f"{OWN}/scores/", scoring.scores, name="scores"),
    path(f"{OWN}/hand-in/", scoring.hand_in, name="hand_in"),
    path(f"{OWN}/others/", scoring.others, name="others"),
]
