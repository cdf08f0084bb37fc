"""What waits for a person in the networks: invitations, networks to finish, networks to review."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.models import Call
from district_portal.accounts.models import User
from district_portal.shared.desk import DeskTask
from district_portal.shared.ui import localised, short_day
from projects.models import Decision, Network, Partner
from projects.operations.readiness import readiness
from projects.operations.review import review_due
from projects.parties import known_of
from projects.states import NetworkState, PartnerState

ROWS = 20


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
    known, asked = known_of(rows), _asked(rows)
    for network in rows:
        checks = readiness(network, network.call, network.listed_partners, moment=now, known=known[network.pk])
        if network.state == NetworkState.FORMING and any(check.blocks for check in checks):
            continue
        call = {"call": localised(network.call, "title"), "day": short_day(network.call.closes_at)}
        changes = network.state == NetworkState.CHANGES_REQUESTED
        words = _("Change “%(network)s” as the facilitator asks") if changes else _("Submit “%(network)s”: it is ready")
        reply = _end_of(asked.get(network.pk)) if changes else None
        context = _("For “%(call)s”, which closes on %(day)s.") % call
        if reply:
            context = _("Reply by %(day)s. %(context)s") % {"day": short_day(reply), "context": context}
        yield DeskTask(
            title=words % {"network": network.title},
            context=context,
            icon="it-comment" if changes else "it-pencil",
            action=_("Open the network"),
            url=network.get_absolute_url(),
            due=reply or network.call.closes_at,
            created=network.decided_at if changes else network.created_at,
        )


def _asked(networks: Sequence[Network]) -> dict[UUID, date | None]:
    """By network: the day on which its lead was last asked to reply."""
    asked = Decision.objects.filter(network__in=networks, to_state=NetworkState.CHANGES_REQUESTED)
    return dict(asked.order_by("network", "-at", "-pk").distinct("network").values_list("network", "reply_by"))


def _end_of(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.max)) if day else None


def networks_to_review(user: User, now: datetime) -> Iterator[DeskTask]:
    """For facilitators: what was submitted in their districts. For the Region's staff: where no facilitator is left."""
    networks = Network.objects.to_review_by(user)
    for network in networks.select_related("call").order_by("submitted_at", "pk")[:ROWS]:
        submitted = network.submitted_at or network.created_at
        yield DeskTask(
            title=_("Review “%(network)s”") % {"network": network.title},
            context=_("For “%(call)s”, waiting since %(day)s.")
            % {"call": localised(network.call, "title"), "day": short_day(submitted)},
            icon="it-search",
            action=_("Review"),
            url=reverse("projects:network_review", args=[network.pk]),
            due=review_due(submitted),
            created=submitted,
        )
