"""Integration rounds (*soccorso istruttorio*): the Region asks once for what can be cured; only this is unlocked."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.operations.lifecycle import hold_dates
from calls.procedure import questions_of
from calls.states import CallState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from district_portal.shared.ui import long_moment
from projects import permissions
from projects import sections as keys
from projects.models import IntegrationRound, Network, Submission
from projects.notifications import integration as notifications
from projects.operations import listeners
from projects.operations.chain import add_to_chain, new_code
from projects.operations.changes import lock, note
from projects.operations.sending import files_of, standing_proposal
from projects.operations.signing import missing_sign_offs
from projects.operations.versions import record_version
from projects.states import NetworkState

log = logging.getLogger(__name__)

# Requests that arrived in time may still wait for their turn when the time is over: rounds are closed a little later.
GRACE = timedelta(minutes=2)
BATCH = 100


@transaction.atomic
def ask_integration(
    submission: Submission, *, sections: Sequence[str], text: str, due_at: datetime, actor: User
) -> IntegrationRound:
    """Ask, once, for sections (`projects.sections`) of a sent proposal to be completed or corrected until `due_at`.

    The caller has checked that the person may ask (`assessment`). Raises `DomainError` before the deadline of the
    call, for a withdrawn submission, a second round, sections that there are not, or a moment that has passed.
    """
    network = lock(submission.network)
    call, now = hold_dates(network.call), timezone.now()
    if standing_proposal(network) != submission or network.state != NetworkState.SENT:
        raise DomainError(_("This submission was withdrawn: nothing can be asked of it."))
    if call.is_open_at(now) or call.state not in (CallState.PUBLISHED, CallState.IN_ASSESSMENT):
        raise DomainError(_("Integrations are asked for after the deadline of the call and before its ranking."))
    if IntegrationRound.objects.filter(submission=submission).exists():
        raise DomainError(_("An integration was asked for already: the Region asks once."))
    wanted = list(dict.fromkeys(sections))
    if not wanted or not set(wanted) <= _sections_of(network):
        raise DomainError(_("Choose the sections that the network may change."))
    if not text.strip():
        raise DomainError(_("Write what is asked for."))
    if due_at <= now:
        raise DomainError(_("This moment has passed: choose one that is still to come."))
    asked = IntegrationRound.objects.create(
        submission=submission, sections=wanted, text=text.strip(), due_at=due_at, asked_by=actor, asked_at=now
    )
    note(network, "integration_asked", actor=actor, due=due_at.isoformat())
    notifications.integration_asked(asked)
    return asked


@transaction.atomic
def answer_integration(network: Network, *, actor: User, moment: datetime) -> Submission:
    """Send what the Region asked for. `moment` is when the request arrived. Answered already: the same submission.

    Raises `PermissionDenied` for anyone but the lead's people, `DomainError` when nothing is asked, it is too late,
    nothing has changed, or a partner concerned (`who_signs`) has not signed off.
    """
    network = lock(network)
    if not permissions.can_lead_network(actor, network):
        raise PermissionDenied
    asked = _round(network)
    if asked.answer:
        return asked.answer
    if asked.closed_at or moment >= asked.due_at:
        when = {"moment": long_moment(asked.due_at)}
        raise DomainError(_("The time to answer ended on %(moment)s (Rome time). What you wrote is kept.") % when)
    version = record_version(network, note="", actor=actor)
    if version.digest == asked.submission.digest:
        raise DomainError(_("Nothing has changed since the proposal was sent. Change what the Region asks for first."))
    if names := [partner.organisation.name for partner in missing_sign_offs(network, version.digest)]:
        words = ngettext(
            "%(names)s has not signed off the changes.", "%(names)s have not signed off the changes.", len(names)
        )
        raise DomainError(words % {"names": ", ".join(names)})
    files = files_of(version.content)
    note(network, "integration_answered", actor=actor)
    notifications.integration_answered(asked)
    answer = add_to_chain(
        network, version, kind=Submission.Kind.INTEGRATION, code=new_code(), files=files, actor=actor, moment=moment
    )
    asked.answered_at, asked.answer = moment, answer
    asked.save(update_fields=["answered_at", "answer"])
    _tell_listeners(asked)
    return answer


def close_integrations(now: datetime) -> int:
    """Close the rounds that nobody has answered in time. Returns how many; safe to repeat, by any number of workers."""
    over = IntegrationRound.objects.pending().filter(due_at__lte=now - GRACE)
    closed = 0
    for pk in over.values_list("pk", flat=True)[:BATCH]:
        try:
            closed += _close(pk, now)
        except Exception:  # one round that fails must not keep the others open; it is tried again
            log.exception("integration round %s was not closed", pk)
    return closed


@transaction.atomic
def _close(pk: int, now: datetime) -> bool:
    network = Network.objects.get(submissions__integration=pk)
    lock(network)
    asked = IntegrationRound.objects.pending().select_related("submission__network__call").filter(pk=pk).first()
    if asked is None:
        return False
    asked.closed_at = now
    asked.save(update_fields=["closed_at"])
    if asked.submission.network.state == NetworkState.SENT:  # a proposal that was withdrawn meanwhile needs no words
        note(asked.submission.network, "integration_closed", actor=None)
        notifications.integration_closed(asked)
        _tell_listeners(asked)
    return True


def _round(network: Network) -> IntegrationRound:
    """The round of the proposal that counts."""
    proposal = standing_proposal(network) if network.state == NetworkState.SENT else None
    rounds = IntegrationRound.objects.select_related("submission", "answer").filter(submission=proposal)
    if proposal is None or (found := rounds.first()) is None:
        raise DomainError(_("The Region has not asked for anything."))
    return found


def _sections_of(network: Network) -> set[str]:
    """All sections that the proposal may have."""
    partners = [partner.pk for partner in network.partners.accepted()]
    found = {*keys.WHOLE, *(keys.budget_key(pk) for pk in partners)}
    for question in questions_of(network.call):
        owners = partners if question.per_partner else [None]
        found |= {keys.answer_key(question.code, owner) for owner in owners}
    return found


def _tell_listeners(asked: IntegrationRound) -> None:
    for listener in listeners.INTEGRATED:
        listener(asked)
