"""The work plan of a network: one page, and one view for each operation."""

from __future__ import annotations

from copy import copy
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from district_portal.shared.access import access
from district_portal.shared.errors import DomainError
from district_portal.shared.ui import money
from projects import permissions, sections
from projects.forms.plan import DeliverableForm, IndicatorForm, MilestoneForm, PackageForm, PlanForm, RiskForm, RowForm
from projects.models import Deliverable, ExpectedIndicator, Milestone, Network, Risk, WorkPackage
from projects.operations import plan as operations
from projects.operations.changes import check_changeable
from projects.operations.plan import KINDS, Row
from projects.panels import plan as panel
from projects.views.rows import visible_network

UNDO = "plan_undo"
"""In the session: what was removed last, so that it can be brought back."""

MODELS: dict[str, type[Row]] = {kind.name: model for model, kind in KINDS.items()}
FORMS: dict[type[Row], tuple[type[RowForm], str | Promise, str | Promise]] = {
    Milestone: (MilestoneForm, gettext_lazy("Add a milestone"), gettext_lazy("Change the milestone")),
    Deliverable: (DeliverableForm, gettext_lazy("Add a deliverable"), gettext_lazy("Change the deliverable")),
    Risk: (RiskForm, gettext_lazy("Add a risk"), gettext_lazy("Change the risk")),
    ExpectedIndicator: (
        IndicatorForm,
        gettext_lazy("Add an expected indicator"),
        gettext_lazy("Change the expected indicator"),
    ),
}


# --- Rows, as far as the person may see them -----------------------------------------------------------------------


def _package(request: HttpRequest, uuid: UUID, pk: int) -> WorkPackage:
    package = get_object_or_404(WorkPackage.objects.select_related("lead__organisation"), network=uuid, pk=pk)
    package.network = visible_network(request, uuid)
    return package


def _of_package(model: type[Milestone] | type[Deliverable]) -> Any:
    def load(request: HttpRequest, uuid: UUID, pk: int) -> Milestone | Deliverable:
        row = get_object_or_404(
            model._default_manager.select_related("work_package"), work_package__network=uuid, pk=pk
        )
        row.work_package.network = visible_network(request, uuid)
        return row

    return load


def _of_network(model: type[Risk] | type[ExpectedIndicator]) -> Any:
    def load(request: HttpRequest, uuid: UUID, pk: int) -> Risk | ExpectedIndicator:
        row = get_object_or_404(model._default_manager.all(), network=uuid, pk=pk)
        row.network = visible_network(request, uuid)
        return row

    return load


_milestone, _deliverable = _of_package(Milestone), _of_package(Deliverable)
_risk, _indicator = _of_network(Risk), _of_network(ExpectedIndicator)


def _may_write(user: Any, row: WorkPackage | Row) -> bool:
    network = row.network if isinstance(row, WorkPackage) else operations.network_of(row)
    return permissions.can_write_network(user, network)


# --- The page ------------------------------------------------------------------------------------------------------


@require_safe
@access(permissions.can_see_network, on=visible_network)
def plan_page(request: HttpRequest, network: Network) -> HttpResponse:
    removed = request.session.get(UNDO)
    context = panel.plan(network, request.user, timezone.now())
    if removed and removed["network"] == str(network.pk):
        context["removed"] = removed["name"]
    return render(request, "projects/plan.html", context)


# --- Work packages -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_write_network, on=visible_network)
def package_new(request: HttpRequest, network: Network) -> HttpResponse:
    title, form = _("Add a work package"), PackageForm(_typed(request, network, sections.PLAN), network=network)
    if not form.is_valid():
        return _form(request, network, form, title)
    try:
        package = operations.add_package(network, plan=form.plan, actor=request.user)
    except DomainError as refusal:
        return _form(request, network, form, title, refusal)
    return _done(request, network, _("%(name)s is added.") % {"name": f"WP{package.number}"}, f"wp{package.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
@access(_may_write, on=_package)
def package_edit(request: HttpRequest, package: WorkPackage) -> HttpResponse:
    network, initial = package.network, {"version": package.version}
    title, typed = _("Change %(name)s") % {"name": f"WP{package.number}"}, _typed(request, network, sections.PLAN)
    form = PackageForm(typed, network=network, instance=package, initial=initial)
    if not form.is_valid():
        return _form(request, network, form, title)
    try:
        operations.edit_package(package, plan=form.plan, version=form.cleaned_data["version"], actor=request.user)
    except operations.StalePackage as stale:
        newest = {"version": str(stale.package.version)}
        return _stale(request, network, title, stale, PackageForm, stale.package, newest)
    except DomainError as refusal:
        return _form(request, network, form, title, refusal)
    return _done(request, network, _("Saved."), f"wp{package.pk}")


@require_POST
@access(_may_write, on=_package)
def package_move(request: HttpRequest, package: WorkPackage) -> HttpResponse:
    """`up=1`: before the one that stands above it, else after the one below."""
    moved = operations.move_package(package, up=request.POST.get("up") == "1", actor=request.user)
    words = _("The work package is now %(name)s.") % {"name": f"WP{moved.number}"}
    return _done(request, package.network, words, f"wp{package.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
@access(_may_write, on=_package)
def package_remove(request: HttpRequest, package: WorkPackage) -> HttpResponse:
    network = package.network
    if request.method == "POST":
        operations.remove_package(package, actor=request.user)
        return _done(request, network, _("“%(name)s” is removed.") % {"name": package})
    check_changeable(network, sections.PLAN)
    goes = operations.what_goes_with(package)
    context = {
        "network": network,
        "package": package,
        "goes": {**goes, "amount": money(goes["amount"])},
        "url": reverse("projects:package_remove", args=[network.pk, package.pk]),
        "back": reverse("projects:plan", args=[network.pk]),
    }
    return render(request, "projects/plan_remove.html", context)


# --- Milestones, deliverables, risks, expected indicators ----------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(_may_write, on=_package)
def milestone_new(request: HttpRequest, package: WorkPackage) -> HttpResponse:
    return _edit(request, Milestone(work_package=package), f"wp{package.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
@access(_may_write, on=_milestone)
def milestone_edit(request: HttpRequest, milestone: Milestone) -> HttpResponse:
    return _edit(request, milestone, f"wp{milestone.work_package_id}")


@require_POST
@access(_may_write, on=_milestone)
def milestone_remove(request: HttpRequest, milestone: Milestone) -> HttpResponse:
    return _remove(request, milestone)


@require_http_methods(["GET", "HEAD", "POST"])
@access(_may_write, on=_package)
def deliverable_new(request: HttpRequest, package: WorkPackage) -> HttpResponse:
    return _edit(request, Deliverable(work_package=package), f"wp{package.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
@access(_may_write, on=_deliverable)
def deliverable_edit(request: HttpRequest, deliverable: Deliverable) -> HttpResponse:
    return _edit(request, deliverable, f"wp{deliverable.work_package_id}")


@require_POST
@access(_may_write, on=_deliverable)
def deliverable_remove(request: HttpRequest, deliverable: Deliverable) -> HttpResponse:
    return _remove(request, deliverable)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_write_network, on=visible_network)
def risk_new(request: HttpRequest, network: Network) -> HttpResponse:
    return _edit(request, Risk(network=network), "risks")


@require_http_methods(["GET", "HEAD", "POST"])
@access(_may_write, on=_risk)
def risk_edit(request: HttpRequest, risk: Risk) -> HttpResponse:
    return _edit(request, risk, "risks")


@require_POST
@access(_may_write, on=_risk)
def risk_remove(request: HttpRequest, risk: Risk) -> HttpResponse:
    return _remove(request, risk)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_write_network, on=visible_network)
def indicator_new(request: HttpRequest, network: Network) -> HttpResponse:
    return _edit(request, ExpectedIndicator(network=network), "indicators")


@require_http_methods(["GET", "HEAD", "POST"])
@access(_may_write, on=_indicator)
def indicator_edit(request: HttpRequest, indicator: ExpectedIndicator) -> HttpResponse:
    return _edit(request, indicator, "indicators")


@require_POST
@access(_may_write, on=_indicator)
def indicator_remove(request: HttpRequest, indicator: ExpectedIndicator) -> HttpResponse:
    return _remove(request, indicator)


@require_POST
@access(permissions.can_write_network, on=visible_network)
def plan_undo(request: HttpRequest, network: Network) -> HttpResponse:
    """Bring back what was removed last. Sent twice, it does nothing more."""
    removed = request.session.get(UNDO)
    if removed and removed["network"] == str(network.pk):
        row = MODELS[removed["kind"]](**removed["values"])
        operations.save_row(row, actor=request.user)
        return _done(request, network, _("“%(name)s” is back.") % {"name": removed["name"]})
    return redirect("projects:plan", network.pk)


def _edit(request: HttpRequest, row: Row, anchor: str) -> HttpResponse:
    network, new = operations.network_of(row), row.pk is None
    form_class, add, change = FORMS[type(row)]
    title = str(add if new else change)
    form = form_class(_typed(request, network, KINDS[type(row)].section), network=network, instance=row)
    if not form.is_valid():
        return _form(request, network, form, title)
    try:
        operations.save_row(form.instance, seen=form.cleaned_data.get("seen", ""), actor=request.user)
    except operations.StaleRow as stale:
        return _stale(request, network, title, stale, form_class, stale.row, {"seen": operations.seen_of(stale.row)})
    except DomainError as refusal:
        return _form(request, network, form, title, refusal)
    return _done(request, network, _("Added.") if new else _("Saved."), anchor)


def _remove(request: HttpRequest, row: Row) -> HttpResponse:
    network, name = operations.network_of(row), operations.called(row)
    removed = {
        "network": str(network.pk),
        "kind": KINDS[type(row)].name,
        "name": name,
        "values": {
            field.attname: _plain(getattr(row, field.attname)) for field in row._meta.fields if not field.primary_key
        },
    }
    operations.remove_row(row, actor=request.user)
    answer = _done(request, network, _("“%(name)s” is removed.") % {"name": name})
    request.session[UNDO] = removed
    return answer


def _plain(value: Any) -> Any:
    """As the session's JSON knows it."""
    return str(value) if isinstance(value, Decimal | UUID) else value


# --- Answers -------------------------------------------------------------------------------------------------------


def _typed(request: HttpRequest, network: Network, section: str) -> QueryDict | None:
    """What was sent. An empty form is not even shown while the section cannot change; what was typed is kept."""
    if request.method == "POST":
        return request.POST
    check_changeable(network, section)
    return None


def _form(
    request: HttpRequest, network: Network, form: PlanForm, title: str, refusal: DomainError | None = None
) -> HttpResponse:
    """`refusal`: why what was typed cannot be saved; it stays on the page."""
    back = reverse("projects:plan", args=[network.pk])
    context = {"network": network, "form": form, "title": title, "back": back, "refused": refusal and refusal.message}
    status = 409 if refusal else 422 if form.is_bound else 200
    return render(request, "projects/plan_form.html", context, status=status)


def _stale(
    request: HttpRequest,
    network: Network,
    title: str,
    stale: DomainError,
    form_class: type[PlanForm],
    theirs: WorkPackage | Row,
    newest: dict[str, str],
) -> HttpResponse:
    """Both texts; what was typed can be saved over the newest one, which `newest` stands for."""
    typed = request.POST.copy()
    for name, value in newest.items():
        typed[name] = value
    context = {
        "network": network,
        "title": title,
        "message": stale.message,
        "theirs": form_class(network=network, instance=theirs).saved,
        "form": form_class(typed, network=network, instance=copy(theirs)),
        "back": reverse("projects:plan", args=[network.pk]),
    }
    return render(request, "projects/plan_stale.html", context, status=409)


def _done(request: HttpRequest, network: Network, words: str, anchor: str = "") -> HttpResponse:
    """Back to the plan. What was removed before can't be brought back any more."""
    request.session.pop(UNDO, None)
    messages.success(request, words)
    address = reverse("projects:plan", args=[network.pk])
    return redirect(f"{address}#{anchor}" if anchor else address)
