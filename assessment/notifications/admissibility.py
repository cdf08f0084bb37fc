"""What a network and the Region are told about admissibility. Templates: `templates/assessment/emails/<name>.*`."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from assessment.models import AnnouncedRejection, Assessment, JournalEntry
from assessment.permissions import runners
from district_portal.accounts.models import User
from district_portal.notifications.outbox import Content, Message, announce, path_of
from enterprises.models import Membership
from projects.models import Network


def _load_move(about: str) -> Content:
    """`about`: id of the entry in the journal, so that an older message keeps its own reason."""
    entry = JournalEntry.objects.select_related("assessment__network", "call").get(pk=about)
    network = entry.assessment.network  # type: ignore[union-attr]  # an entry about a move has its proposal
    context = {"network": network, "call": entry.call, "reason": entry.reason, "outcome": entry.to_state}
    return Content(path=path_of("projects:network_detail", network.pk), context=context)


def _announced(about: str) -> dict[str, Any]:
    row = AnnouncedRejection.objects.select_related("assessment__network__call", "answered_by").get(pk=about)
    network = row.assessment.network
    return {"network": network, "call": network.call, "announced": row}


def _load_announced(about: str) -> Content:
    context = _announced(about)
    return Content(path=path_of("assessment:rejection", context["network"].pk), context=context)


def _load_answer(about: str) -> Content:
    context = _announced(about)
    path = path_of("assessment:proposal", context["call"].slug, context["network"].pk)
    return Content(path=path, context=context)


PROPOSAL_ADMITTED = Message("assessment/proposal_admitted", load=_load_move)
PROPOSAL_REJECTED = Message("assessment/proposal_rejected", load=_load_move)
REJECTION_ANNOUNCED = Message("assessment/rejection_announced", load=_load_announced)
REJECTION_ANSWERED = Message("assessment/rejection_answered", load=_load_answer)


def proposal_admitted(assessment: Assessment) -> None:
    _tell_members(PROPOSAL_ADMITTED, assessment)


def proposal_rejected(assessment: Assessment) -> None:
    _tell_members(PROPOSAL_REJECTED, assessment)


def rejection_announced(announced: AnnouncedRejection) -> None:
    """To every member of the network: the lead answers."""
    users = members_of(announced.assessment.network)
    announce(REJECTION_ANNOUNCED, about=announced.pk, key=str(announced.pk), users=users)


def rejection_answered(announced: AnnouncedRejection) -> None:
    """To the Region's staff, or whoever runs the call."""
    users = runners(announced.assessment.network.call)
    announce(REJECTION_ANSWERED, about=announced.pk, key=str(announced.pk), users=users)


def members_of(network: Network) -> QuerySet[User]:
    """Everyone, in any role, of the organisations that have not declined."""
    organisations = network.partners.members().values("organisation")
    memberships = Membership.objects.current().filter(organisation__in=organisations)
    return User.objects.filter(pk__in=memberships.values("user"))


def _tell_members(message: Message, assessment: Assessment) -> None:
    """About the move that was written down just now."""
    entry = JournalEntry.objects.filter(assessment=assessment, kind="move").latest("pk")
    announce(message, about=entry.pk, key=str(entry.pk), users=members_of(assessment.network))
