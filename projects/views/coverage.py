"""The coverage matrix of a network, for those who write it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from district_portal.accounts.models import User
from district_portal.shared.access import access
from projects import permissions
from projects.forms.coverage import NeedForm
from projects.models import Need, Network
from projects.operations import coverage as operations
from projects.operations.changes import check_changeable
from projects.panels.coverage import matrix_of
from projects.panels.frame import frame
from projects.sections import COVERAGE
from projects.views.rows import visible_network


def _need(request: HttpRequest, uuid: UUID, pk: int) -> Need:
    need = get_object_or_404(Need.objects.select_related("concept"), network=uuid, pk=pk)
    need.network = visible_network(request, uuid)
    return need


def _may_write(user: User, need: Need) -> bool:
    return permissions.can_write_network(user, need.network)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_write_network, on=visible_network)
def coverage_edit(request: HttpRequest, network: Network) -> HttpResponse:
    """The matrix to click in; POST adds a competence."""
    check_changeable(network, COVERAGE)
    form = NeedForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        operations.add_need(network, **form.cleaned_data, actor=request.user)
        messages.success(request, _("The competence is added. Say who leads it, and who contributes."))
        return _back(network)
    return _page(request, network, form, status=422 if form.is_bound else 200)


@require_POST
@access(permissions.can_write_network, on=visible_network)
def cover_set(request: HttpRequest, network: Network) -> HttpResponse:
    """`set`: need, partner and level, such as `12:5:leads`."""
    need, partner, level = (request.POST.get("set", "").split(":") + ["", "", ""])[:3]
    numbers = [int(each) if each.isdecimal() and len(each) < 19 else 0 for each in (need, partner)]
    operations.set_cover(network, need=numbers[0], partner=numbers[1], level=level, actor=request.user)
    if request.htmx:
        return _page(request, network, NeedForm(), template="projects/_coverage.html")
    return _back(network)


@require_POST
@access(_may_write, on=_need)
def need_remove(request: HttpRequest, need: Need) -> HttpResponse:
    operations.remove_need(need, actor=request.user)
    messages.success(request, _("“%(name)s” is taken out.") % {"name": need})
    return _back(need.network)


@require_POST
@access(_may_write, on=_need)
def need_move(request: HttpRequest, need: Need) -> HttpResponse:
    """`direction`: up or down."""
    operations.move_need(need, up=request.POST.get("direction") == "up", actor=request.user)
    return _back(need.network)


def _back(network: Network) -> HttpResponse:
    return redirect(reverse("projects:coverage_edit", args=[network.pk]))


def _page(
    request: HttpRequest,
    network: Network,
    form: NeedForm,
    status: int = 200,
    template: str = "projects/coverage_edit.html",
) -> HttpResponse:
    partners = network.partners.select_related("organisation")
    context = {
        **frame(network, request.user, "network_detail", timezone.now()),
        "matrix": matrix_of(network, partners),
        "form": form,
        "editing": True,
    }
    return render(request, template, context, status=status)
