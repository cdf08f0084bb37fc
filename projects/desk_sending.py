"""What waits for a person on the way to the Region: sign-offs to give, proposals to send, integrations to answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from calls.models import Call
from district_portal.accounts.models import User
from district_portal.shared.desk import DeskTask
from district_portal.shared.ui import localised, short_moment
from enterprises.models import Membership
from projects.models import IntegrationRound, Network, Partner, SignOff
from projects.operations.signing import asked_of
from projects.states import SIGNABLE, NetworkState

ROWS = 20


def sign_offs_to_give(user: User, now: datetime) -> Iterator[DeskTask]:
    """For owners of partners: from the approval on, or as soon as anyone of the network has signed off."""
    owned = Membership.objects.current().owners().filter(user=user).values("organisation")
    signed = SignOff.objects.filter(network=OuterRef("network"))
    ripe = Q(network__state=NetworkState.APPROVED) | Q(Exists(signed))
    partners = Partner.objects.accepted().filter(
        ripe,
        ~Exists(SignOff.objects.standing().filter(partner=OuterRef("pk"))),
        organisation__in=owned,
        network__state__in=SIGNABLE,
        network__call__in=Call.objects.open_at(now).values("pk"),
    )
    rows = partners.select_related("network__call", "organisation")
    for partner in rows.order_by("network__call__closes_at", "pk")[:ROWS]:
        network = partner.network
        yield DeskTask(
            title=_("Sign off “%(network)s” for %(name)s")
            % {"network": network.title, "name": partner.organisation.name},
            context=_("For “%(call)s”: it can be sent when every partner has agreed to the same text.")
            % {"call": localised(network.call, "title")},
            icon="it-pencil",
            action=_("Read and sign off"),
            url=reverse("projects:sign_off", args=[network.pk, partner.pk]),
            due=network.call.closes_at,
            created=network.decided_at or network.created_at,
        )


def proposals_to_send(user: User, now: datetime) -> Iterator[DeskTask]:
    """For the lead's people: approved, and not sent yet."""
    calls = Call.objects.open_at(now).values("pk")
    networks = Network.objects.led_by(user).filter(state=NetworkState.APPROVED, call__in=calls)
    for network in networks.select_related("call").order_by("call__closes_at", "pk")[:ROWS]:
        yield DeskTask(
            title=_("Send “%(network)s” to the Region") % {"network": network.title},
            context=_("Approved for “%(call)s”, which closes on %(moment)s.")
            % {"call": localised(network.call, "title"), "moment": short_moment(network.call.closes_at)},
            icon="it-mail",
            action=_("See what is missing"),
            url=reverse("projects:sending", args=[network.pk]),
            due=network.call.closes_at,
            created=network.decided_at or network.created_at,
        )


def integrations_to_answer(user: User, now: datetime) -> Iterator[DeskTask]:
    """For the people of the lead, and of each partner whose sign-off the answer needs."""
    mine = Partner.objects.of(user).accepted()
    rounds = IntegrationRound.objects.open_at(now).filter(
        submission__network__state=NetworkState.SENT, submission__network__in=mine.values("network")
    )
    own = Prefetch("submission__network__partners", mine, to_attr="own_partners")
    rows = rounds.select_related("submission__network__call").prefetch_related(own)
    for asked in rows.order_by("due_at", "pk")[:ROWS]:
        network, owners = asked.submission.network, asked_of(asked)
        if owners is not None and not any(
            each.role == Partner.Role.LEAD or each.pk in owners for each in network.own_partners
        ):
            continue
        yield DeskTask(
            title=_("Complete “%(network)s” as the Region asks") % {"network": network.title},
            context=_("For “%(call)s”: change what is asked for, sign it off, and the lead sends it.")
            % {"call": localised(network.call, "title")},
            icon="it-comment",
            action=_("See what is asked for"),
            url=reverse("projects:sending", args=[network.pk]),
            due=asked.due_at,
            created=asked.asked_at,
        )
