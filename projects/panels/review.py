"""What reviewers see: the queue of submitted networks, and the page on which one is read and decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.procedure import procedure_of
from district_portal.accounts.models import User
from district_portal.shared.ui import short_day
from projects import permissions
from projects.aid.budget import Budget
from projects.content import snapshot
from projects.models import Decision, Look, Network, ProposalVersion
from projects.operations.checks import Check
from projects.operations.readiness import readiness
from projects.operations.review import review_due, working_days_between
from projects.panels.checklist import checklist
from projects.panels.differences import differences
from projects.panels.frame import frame
from projects.parties import Known, known_of
from projects.section_titles import names_of
from projects.states import NetworkState


@dataclass(frozen=True)
class Coverage:
    """How many of the competences that are needed are covered, thinly (by one partner only, or led by nobody), or by
    nobody (gaps): as in the matrix (`projects.panels.coverage`)."""

    needed: int
    thin: int
    gaps: int

    @property
    def covered(self) -> int:
        return self.needed - self.thin - self.gaps

    @property
    def words(self) -> str:
        """ "6 of 8 covered, 1 thin, 1 gap"."""
        if not self.needed:
            return _("not filled in")
        parts = [_("%(covered)s of %(needed)s covered") % {"covered": self.covered, "needed": self.needed}]
        if self.thin:
            parts.append(ngettext("%(count)s thin", "%(count)s thin", self.thin) % {"count": self.thin})
        if self.gaps:
            parts.append(ngettext("%(count)s gap", "%(count)s gaps", self.gaps) % {"count": self.gaps})
        return ", ".join(parts)


@dataclass(frozen=True)
class Review:
    """One submitted network of the queue."""

    network: Network
    age: int
    """Working days since it was submitted."""
    due: datetime
    met: int
    of: int
    """Checks of the review that are met, and all of them."""
    wrong: int
    """Checks that are known not to be met: something has changed since the submission."""
    coverage: Coverage
    news: str
    """Key into the table of statuses: new, changed or unchanged since the reviewer's last look."""


def queue(rows: Iterable[Network], user: User, now: datetime) -> list[Review]:
    """Rows that came `with_rules`, in a number of queries that does not grow with them."""
    networks = list(rows)
    known = known_of(networks)
    looks = dict(Look.objects.filter(user=user, network__in=networks).values_list("network", "version"))
    newest = ProposalVersion.objects.filter(network__in=networks).order_by("network", "-number").distinct("network")
    versions = dict(newest.values_list("network", "pk"))
    return [
        _review(network, known[network.pk], news_of(looks.get(network.pk), versions.get(network.pk)), now)
        for network in networks
    ]


def news_of(seen: int | None, newest: int | None) -> str:
    if seen is None:
        return "look:new"
    return "look:unchanged" if seen == newest else "look:changed"


def _review(network: Network, known: Known, news: str, now: datetime) -> Review:
    checks = readiness(network, network.call, network.listed_partners, moment=now, known=known)
    submitted = network.submitted_at or network.created_at
    return Review(
        network=network,
        age=working_days_between(timezone.localdate(submitted), timezone.localdate(now)),
        due=review_due(submitted),
        met=sum(check.met is True for check in checks),
        of=len(checks),
        wrong=_wrong(checks),
        coverage=coverage_of(known),
        news=news,
    )


def _wrong(checks: Sequence[Check]) -> int:
    return sum(check.blocks for check in checks)


def coverage_of(known: Known) -> Coverage:
    return Coverage(len(known.needs), len(known.thin), len(known.gaps))


def review_page(network: Network, user: User, now: datetime) -> dict[str, Any]:
    """Context of `projects/review.html`."""
    partners = list(network.partners.select_related("organisation__municipality", "organisation__district"))
    known = known_of([network])[network.pk]
    decisions = list(network.decisions.select_related("actor"))
    look = network.looks.filter(user=user).select_related("version").first()
    groups = differences(look.version.content, snapshot(network), names_of(network.call)) if look else []
    submitted = network.state == NetworkState.SUBMITTED
    found = checklist(network, partners, user, now, known=known)
    budget = known.budget or Budget()  # the checklist has reckoned it
    return {
        **frame(network, user, "network_review", now),
        "checklist": found,
        "rows": [(partner, budget.partners.get(partner.pk)) for partner in partners],
        "budget": budget,
        "coverage": coverage_of(known),
        "gaps": known.gaps,
        "look": look,
        "groups": groups,
        "due": review_due(network.submitted_at) if submitted and network.submitted_at else None,
        "age": _age(network, now),
        "decided": next((each for each in decisions if each.to_state in DECIDED), None) if not submitted else None,
        "journal": _journal(decisions),
        "by_region": submitted and not permissions.reviews_district_of(user, network),
        "asks_for_review": procedure_of(network.call).review,
    }


DECIDED = {NetworkState.APPROVED, NetworkState.CHANGES_REQUESTED, NetworkState.REFUSED}


def _age(network: Network, now: datetime) -> str:
    if network.submitted_at is None:
        return ""
    days = working_days_between(timezone.localdate(network.submitted_at), timezone.localdate(now))
    words = ngettext("%(count)s working day", "%(count)s working days", days)
    return words % {"count": days}


def _journal(decisions: list[Decision]) -> list[tuple[Decision, str]]:
    """The review so far, newest first, in words."""
    words = {
        NetworkState.SUBMITTED: _("%(who)s submitted the network for review"),
        NetworkState.CHANGES_REQUESTED: _("%(who)s asked for changes"),
        NetworkState.APPROVED: _("%(who)s approved the network"),
        NetworkState.REFUSED: _("%(who)s refused the network"),
    }
    return [
        (each, words[NetworkState(each.to_state)] % {"who": each.actor}) for each in decisions if each.to_state in words
    ]


def replies_awaited(user: User) -> QuerySet[Decision]:
    """Requests for changes in the person's districts that are not answered yet, the nearest day first."""
    networks = Network.objects.reviewed_by(user).filter(state=NetworkState.CHANGES_REQUESTED)
    asked = Decision.objects.filter(network__in=networks.values("pk"), to_state=NetworkState.CHANGES_REQUESTED)
    last = asked.order_by("network", "-at", "-pk").distinct("network")
    rows = Decision.objects.filter(pk__in=last.values("pk")).select_related("network__call", "actor")
    return rows.order_by("reply_by", "pk")


def reply_words(decision: Decision) -> str:
    """ "reply by 26 November"."""
    return _("reply by %(day)s") % {"day": short_day(decision.reply_by)} if decision.reply_by else ""
