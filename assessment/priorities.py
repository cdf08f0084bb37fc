"""What decides between equal points, beside the points for single criteria: facts of the network as it was sent."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Sum

from assessment.models import Assessment
from enterprises.models import OrganisationKind, SizeDeclaration
from projects.models import Partner

SMES, GRADUATES = "smes", "graduates"


def facts_of(assessments: Iterable[Assessment]) -> dict[int, dict[str, Decimal]]:
    """Small and medium enterprises, by their latest declaration, and graduates to be hired; by the assessment's id.

    Three queries for any number of proposals. Who has declared no size, or no number, counts as nothing.
    """
    found = {each.network_id: each.pk for each in assessments}
    partners = Partner.objects.accepted().filter(network__in=found).order_by()
    hired = dict(partners.values_list("network").annotate(Sum("graduates_hired")))
    members = list(
        partners.filter(organisation__kind=OrganisationKind.ENTERPRISE).values_list("network", "organisation")
    )
    declared = SizeDeclaration.objects.filter(organisation__in={organisation for _network, organisation in members})
    sizes = dict(declared.order_by("year").values_list("organisation", "size"))
    smes: dict[object, int] = {}
    for network, organisation in members:
        smes[network] = smes.get(network, 0) + (sizes.get(organisation, "large") != "large")
    return {
        pk: {SMES: Decimal(smes.get(network, 0)), GRADUATES: Decimal(hired.get(network) or 0)}
        for network, pk in found.items()
    }
