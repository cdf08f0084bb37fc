"""What the page of a network says of its selection."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.models import AnnouncedRejection, Assessment
from assessment.permissions import can_answer_rejection
from assessment.states import REJECTIONS, AssessmentState
from calls.states import CallState
from district_portal.accounts.models import User
from district_portal.shared.ui import short_moment
from projects.models import Network
from projects.panels.outcome import Outcome

S = AssessmentState
KINDS = {S.FUNDED: "ok", S.NOT_FUNDED: "soon", S.EXCLUDED: "late", S.NOT_ADMISSIBLE: "late"}


def outcome_of(network: Network, user: User, now: datetime) -> Outcome | None:
    """That all points are agreed on is not told before the ranking: until then a proposal is in evaluation."""
    rows = Assessment.objects.filter(network=network).select_related("announced", "network__call")
    assessment = rows.first()
    if assessment is None or assessment.state == S.WITHDRAWN:
        return None
    state = S(assessment.state)
    if state == S.REJECTION_ANNOUNCED:
        return _announced(assessment, user, now)
    if network.call.state in {CallState.RANKED, CallState.CONCLUDED}:
        url = reverse("assessment:public_ranking", args=[network.call.slug])
        text = _("The ranking is published.")
        return Outcome(assessment.status, True, KINDS.get(state, ""), text, url, _("See the ranking"))
    if state in REJECTIONS:
        url = reverse("projects:documents", args=[network.pk])
        text = _("The Region has decided. Its letter with the reasons is among the documents.")
        return Outcome(assessment.status, True, "late", text, url, _("See the documents"))
    shown = S.ADMITTED if state == S.EVALUATED else state
    return Outcome(f"assessment:{shown}")


def _announced(assessment: Assessment, user: User, now: datetime) -> Outcome:
    announced: AnnouncedRejection = assessment.announced
    url = reverse("assessment:rejection", args=[assessment.network_id])
    due = {"moment": short_moment(announced.due_at)}
    if announced.answered_at:
        words = _("The Region has announced a rejection. The answer was sent; the Region decides.")
    elif now >= announced.due_at:
        words = _("The Region has announced a rejection. The time to answer ended on %(moment)s.") % due
    elif can_answer_rejection(user, assessment):
        words = _("The Region has announced a rejection. Answer by %(moment)s.") % due
        return Outcome(assessment.status, False, "late", words, url, _("Read and answer"))
    else:
        words = _("The Region has announced a rejection. The lead can answer by %(moment)s.") % due
    return Outcome(assessment.status, False, "late", words, url, _("See the reasons"))
