"""What the page "History" shows: versions, what tells two of them apart, who did what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from district_portal.accounts.models import User
from projects.models import Network, ProposalVersion
from projects.panels.activity import Event, activity_of
from projects.panels.differences import Group, differences
from projects.panels.frame import frame
from projects.permissions import can_write_network
from projects.section_titles import names_of

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


def _events(network: Network) -> list[Event]:
    """Who did what, newest first."""
    partners = network.partners.select_related("organisation")
    decisions = network.decisions.select_related("actor")
    events = [*activity_of(network, partners, decisions, limit=EVENTS), *_voided(network)]
    return sorted(events, key=lambda event: event[0], reverse=True)[:EVENTS]


def _voided(network: Network) -> Iterator[Event]:
    """Sign-offs that a change made void; those that were taken back are told already."""
    voided = network.sign_offs.exclude(voided_at=None).exclude(voided_by_section="")
    for each in voided.select_related("partner__organisation", "version").defer("version__content")[:EVENTS]:
        about = {"name": each.partner.organisation.name, "number": each.version.number}
        assert each.voided_at  # that is how they were found
        yield each.voided_at, _("The sign-off of %(name)s for version %(number)s became void") % about


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
