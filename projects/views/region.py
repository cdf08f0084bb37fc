"""The Region's funding dashboard: every panel under the filters of the address, one query for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from district_portal.accounts.models import Role
from district_portal.reports.models import ReportRun
from district_portal.reports.rows import run_rows
from district_portal.shared.access import access
from district_portal.shared.charts import Bubble, Series, bar, bubble_map, line, load_geo, stacked
from district_portal.shared.counts import remembered
from district_portal.shared.pagination import keyset_page
from district_portal.shared.ui import language, money_short, number, percent, query_string
from enterprises.models import EnterpriseSize
from projects import figures
from projects.figures import Panels, Totals
from projects.models import Project
from projects.permissions import can_see_region
from projects.reports import FundingForm

MILLION = 1_000_000
# Where a province's label stands on the map (side, px downwards) so that neighbours and the border leave it room.
BESIDE = {"PR": ("end", 0), "RE": ("end", 34), "RA": ("end", 0), "FC": ("end", 0), "RN": ("end", 0)}
BOUNDARIES = settings.BASE_DIR / "reference" / "er_provinces.geojson"
SIZE_COLOURS = {"micro": "c4", "small": "c1", "medium": "c2", "large": "c3"}
RUNS_SHOWN = 3
MARKS = 4


@require_safe
@access(can_see_region)
def region(request: HttpRequest) -> HttpResponse:
    form = FundingForm(request.GET, user=request.user)
    if not form.is_valid():
        return render(request, "projects/region.html", {"form": form}, status=422)
    filters = form.filters
    projects = figures.with_amounts(figures.projects_under(filters)).select_related("district")
    panels = remembered(
        ("region", _offices(request), sorted(form.stored().items())),
        lambda: figures.panels(filters),
        rows=lambda panels: panels.totals.rows,
    )
    context = {
        "form": form,
        "totals": panels.totals,
        "stats": _stats(panels.totals),
        "line": _line(panels),
        "districts": _districts(panels),
        "map": _map(panels),
        "sizes": _sizes(panels),
        "steps": _funnel(panels),
        "page": keyset_page(projects, ["acronym", "pk"], request.GET.get("cursor")),
        "published": list(figures.published(filters)),
        "runs": run_rows(_last_runs(request)),
        "export_url": reverse("reports:list") + query_string(request.GET, cursor=None) + "#new-funding",
    }
    for project in context["page"]:
        project.paid_bar = _paid_bar(project)
    return render(request, "projects/region.html", context)


def _offices(request: HttpRequest) -> list[tuple[int, int | None]]:
    """What the person works for today; all who work for the same share what is remembered."""
    offices = [office for office in request.user.current_appointments if office.role == Role.REGIONAL_STAFF]
    return sorted(((office.region_id, office.district_id) for office in offices), key=repr)


def _last_runs(request: HttpRequest) -> Any:
    runs = ReportRun.objects.visible_to(request.user).filter(report="funding").select_related("requester")
    return runs.order_by("-requested_at", "-uuid")[:RUNS_SHOWN]


# --- Tiles -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stat:
    label: str
    value: Any
    context: str


def _stats(totals: Totals) -> list[Stat]:
    projects = ngettext("in %(n)s project", "in %(n)s projects", totals.projects) % {"n": number(totals.projects)}
    return [
        Stat(_("Enterprises funded"), number(totals.enterprises), projects),
        Stat(_("Investment"), money_short(totals.cost), _unknown(totals.without_cost, _("cost of the projects"))),
        Stat(_("Grants committed"), money_short(totals.grant), _committed(totals)),
        Stat(_("Grants paid"), money_short(totals.paid), _share(totals.paid_share, _("%(share)s of the grants"))),
    ]


def _share(share: Decimal | None, words: str) -> str:
    return words % {"share": percent(share)} if share is not None else ""


def _committed(totals: Totals) -> str:
    share = _share(totals.grant_share, _("%(share)s of the investment"))
    return _unknown(totals.without_grant, share)


def _unknown(rows: int, words: str) -> str:
    """The words, and for how many awards the amount is not known: a sum must not hide what it leaves out."""
    if not rows:
        return words
    missing = ngettext("not known for %(n)s award", "not known for %(n)s awards", rows) % {"n": number(rows)}
    return f"{words} · {missing}" if words else missing


# --- Charts ----------------------------------------------------------------------------------------------------------


def _line(panels: Panels) -> SafeString | None:
    """Committed and paid, cumulative, EUR million by quarter; None while there is nothing to draw."""
    parts = panels.by_quarter
    if not parts:
        return None
    quarters = _quarters(parts[0][1], parts[-1][1])
    series = []
    for what, label, colour in [
        ("committed", pgettext("grants", "committed"), "c1"),
        ("paid", pgettext("grants", "paid"), "c2"),
    ]:
        amounts = {quarter: amount for kind, quarter, amount in parts if kind == what}
        series.append(Series(label, colour, _cumulative(amounts, quarters)))
    finding = _("Until %(quarter)s, € %(committed)s million are committed and € %(paid)s million are paid.") % {
        "quarter": _name(quarters[-1]),
        "committed": number(series[0].values[-1], 1),
        "paid": number(series[1].values[-1], 1),
    }
    names = [_name(quarter) for quarter in quarters]
    return line(names, series, finding=finding, axis=_("Quarter"), marks=_marks(quarters))


def _quarters(first: date, last: date) -> list[date]:
    """The first days of all quarters from the first to the last; at least two, so that there is a line."""
    quarters = [first if first != last else _move(first, -1)]
    while quarters[-1] < last:
        quarters.append(_move(quarters[-1], 1))
    return quarters


def _move(quarter: date, by: int) -> date:
    months = quarter.year * 12 + quarter.month - 1 + 3 * by
    return date(months // 12, months % 12 + 1, 1)


def _name(quarter: date) -> str:
    return _("%(year)s Q%(quarter)s") % {"year": quarter.year, "quarter": (quarter.month + 2) // 3}


def _marks(quarters: list[date]) -> list[str]:
    """Some words below the axis, evenly spread: the first and the last quarter among them."""
    steps = min(MARKS, len(quarters)) - 1
    return [_name(quarters[round(index * (len(quarters) - 1) / steps)]) for index in range(steps + 1)]


def _cumulative(amounts: dict[date, Decimal], quarters: list[date]) -> list[Decimal]:
    total, values = Decimal(0), []
    for quarter in quarters:
        total += amounts.get(quarter, 0)
        values.append(total / MILLION)
    return values


def _districts(panels: Panels) -> list[dict[str, Any]]:
    rows = panels.by_district
    largest = max((row["investment"] for row in rows if row["investment"]), default=0)
    return [
        {
            "name": row[f"name_{language()}"],
            "slug": row["slug"],
            "enterprises": row["enterprises"],
            "investment": row["investment"],
            "bar": bar(row["investment"] or 0, largest, "c1"),
        }
        for row in rows
    ]


def _map(panels: Panels) -> SafeString | None:
    """A circle for each province of the map with beneficiaries; None where none of them is on it."""
    geo = load_geo(BOUNDARIES)
    names = {feature["properties"]["short"]: feature["properties"]["name"] for feature in geo.features}
    bubbles = [
        Bubble(
            names[row["province"]],
            row["investment"],
            money_short(row["investment"]),
            float(row["longitude"]),
            float(row["latitude"]),
            *BESIDE.get(row["province"], ("start", 0)),
        )
        for row in panels.by_province
        if row["province"] in names
    ]
    if not bubbles:
        return None
    largest = max(bubbles, key=lambda bubble: bubble.value)
    finding = _("The largest investment, %(amount)s, is in the province of %(province)s.")
    return bubble_map(geo, bubbles, finding=finding % {"amount": largest.text, "province": largest.name})


def _sizes(panels: Panels) -> dict[str, Any]:
    """The bar of the known sizes (None without any), and how many enterprises have no known one."""
    counted = panels.by_size
    parts = [(str(EnterpriseSize(size).label), counted[size], colour) for size, colour in SIZE_COLOURS.items()]
    known = sum(count for _label, count, _colour in parts)
    return {"bar": stacked(parts) if known else None, "unknown": counted[""]}


def _funnel(panels: Panels) -> list[dict[str, Any]]:
    counted = panels.funnel
    labels = [
        ("started", _("Networks started")),
        ("submitted", _("Submitted to the facilitator")),
        ("approved", pgettext("networks", "Approved")),
        ("funded", pgettext("networks", "Funded")),
    ]
    steps, before = [], None
    for key, label in labels:
        count = counted[key]
        share = percent(Decimal(count) / before) if before else ""
        steps.append({"label": label, "count": count, "share": share, "bar": bar(count, counted["started"], "c2")})
        before = count
    return steps


def _paid_bar(project: Project) -> dict[str, Any] | None:
    """How much of the grant was paid, where both are known."""
    if project.paid is None or not project.grant:
        return None
    share = project.paid / project.grant
    return {"share": percent(share), "bar": bar(project.paid, project.grant, "c2", "dn-bar dn-bar--cell")}
