"""What stands on top of every page of a network: where it stands, its tabs, what the reader may do with it now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from calls.procedure import procedure_of
from calls.states import CallState
from district_portal.accounts.models import User
from district_portal.shared.ui import days_left
from enterprises.models import MembershipRole
from projects import permissions
from projects.models import Network, Partner
from projects.states import NetworkState, PartnerState


@dataclass(frozen=True)
class Tab:
    name: str
    """Of the route, without its namespace."""
    label: str | Promise


TABS = [
    Tab("network_detail", gettext_lazy("Overview")),
    Tab("network_partners", gettext_lazy("Partners")),
    Tab("proposal", gettext_lazy("Proposal")),
    Tab("plan", gettext_lazy("Work plan")),
    Tab("budget", pgettext_lazy("proposal", "Budget")),
    Tab("documents", gettext_lazy("Documents")),
    Tab("sending", gettext_lazy("Sign-off")),
    Tab("history", gettext_lazy("History")),
]


def frame(
    network: Network, user: User, tab: str, now: datetime, partners: Iterable[Partner] | None = None
) -> dict[str, Any]:
    """Context of `projects/network_base.html` for the page of a tab; the network came with its call.

    `partners`: its rows, where the caller has them; a network that came `with_frame` costs no query more then.
    """
    return {
        "network": network,
        "now": now,
        "closing": _closing(network, now),
        "tabs": [
            {"label": each.label, "url": reverse(f"projects:{each.name}", args=[network.pk]), "here": each.name == tab}
            for each in TABS
        ],
        "unresolved": _unresolved(network),
        **may(network, user, network.partners.all() if partners is None else partners),
    }


def _unresolved(network: Network) -> int:
    if "unresolved" in network.__dict__:
        return network.unresolved
    return network.comments.filter(reply_to=None, resolved_at=None).count()


def may(network: Network, user: User, partners: Iterable[Partner]) -> dict[str, bool]:
    """What the reader may do now, by right and by state."""
    acting = MembershipRole.acting()
    mine = {each.organisation_id for each in user.current_memberships if each.role in acting}
    own = [partner for partner in partners if partner.organisation_id in mine]
    leads = any(partner.role == Partner.Role.LEAD for partner in own)
    confirmed = any(partner.state == PartnerState.ACCEPTED for partner in own)
    waits = any(partner.state == PartnerState.INVITED for partner in own)
    submitted, approved = network.state == NetworkState.SUBMITTED, network.state == NetworkState.APPROVED
    reviews = permissions.reviews_district_of(user, network)
    edits = leads and network.editable
    return {
        "may_write": network.editable and (confirmed or permissions.helps_to_write(user, network)),
        "may_edit": edits,
        "may_submit": edits and _has_review(network),
        "may_withdraw": leads and (network.editable or submitted or approved),
        "may_take_back": leads and submitted,
        "may_reopen": leads and approved,
        "may_answer": network.editable and waits,
        "may_decide": submitted and permissions.can_decide_network(user, network),
        "may_review": permissions.can_see_review(user, network),
        "too_close": submitted and reviews and permissions.is_too_close(user, network),
    }


def _has_review(network: Network) -> bool:
    """Whether a facilitator looks at proposals of this call before they are sent."""
    prefetch_related_objects([network.call], "rules")  # most pages read them again
    return procedure_of(network.call).review


def _closing(network: Network, now: datetime) -> str:
    call = network.call
    if call.state == CallState.CANCELLED:
        return _("the call was cancelled")
    if call.closes_at is None or not call.is_open_at(now):
        return _("closed") if call.closes_at and call.closes_at <= now else _("not open")
    days = days_left(call.closes_at, now)
    if not days:
        return _("closes today")
    return ngettext("closes in %(days)s day", "closes in %(days)s days", days) % {"days": days}
