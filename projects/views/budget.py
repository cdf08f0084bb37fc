"""The budget of a network: its page, and the cells of one partner for one research type."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from calls.models import rules_of
from calls.rules.aid import Activity
from calls.rules.kinds.grants import FlatIntensity, IntensityByTable
from district_portal.reports.lists import Column, list_answer
from district_portal.shared.access import access
from district_portal.shared.ui import money
from projects import permissions
from projects.aid.budget import budget_of
from projects.forms.budget import CellsForm
from projects.models import BudgetLine, Network, Partner
from projects.operations import budget as operations
from projects.operations.changes import check_changeable
from projects.panels import budget as panel
from projects.panels.frame import frame
from projects.sections import budget_key
from projects.states import PartnerState
from projects.views.rows import visible_network

ORDER = ["pk"]


def _partner(request: HttpRequest, uuid: UUID, pk: int) -> Partner:
    partners = Partner.objects.accepted().select_related("organisation")
    partner = get_object_or_404(partners, network=uuid, pk=pk)
    partner.network = visible_network(request, uuid)
    return partner


@require_safe
@access(permissions.can_see_network, on=visible_network)
def budget_page(request: HttpRequest, network: Network) -> HttpResponseBase:
    lines = BudgetLine.objects.filter(network=network, partner__state=PartnerState.ACCEPTED)
    if request.GET.get("format"):
        columns = _columns(network)
        rows = lines.select_related("partner__organisation", "work_package")
        if answer := list_answer(request, rows, order=ORDER, columns=columns):
            return answer
    return render(request, "projects/budget.html", panel.budget(network, request.user, timezone.now()))


def _columns(network: Network) -> list[Column]:
    """Of the cells as a file, with the aid for each."""
    aid = {(cell.partner, cell.package, cell.category, cell.activity): cell.aid for cell in budget_of(network).cells}
    return [
        Column("partner", gettext_lazy("Partner"), lambda line: line.partner.organisation.name),
        Column("work_package", gettext_lazy("Work package"), lambda line: line.work_package.number),
        Column("category", gettext_lazy("Cost category"), lambda line: line.category),
        Column("activity", gettext_lazy("Research type"), lambda line: line.activity),
        Column("amount", gettext_lazy("Amount (EUR)"), lambda line: line.amount),
        Column(
            "aid",
            gettext_lazy("Grant asked for (EUR)"),
            lambda line: aid[line.partner_id, line.work_package_id, line.category, line.activity],
        ),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_write_partner, on=_partner)
def budget_edit(request: HttpRequest, partner: Partner) -> HttpResponse:
    """`?type=` is the research type; none given: see `_first`."""
    check_changeable(partner.network, budget_key(partner.pk))
    types = _types(partner)
    activity = request.GET.get("type") or _first(partner, types)
    if activity not in types:
        raise Http404
    packages = list(partner.network.work_packages.all())
    if request.method != "POST":
        cells = operations.cells_of(partner, activity)
        form = CellsForm(initial=CellsForm.initial_of(cells, operations.token(cells)), packages=packages)
        return _page(request, partner, activity, types, form)
    form = CellsForm(request.POST, packages=packages)
    if not form.is_valid():
        return _page(request, partner, activity, types, form, status=422)
    try:
        seen = form.cleaned_data["seen"]
        whole = operations.write_cells(partner, activity, form.cells, seen=seen, actor=request.user)
    except operations.StaleBudget as stale:
        return _stale(request, partner, activity, types, form, stale)
    words = {"partner": partner.organisation.name, "type": Activity(activity).label, "amount": money(whole)}
    messages.success(request, _("Saved: %(partner)s, %(type)s, %(amount)s.") % words)
    here = reverse("projects:budget_edit", args=[partner.network_id, partner.pk])
    return redirect(f"{here}?type={activity}")


def _first(partner: Partner, types: list[str]) -> str:
    """The research type of the partner's highest costs; without any industrial research, which most calls aid."""
    sums = partner.budget_lines.order_by().values_list("activity").annotate(whole=Sum("amount"))
    if costs := dict(sums):
        return max(types, key=lambda each: costs.get(each, 0))
    return Activity.INDUSTRIAL_RESEARCH.value if Activity.INDUSTRIAL_RESEARCH in types else types[0]


def _types(partner: Partner) -> list[str]:
    """Research types that the call aids, or all where it does not say; and those that have cells."""
    rules = rules_of(partner.network.call)
    table = next((rule for rule in rules if isinstance(rule, IntensityByTable)), None)
    flat = next((rule for rule in rules if isinstance(rule, FlatIntensity)), None)
    aided = set(table.activities) if table else set(flat.shares) if flat else set(Activity)
    used = set(partner.budget_lines.values_list("activity", flat=True).distinct().order_by())
    return [each.value for each in Activity if each in aided or each.value in used]


def _page(
    request: HttpRequest,
    partner: Partner,
    activity: str,
    types: list[str],
    form: CellsForm,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        **frame(partner.network, request.user, "budget", timezone.now()),
        "partner": partner,
        "activity": Activity(activity),
        **panel.of_partner(partner),
        "types": [(each, Activity(each).label, each == activity) for each in types],
        "form": form,
        **more,
    }
    return render(request, "projects/budget_edit.html", context, status=status)


def _stale(
    request: HttpRequest,
    partner: Partner,
    activity: str,
    types: list[str],
    form: CellsForm,
    stale: operations.StaleBudget,
) -> HttpResponse:
    """Both amounts of each cell that differs; what was typed can be saved over the newest ones."""
    typed = request.POST.copy()
    typed["seen"] = operations.token(stale.theirs)
    mine = form.cells
    differing = [
        (field.label, mine.get((package.pk, code)), stale.theirs.get((package.pk, code)))
        for package in form.packages
        for code in operations.CostCategory.values
        if mine.get((package.pk, code)) != stale.theirs.get((package.pk, code))
        for field in [form.fields[form.name(package.pk, code)]]
    ]
    again = CellsForm(typed, packages=form.packages)
    more = {"message": stale.message, "differing": differing}
    return _page(request, partner, activity, types, again, status=409, **more)
