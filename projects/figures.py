"""What was funded, under the filters of the funding report and of the Region's dashboard.

`awards_under` serves both, so that their totals are equal. Amounts are Decimal EUR; an unknown amount is NULL and adds
nothing; a sum of nothing but unknown amounts is unknown. Enterprises are counted distinct.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, TruncQuarter

from calls.models import Call, CallFigure
from district_portal.accounts.models import District, Role, User
from enterprises.models import EnterpriseSize, OrganisationKind
from projects.models import Award, Network, Payment, Project
from projects.states import NetworkState

ENTERPRISES = Q(organisation__kind=OrganisationKind.ENTERPRISE)


def office_districts(user: User) -> QuerySet[District]:
    """Districts that the person works for as regional staff: one's own, or all of one's region."""
    offices = [office for office in user.current_appointments if office.role == Role.REGIONAL_STAFF]
    return District.objects.filter(
        Q(region__in=[office.region_id for office in offices if office.district_id is None])
        | Q(pk__in=[office.district_id for office in offices if office.district_id is not None])
    )


def office_calls(user: User) -> QuerySet[Call]:
    """Calls of the regions that the person works for."""
    regions = {office.region_id for office in user.current_appointments if office.role == Role.REGIONAL_STAFF}
    return Call.objects.filter(programme__region__in=regions)


@dataclass(frozen=True)
class FundingFilters:
    """`office` limits to the person's districts; None (the command line) sees all. The period: projects started."""

    office: User | None
    start: date | None = None
    end: date | None = None
    call: Call | None = None
    district: District | None = None

    def on_project(self, path: str = "") -> Q:
        """The condition on a project, reached by `path`. In a period, projects without a known start are left out."""
        condition = Q()
        if self.office is not None:
            condition &= Q(**{f"{path}district__in": office_districts(self.office)})
        if self.start:
            condition &= Q(**{f"{path}starts_on__gte": self.start})
        if self.end:
            condition &= Q(**{f"{path}starts_on__lte": self.end})
        if self.call:
            condition &= Q(**{f"{path}call": self.call})
        if self.district:
            condition &= Q(**{f"{path}district": self.district})
        return condition


def awards_under(filters: FundingFilters) -> QuerySet[Award]:
    return Award.objects.filter(filters.on_project("project__"))


def projects_under(filters: FundingFilters) -> QuerySet[Project]:
    return Project.objects.filter(filters.on_project())


def networks_under(filters: FundingFilters) -> QuerySet[Network]:
    """Networks of the same calls and districts; the period is the day on which the network was started."""
    networks = Network.objects.all()
    if filters.office is not None:
        networks = networks.filter(district__in=office_districts(filters.office))
    if filters.start:
        networks = networks.filter(created_at__date__gte=filters.start)
    if filters.end:
        networks = networks.filter(created_at__date__lte=filters.end)
    if filters.call:
        networks = networks.filter(call=filters.call)
    if filters.district:
        networks = networks.filter(district=filters.district)
    return networks


def paid(payments_of: str) -> Subquery:
    """What was paid, EUR; NULL where no payment is known. `payments_of`: path from a payment to the outer row."""
    payments = Payment.objects.order_by().filter(**{payments_of: OuterRef("pk")}).values(payments_of)
    return Subquery(payments.annotate(total=Sum("amount")).values("total"))


def _of_awards(expression: Any) -> Subquery:
    """An aggregate over the awards of a project."""
    awards = Award.objects.order_by().filter(project=OuterRef("pk")).values("project")
    return Subquery(awards.annotate(figure=expression).values("figure"))


def with_amounts(projects: QuerySet[Project]) -> QuerySet[Project]:
    """Adds `cost`, `grant`, `paid` (EUR, None: not known) and `enterprises` (None: no beneficiary is known)."""
    return projects.annotate(
        cost=_of_awards(Sum("cost")),
        grant=_of_awards(Sum("grant")),
        paid=paid("award__project"),
        enterprises=_of_awards(Count("organisation", filter=ENTERPRISES)),
    )


# --- The panels of the dashboard: one query each ---------------------------------------------------------------------


@dataclass(frozen=True)
class Totals:
    rows: int
    projects: int
    enterprises: int
    cost: Decimal | None
    grant: Decimal | None
    paid: Decimal | None
    without_cost: int
    without_grant: int
    illustrative: int
    grant_with_cost: Decimal | None
    cost_with_grant: Decimal | None

    @property
    def grant_share(self) -> Decimal | None:
        """Grants as a share of the investment, over the awards of which both are known."""
        return self.grant_with_cost / self.cost_with_grant if self.cost_with_grant else None

    @property
    def paid_share(self) -> Decimal | None:
        """Payments as a share of the grants."""
        return self.paid / self.grant if self.grant and self.paid is not None else None


def totals(filters: FundingFilters) -> Totals:
    both = Q(cost__isnull=False, grant__isnull=False)
    figures = (
        awards_under(filters)
        .annotate(paid_out=paid("award"))
        .aggregate(
            rows=Count("pk"),
            projects=Count("project", distinct=True),
            enterprises=Count("organisation", distinct=True, filter=ENTERPRISES),
            total_cost=Sum("cost"),
            total_grant=Sum("grant"),
            total_paid=Sum("paid_out"),
            without_cost=Count("pk", filter=Q(cost=None)),
            without_grant=Count("pk", filter=Q(grant=None)),
            illustrative=Count("project", distinct=True, filter=Q(project__illustrative=True)),
            grant_with_cost=Sum("grant", filter=both),
            cost_with_grant=Sum("cost", filter=both),
        )
    )
    return Totals(**{name.removeprefix("total_"): value for name, value in figures.items()})


def by_quarter(filters: FundingFilters) -> list[tuple[str, date, Decimal]]:
    """("committed" or "paid", first day of the quarter, EUR), by quarter.

    A grant counts in the quarter of its award, where that is not known of the project's start; without both, nowhere.
    """
    committed = awards_under(filters).annotate(on=Coalesce("awarded_on", "project__starts_on"))
    paid_out = Payment.objects.filter(filters.on_project("award__project__")).annotate(on=F("paid_on"))
    parts = [
        rows.exclude(on=None)
        .order_by()
        .annotate(what=Value(what), quarter=TruncQuarter("on"))
        .values("what", "quarter")
        .annotate(total=Sum(amount))
        .exclude(total=None)
        .values_list("what", "quarter", "total")
        for what, rows, amount in [("committed", committed, "grant"), ("paid", paid_out, "amount")]
    ]
    return sorted(parts[0].union(parts[1], all=True), key=lambda part: part[1])


def by_district(filters: FundingFilters) -> QuerySet[Award, dict[str, Any]]:
    """Names and address of each district with its investment (EUR) and its distinct enterprises, largest first."""
    return (
        awards_under(filters)
        .order_by()
        .values(
            slug=F("project__district__slug"),
            name_it=F("project__district__name_it"),
            name_en=F("project__district__name_en"),
        )
        .annotate(investment=Sum("cost"), enterprises=Count("organisation", distinct=True, filter=ENTERPRISES))
        .order_by(F("investment").desc(nulls_last=True), "slug")
    )


def by_province(filters: FundingFilters) -> QuerySet[Award, dict[str, Any]]:
    """Code of each province, its investment (EUR), and the middle of its beneficiaries' municipalities (WGS 84)."""
    return (
        awards_under(filters)
        .filter(organisation__municipality__isnull=False, cost__isnull=False)
        .order_by()
        .values(province=F("organisation__municipality__province"))
        .annotate(
            investment=Sum("cost"),
            longitude=Avg("organisation__municipality__longitude"),
            latitude=Avg("organisation__municipality__latitude"),
        )
    )


def by_size(filters: FundingFilters) -> dict[str, int]:
    """Distinct enterprises by size, each with the size of its latest award; "" is not known."""
    latest = (
        awards_under(filters)
        .filter(ENTERPRISES)
        .order_by("organisation_id", F("awarded_on").desc(nulls_last=True), "-pk")
        .distinct("organisation_id")
    )
    counted = Award.objects.filter(pk__in=latest.values("pk")).order_by().values_list("size").annotate(Count("pk"))
    found = dict(counted)
    return {size: found.get(size, 0) for size in [*EnterpriseSize.values, ""]}


def funnel(filters: FundingFilters) -> dict[str, int]:
    """Networks that were started, and how many of them were ever submitted, are approved, became a funded project."""
    return networks_under(filters).aggregate(
        started=Count("pk"),
        submitted=Count("pk", filter=Q(submitted_at__isnull=False)),
        approved=Count("pk", filter=Q(state=NetworkState.APPROVED)),
        funded=Count("project"),
    )


@dataclass(frozen=True)
class Panels:
    """What the dashboard draws, each part as the function of its name answers it."""

    totals: Totals
    by_quarter: list[tuple[str, date, Decimal]]
    by_district: list[dict[str, Any]]
    by_province: list[dict[str, Any]]
    by_size: dict[str, int]
    funnel: dict[str, int]


def panels(filters: FundingFilters) -> Panels:
    return Panels(
        totals=totals(filters),
        by_quarter=by_quarter(filters),
        by_district=list(by_district(filters)),
        by_province=list(by_province(filters)),
        by_size=by_size(filters),
        funnel=funnel(filters),
    )


def published(filters: FundingFilters) -> QuerySet[CallFigure]:
    """Figures that somebody published about the calls in question; they follow the filter of the call only."""
    figures = CallFigure.objects.select_related("call")
    if filters.call:
        return figures.filter(call=filters.call)
    return figures if filters.office is None else figures.filter(call__in=office_calls(filters.office))
