"""What the page "History" shows: versions, what tells two of them apart, who did what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from district_portal.accounts.models import User
from projects.models import Activity, Decision, Network, ProposalVersion, SignOff
from projects.panels.differences import Group, differences
from projects.panels.frame import frame
from projects.permissions import can_write_network
from projects.section_titles import names_of
from projects.states import NetworkState

EVENTS = 100


def versions_of(network: Network) -> QuerySet[ProposalVersion]:
    """With how many standing sign-offs they have, without what they say."""
    signed = Count("sign_offs", filter=Q(sign_offs__voided_at=None), distinct=True)
    rows = network.versions.defer("content").select_related("author").prefetch_related("submissions")
    return rows.annotate(signed=signed)


def history(network: Network, user: User, now: datetime) -> dict[str, Any]:
    """Context of `projects/history.html`, but for the page of versions."""
    return frame(network, user, "history", now) | {
        "may_save": can_write_network(user, network),
        "activity": _events(network),
    }


Event = tuple[datetime, str]


def _events(network: Network) -> list[Event]:
    """Who did what on the way to the Region, newest first."""
    events = [*_decisions(network), *_signatures(network), *_activities(network)]
    return sorted(events, key=lambda event: event[0], reverse=True)[:EVENTS]


def _decisions(network: Network) -> Iterator[Event]:
    for each in Decision.objects.filter(network=network).select_related("actor")[:EVENTS]:
        state = NetworkState(each.to_state).label
        words = _("%(who)s moved the network to “%(state)s”") % {"who": each.actor or _("The portal"), "state": state}
        yield each.at, f"{words}: “{each.reason}”" if each.reason else words


def _signatures(network: Network) -> Iterator[Event]:
    given = SignOff.objects.filter(network=network).select_related("partner__organisation", "signed_by", "version")
    for each in given.defer("version__content")[:EVENTS]:
        about = {"who": each.signed_by, "name": each.partner.organisation.name, "number": each.version.number}
        yield each.signed_at, _("%(who)s signed off version %(number)s for %(name)s") % about
        if each.voided_at:
            yield each.voided_at, _("The sign-off of %(name)s for version %(number)s became void") % about


def _activities(network: Network) -> Iterator[Event]:
    words = {
        "protocol_recorded": _("%(who)s recorded the protocol number"),
        "integration_asked": _("%(who)s asked for an integration"),
        "integration_answered": _("%(who)s sent the integration"),
        "integration_closed": _("The time for the integration ended without an answer"),
    }
    for each in Activity.objects.filter(network=network, kind__in=words).select_related("actor")[:EVENTS]:
        yield each.at, words[each.kind] % {"who": each.actor}


def version(shown: ProposalVersion, other: ProposalVersion | None, user: User, now: datetime) -> dict[str, Any]:
    """Context of `projects/version.html`: what leads from the older to the newer one of two versions."""
    network = shown.network
    older, newer = (other, shown) if other is None or other.number < shown.number else (shown, other)
    return frame(network, user, "history", now) | {
        "shown": shown,
        "older": older,
        "newer": newer,
        "groups": compared(network, older, newer) if older else [],
        "numbers": network.versions.exclude(pk=shown.pk).values_list("number", flat=True),
    }


def compared(network: Network, older: ProposalVersion, newer: ProposalVersion) -> list[Group]:
    return differences(older.content, newer.content, names_of(network.call))
