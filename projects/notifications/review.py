"""What people are told about the review of a network. Templates: `templates/projects/emails/<name>.*`."""

from __future__ import annotations

from django.utils import timezone

from district_portal.notifications.outbox import Content, Message, announce, path_of
from projects.models import Decision
from projects.notifications.networks import load_decision, tell_members
from projects.notifications.recipients import leads_of
from projects.permissions import deciders_of

NETWORK_APPROVED = Message("projects/network_approved", load=load_decision)
NETWORK_CHANGES_REQUESTED = Message("projects/network_changes_requested", load=load_decision)
NETWORK_REFUSED = Message("projects/network_refused", load=load_decision)


def _load_review(about: str) -> Content:
    """`about`: id of the entry in the journal; for reviewers, who are led to the review."""
    content = load_decision(about)
    network = content.context["network"]
    return Content(path=path_of("projects:network_review", network.pk), context=content.context)


NETWORK_SUBMITTED = Message("projects/network_submitted", load=_load_review)
REPLY_NEAR = Message("projects/reply_near", load=load_decision)


def network_submitted(decision: Decision) -> None:
    """To those who may decide: the facilitators of the district, or the Region's staff where none is left."""
    announce(NETWORK_SUBMITTED, about=decision.pk, key=str(decision.pk), users=deciders_of(decision.network))


def network_approved(decision: Decision) -> None:
    tell_members(NETWORK_APPROVED, decision)


def network_changes_requested(decision: Decision) -> None:
    tell_members(NETWORK_CHANGES_REQUESTED, decision)


def network_refused(decision: Decision) -> None:
    tell_members(NETWORK_REFUSED, decision)


def reply_near(decision: Decision) -> None:
    """To the owners of the lead, once for each request, shortly before the day on which they were asked to reply."""
    key = f"{decision.pk}:{timezone.localdate(decision.at).isoformat()}"
    announce(REPLY_NEAR, about=decision.pk, key=key, users=leads_of(decision.network))
