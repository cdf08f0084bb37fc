"""The page of a network's partners: what each does, whether the shares add up, who helps to write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from district_portal.accounts.models import User
from enterprises.models import Membership
from projects import permissions
from projects.models import Network, Partner
from projects.operations.changes import unlocked_sections
from projects.panels.frame import frame
from projects.parties import shares_words
from projects.sections import PARTNERS
from projects.states import HelperState, PartnerState


@dataclass(frozen=True)
class PartnerRow:
    """A partner, and what the reader may do with it now."""

    partner: Partner
    may_describe: bool
    may_remove: bool
    may_leave: bool
    may_offer: bool
    may_take_lead: bool
    may_drop_offer: bool


def partners_page(network: Network, user: User, now: datetime) -> dict[str, Any]:
    """Context of `projects/network_partners_page.html`, in a fixed number of queries."""
    context = frame(network, user, "network_partners", now)
    partners = list(network.partners.select_related("organisation__municipality"))
    confirmed = [each for each in partners if each.state == PartnerState.ACCEPTED]
    helpers = list(network.helpers.select_related("user", "invited_by"))
    return context | {
        "rows": _rows(network, partners, user, leads=context["may_edit"]),
        "shares": shares_words(confirmed),
        "total_share": _total([each.planned_share for each in confirmed]),
        "total_months": _total([each.person_months for each in confirmed]),
        "total_hired": _total([each.graduates_hired for each in confirmed]),
        "total_permanent": _total([each.contracts_made_permanent for each in confirmed]),
        "helpers": helpers,
        "asked_to_help": next(
            (each for each in helpers if each.user_id == user.pk and each.state == HelperState.INVITED), None
        ),
        "helps": next(
            (each for each in helpers if each.user_id == user.pk and each.state == HelperState.ACCEPTED), None
        ),
    }


def _rows(network: Network, partners: list[Partner], user: User, *, leads: bool) -> list[PartnerRow]:
    mine = set(Partner.objects.of(user).filter(network=network).values_list("pk", flat=True))
    memberships = Membership.objects.current().owners().filter(user=user)
    owned = set(memberships.values_list("organisation", flat=True))
    changeable = network.editable or PARTNERS in unlocked_sections(network)
    everyone = permissions.can_lead_network(user, network) or permissions.helps_to_write(user, network)
    found = []
    for each in partners:
        confirmed, plain = each.state == PartnerState.ACCEPTED, each.role == Partner.Role.PARTNER
        offered = each.lead_offered_at is not None and network.editable
        found.append(
            PartnerRow(
                partner=each,
                may_describe=changeable and confirmed and (everyone or each.pk in mine),
                may_remove=leads and plain,
                may_leave=network.editable and confirmed and plain and each.pk in mine and not leads,
                may_offer=leads and confirmed and plain and not offered,
                may_take_lead=offered and each.organisation_id in owned,
                may_drop_offer=offered and (leads or each.organisation_id in owned),
            )
        )
    return found


def _total(values: Iterable[Decimal | int | None]) -> Decimal | None:
    known = [Decimal(value) for value in values if value is not None]
    return sum(known, Decimal()) if known else None
