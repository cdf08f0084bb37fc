"""What waits for a person while a network forms: the lead that is offered, help that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from district_portal.accounts.models import User
from district_portal.shared.desk import DeskTask
from enterprises.models import Membership
from projects.models import Network, Partner
from projects.states import HelperState

ROWS = 20


def lead_offers(user: User, now: datetime) -> Iterator[DeskTask]:
    """For the owners of a partner that is asked to lead."""
    owned = Membership.objects.current().owners().filter(user=user).values("organisation")
    networks = Network.objects.editable().values("pk")
    offers = Partner.objects.filter(lead_offered_at__isnull=False, organisation__in=owned, network__in=networks)
    for partner in offers.select_related("network__call", "organisation").order_by("lead_offered_at", "pk")[:ROWS]:
        yield DeskTask(
            title=_("Decide whether to lead “%(network)s”") % {"network": partner.network.title},
            context=_("Its lead offers the lead to %(name)s.") % {"name": partner.organisation.name},
            icon="dn-network",
            action=_("Decide"),
            url=reverse("projects:network_partners", args=[partner.network_id]),
            due=partner.network.call.closes_at,
            created=partner.lead_offered_at,
        )


def help_asked(user: User, now: datetime) -> Iterator[DeskTask]:
    """For people who are asked to help to write."""
    networks = Network.objects.editable().values("pk")
    asked = user.helps.filter(state=HelperState.INVITED, network__in=networks)
    for helper in asked.select_related("network__call").order_by("invited_at", "pk")[:ROWS]:
        yield DeskTask(
            title=_("Answer whether you help “%(network)s” to write") % {"network": helper.network.title},
            context=_("Whoever accepts cannot decide on this network nor evaluate it."),
            icon="it-pencil",
            action=_("Answer"),
            url=reverse("projects:network_partners", args=[helper.network_id]),
            due=helper.network.call.closes_at,
            created=helper.invited_at,
        )
