"""The facilitator's review: approve, ask for changes, refuse; and what each reviewer has read."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.models import Call
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError
from district_portal.shared.ui import long_moment, short_day
from projects import permissions
from projects.models import Decision, Look, Network
from projects.notifications import review as notifications
from projects.operations.changes import lock, move
from projects.operations.versions import record_version
from projects.states import NetworkState

DECIDED = {NetworkState.APPROVED, NetworkState.CHANGES_REQUESTED, NetworkState.REFUSED}
WORKING_DAYS = 5
"""In which a review should be done, and in which a lead is asked to reply."""


@transaction.atomic
def approve_network(network: Network, *, actor: User, reason: str = "") -> Network:
    """Approve a submitted network; what was approved is kept as a version.

    Raises `DomainError`, after a decision with who decided what and when; `PermissionDenied` for whoever is too close.
    """
    decision = _decide(network, NetworkState.APPROVED, actor=actor, reason=reason)
    notifications.network_approved(decision)
    return decision.network


@transaction.atomic
def request_network_changes(network: Network, *, actor: User, reason: str, reply_by: date | None = None) -> Network:
    """Give a submitted network back to its lead. Raises `DomainError` like `approve_network`, or for the day.

    `reply_by`: a working day to come, not after the deadline; none given: `usual_reply_by`.
    """
    today = timezone.localdate()
    if reply_by is not None:
        check_reply_by(reply_by, network.call, today)
    decision = _decide(network, NetworkState.CHANGES_REQUESTED, actor=actor, reason=reason)
    decision.reply_by = reply_by or usual_reply_by(decision.network.call, today)
    decision.save(update_fields=["reply_by"])
    notifications.network_changes_requested(decision)
    return decision.network


@transaction.atomic
def refuse_network(network: Network, *, actor: User, reason: str) -> Network:
    """Refuse a submitted network for good. Raises `DomainError` like `approve_network`."""
    decision = _decide(network, NetworkState.REFUSED, actor=actor, reason=reason)
    notifications.network_refused(decision)
    return decision.network


@transaction.atomic
def mark_read(network: Network, *, actor: User) -> Look:
    """Remember that the person has read what the proposal says now: later looks show what changed since."""
    version = record_version(network, note="", actor=None)
    look, _created = Look.objects.update_or_create(
        network=network, user=actor, defaults={"version": version, "at": timezone.now()}
    )
    return look


def remind_replies(today: date) -> int:
    """Remind leads who were asked to reply by the next working day, or sooner. Returns how many requests wait.

    Safe to repeat: each request is told once.
    """
    near = working_days_after(today, 1)
    networks = Network.objects.filter(state=NetworkState.CHANGES_REQUESTED)
    asked = Decision.objects.filter(network__in=networks.values("pk"), to_state=NetworkState.CHANGES_REQUESTED)
    last = asked.order_by("network", "-at", "-pk").distinct("network")
    waiting = Decision.objects.filter(pk__in=last.values("pk"), reply_by__range=(today, near))
    for decision in waiting.exclude(at__date=today).select_related("network__call", "actor"):
        with transaction.atomic():
            notifications.reply_near(decision)
    return waiting.count()


def check_reply_by(day: date, call: Call, today: date) -> None:
    """Raises `DomainError` for a day on which nobody can be asked to have replied."""
    if day <= today:
        raise DomainError(_("Choose a day to come."))
    if day.weekday() >= 5:
        raise DomainError(_("Choose a working day, from Monday to Friday."))
    if call.closes_at and day > timezone.localdate(call.closes_at):
        words = _("Choose a day before the call closes, on %(day)s.")
        raise DomainError(words % {"day": short_day(call.closes_at)})


def usual_reply_by(call: Call, today: date) -> date | None:
    """Five working days from now, or the last working day until the deadline; None where no day is left."""
    day = working_days_after(today, WORKING_DAYS)
    if call.closes_at:
        last = timezone.localdate(call.closes_at)
        while last.weekday() >= 5:
            last -= timedelta(days=1)
        day = min(day, last)
    return day if day > today else None


def working_days_after(day: date, count: int) -> date:
    """Monday to Friday; holidays count as working days."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days have begun after `start`, until `end`."""
    days = (end - start).days
    whole, rest = divmod(max(days, 0), 7)
    return whole * 5 + sum((start + timedelta(days=each)).weekday() < 5 for each in range(1, rest + 1))


def review_due(submitted_at: datetime) -> datetime:
    """When a review should be done: five working days after the submission."""
    submitted = timezone.localtime(submitted_at)
    days = working_days_after(submitted.date(), WORKING_DAYS) - submitted.date()
    return submitted + days


def _decide(network: Network, target: NetworkState, *, actor: User, reason: str) -> Decision:
    """Move a submitted network, under its lock: nobody too close decides, and nobody decides twice."""
    network = lock(network)
    if network.state in DECIDED:
        raise DomainError(_already_decided(network))
    if network.state != NetworkState.SUBMITTED:  # a sent one may go back to "approved", by being withdrawn alone
        state = NetworkState(network.state).label
        raise DomainError(_("There is nothing to decide now: the network is “%(state)s”.") % {"state": state})
    if permissions.is_too_close(actor, network):
        raise PermissionDenied
    look = mark_read(network, actor=actor)
    decision = move(network, target, actor=actor, reason=reason, version=look.version)
    network.decided_at = decision.at
    network.save(update_fields=["decided_at"])
    return decision


def _already_decided(network: Network) -> str:
    last = network.decisions.select_related("actor").latest("at", "pk")
    return _("%(who)s has already decided, on %(when)s: “%(what)s”. Nothing was changed.") % {
        "who": last.actor,
        "when": long_moment(last.at),
        "what": NetworkState(last.to_state).label,
    }
