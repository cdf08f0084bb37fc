"""What people are told about rankings: the Region of drafts, members of outcomes and waivers."""

from __future__ import annotations

from collections.abc import Iterable

from assessment.models import Ranking, RankingLine, Waiver
from assessment.permissions import runners
from assessment.words import points
from district_portal.accounts.models import User
from district_portal.notifications.outbox import Content, Message, announce, announce_each, path_of
from district_portal.shared.ui import localised
from enterprises.models import Membership
from projects.models import Partner


def _load_ranking(about: str) -> Content:
    """`about`: id of the ranking."""
    ranking = Ranking.objects.select_related("call", "made_by").get(pk=about)
    context = {"ranking": ranking, "title": localised(ranking.call, "title")}
    return Content(path=path_of("assessment:ranking", ranking.call.slug), context=context)


def _load_line(about: str) -> Content:
    """`about`: id of the line of a published ranking."""
    line = RankingLine.objects.select_related("ranking__call", "assessment__network").get(pk=about)
    context = {
        "line": line,
        "network": line.assessment.network,
        "title": localised(line.ranking.call, "title"),
        "points": points(line.score),
    }
    return Content(path=path_of("assessment:public_ranking", line.ranking.call.slug), context=context)


def _load_waiver(about: str) -> Content:
    """`about`: id of the waiver."""
    waiver = Waiver.objects.select_related("assessment__network__call").get(pk=about)
    network = waiver.assessment.network
    context = {"waiver": waiver, "network": network, "title": localised(network.call, "title")}
    return Content(path=path_of("projects:network_detail", network.pk), context=context)


RANKING_DRAFTED = Message("assessment/ranking_drafted", load=_load_ranking)
OUTCOME = Message("assessment/outcome", load=_load_line)
WAIVED = Message("assessment/waived", load=_load_waiver)


def ranking_drafted(ranking: Ranking) -> None:
    """To all who may publish it: everyone who runs the selection but who made the draft."""
    others = runners(ranking.call).exclude(pk=ranking.made_by_id)
    announce(RANKING_DRAFTED, about=ranking.pk, key=str(ranking.pk), users=others)


def outcomes(lines: Iterable[RankingLine]) -> None:
    """To everyone, in any role, of the organisations of each network: once for each, in one insertion."""
    by_network = {line.assessment.network_id: line for line in lines}
    partners = Partner.objects.accepted().filter(network__in=by_network)
    organisations: dict[int, list[RankingLine]] = {}
    for network, organisation in partners.values_list("network", "organisation"):
        organisations.setdefault(organisation, []).append(by_network[network])
    members = Membership.objects.current().filter(organisation__in=organisations).select_related("user")
    told = {
        (line.pk, member.user_id): (line.pk, str(line.pk), member.user)
        for member in members
        for line in organisations[member.organisation_id]
    }
    announce_each(OUTCOME, told.values())


def waived(waiver: Waiver) -> None:
    """To everyone of the network, and to who runs the selection: money is free."""
    organisations = waiver.assessment.network.partners.accepted().values("organisation")
    members = Membership.objects.current().filter(organisation__in=organisations)
    people = User.objects.filter(pk__in=members.values("user")) | runners(waiver.assessment.network.call).exclude(
        pk=waiver.recorded_by_id
    )
    announce(WAIVED, about=waiver.pk, key=str(waiver.pk), users=people)
