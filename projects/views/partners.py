"""Partner search."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from district_portal.accounts.models import User
from district_portal.shared.access import access
from district_portal.shared.pagination import count_capped, keyset_page
from enterprises.models import Competence, Organisation
from projects import permissions
from projects.filters import PartnerFilter, candidates
from projects.models import Network, Partner

ORDER = ["name", "pk"]
ROWS = 20


@require_safe
@access(permissions.can_search_partners)
def partner_search(request: HttpRequest) -> HttpResponse:
    """Organisations of the reader's districts that can answer an invitation, by what they offer."""
    networks = list(Network.objects.led_by(request.user).editable().order_by("-created_at", "pk")[:ROWS])
    found = PartnerFilter(request.GET, candidates(request.user), request=request, networks=networks)
    page = keyset_page(found.qs.select_related("municipality"), ORDER, request.GET.get("cursor"))
    network = found.chosen_network
    context = {
        "filter": found,
        "page": page,
        "count": count_capped(found.qs),
        "network": network,
        "rows": _with_offers(page.rows, request.user, network),
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, "projects/partner_results.html" if partial else "projects/partner_search.html", context)


@dataclass(frozen=True)
class Candidate:
    """One row of the search: the organisation, what it offers to this reader's eyes, and its place in the network."""

    organisation: Organisation
    offers: list[Competence]
    partner: Partner | None


def _with_offers(organisations: list[Organisation], user: User, network: Network | None) -> list[Candidate]:
    offers: dict[int, list[Competence]] = {}
    visible = Competence.objects.visible_to(user).offers().filter(organisation__in=organisations)
    for competence in visible.select_related("concept").order_by("concept__code", "pk"):
        offers.setdefault(competence.organisation_id, []).append(competence)
    partners = Partner.objects.members().filter(network=network, organisation__in=organisations) if network else []
    places = {partner.organisation_id: partner for partner in partners}
    return [Candidate(each, offers.get(each.pk, []), places.get(each.pk)) for each in organisations]
