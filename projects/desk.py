"""What waits for a person in the networks: invitations, networks to finish, networks to review."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from calls.models import Call
from district_portal.accounts.models import User
from district_portal.shared.desk import DeskTask
from district_portal.shared.ui import localised, short_day
from projects.models import Network, Partner
from projects.operations.readiness import readiness
from projects.parties import known_of
from projects.states import NetworkState, PartnerState

REVIEW_WORKING_DAYS = 5
ROWS = 20


def review_due(submitted_at: datetime) -> datetime:
    """When a review should be done: five working days (Monday to Friday) after the submission."""
    due, left = timezone.localtime(submitted_at), REVIEW_WORKING_DAYS
    while left:
        due += timedelta(days=1)
        left -= due.weekday() < 5
    return due


def invitations(user: User, now: datetime) -> Iterator[DeskTask]:
    """For owners and editors of invited organisations."""
    editable = Network.objects.editable().values("pk")
    partners = Partner.objects.of(user).filter(state=PartnerState.INVITED, network__in=editable)
    for partner in partners.select_related("network__call", "organisation").order_by("invited_at", "pk")[:ROWS]:
        network = partner.network
        yield DeskTask(
            title=_("Answer the invitation to “%(network)s”") % {"network": network.title},
            context=_("%(organisation)s is invited for “%(call)s”.")
            % {"organisation": partner.organisation.name, "call": localised(network.call, "title")},
            icon="it-mail",
            action=_("Answer"),
            url=network.get_absolute_url(),
            due=network.call.closes_at,
            created=partner.invited_at,
        )


def networks_to_finish(user: User, now: datetime) -> Iterator[DeskTask]:
    """For owners and editors of a lead: changes that were asked for, and networks that can be submitted."""
    calls = Call.objects.open_at(now).values("pk")
    networks = Network.objects.led_by(user).editable().filter(call__in=calls).with_rules()
    rows = list(networks.order_by("call__closes_at", "pk")[:ROWS])
    known = known_of(rows)
    for network in rows:
        checks = readiness(network, network.call, network.listed_partners, moment=now, known=known[network.pk])
        if network.state == NetworkState.FORMING and any(check.blocks for check in checks):
            continue
        call = {"call": localised(network.call, "title"), "day": short_day(network.call.closes_at)}
        changes = network.state == NetworkState.CHANGES_REQUESTED
        words = _("Change “%(network)s” as the facilitator asks") if changes else _("Submit “%(network)s”: it is ready")
        yield DeskTask(
            title=words % {"network": network.title},
            context=_("For “%(call)s”, which closes on %(day)s.") % call,
            icon="it-comment" if changes else "it-pencil",
            action=_("Open the network"),
            url=network.get_absolute_url(),
            due=network.call.closes_at,
            created=network.decided_at if changes else network.created_at,
        )


def networks_to_review(user: User, now: datetime) -> Iterator[DeskTask]:
    """For facilitators: what was submitted in their districts."""
    networks = Network.objects.to_review_by(user)
    for network in networks.select_related("call").order_by("submitted_at", "pk")[:ROWS]:
        yield DeskTask(
            title=_("Review “%(network)s”") % {"network": network.title},
            context=_("For “%(call)s”, waiting since %(day)s.")
            % {"call": localised(network.call, "title"), "day": short_day(network.submitted_at)},
            icon="it-search",
            action=_("Review"),
            url=network.get_absolute_url(),
            due=review_due(network.submitted_at),
            created=network.submitted_at,
        )
