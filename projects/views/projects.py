"""Funded projects: public list and pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from district_portal.reports.lists import Column, list_answer
from district_portal.shared.access import access, public
from district_portal.shared.pagination import count_capped, keyset_page
from district_portal.shared.ui import (
    localised,
    money,
    money_short,
    percent,
    query_string,
    query_without,
    short_day,
)
from enterprises.models import OrganisationKind
from projects.figures import paid, with_amounts
from projects.filters import ProjectFilter
from projects.models import Project

ORDER = ["acronym", "pk"]
COLUMNS = [
    Column("acronym", gettext_lazy("Acronym"), lambda project: project.acronym),
    Column("title", gettext_lazy("Title"), lambda project: project.title),
    Column("call", gettext_lazy("Call"), lambda project: localised(project.call, "title")),
    Column("district", gettext_lazy("District"), lambda project: localised(project.district, "name")),
    Column("cost", gettext_lazy("Cost"), lambda project: project.cost),
    Column("grant", gettext_lazy("Grant"), lambda project: project.grant),
    Column("paid", gettext_lazy("Paid"), lambda project: project.paid),
    Column("state", gettext_lazy("State"), lambda project: project.state),
    Column("start", gettext_lazy("Start"), lambda project: project.starts_on),
    Column("end", gettext_lazy("End"), lambda project: project.ends_on),
    Column("cup", gettext_lazy("CUP"), lambda project: project.cup),
    Column("source", gettext_lazy("Source"), lambda project: localised(project, "source")),
    Column("illustrative", gettext_lazy("Illustrative"), lambda project: project.illustrative),
    Column("url", gettext_lazy("Address"), lambda project: project.get_absolute_url()),
]


@require_safe
@access(public)
def project_list(request: HttpRequest) -> HttpResponseBase:
    visible = with_amounts(Project.objects.visible_to(request.user).select_related("call", "district"))
    filters = ProjectFilter(request.GET, queryset=visible)
    if answer := list_answer(request, filters.qs, order=ORDER, columns=COLUMNS):
        return answer
    page = keyset_page(filters.qs.prefetch_related("awards__organisation"), ORDER, request.GET.get("cursor"))
    context = {
        "page": page,
        "count": count_capped(filters.qs),
        "form": filters.form,
        "pills": _pills(request, filters.form),
        "clear_url": request.path,
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, "projects/project_results.html" if partial else "projects/project_list.html", context)


def _pills(request: HttpRequest, form: Any) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    if not form.is_valid():
        return []
    pills = []
    if words := form.cleaned_data["q"]:
        pills.append((f"“{words}”", query_string(request.GET, q=None)))
    for name in ("call", "district"):
        labels = dict(form.fields[name].choices)
        pills += [
            (str(labels[value]), query_without(request.GET, name, value)) for value in form.cleaned_data[name] or []
        ]
    return pills


def visible_project(request: HttpRequest, slug: str) -> Project:
    projects = with_amounts(Project.objects.visible_to(request.user).select_related("call", "district"))
    project = projects.filter(slug=slug).first()
    if project is None:
        raise Http404
    return project


@require_safe
@access(public, on=visible_project)
def project_detail(request: HttpRequest, project: Project) -> HttpResponse:
    awards = project.awards.select_related("organisation__municipality").annotate(paid_out=paid("award"))
    context = {
        "project": project,
        "awards": awards,
        "facts": _facts(project),
        "amounts_known": any(amount is not None for amount in (project.cost, project.grant, project.paid)),
        "enterprises": sum(award.organisation.kind == OrganisationKind.ENTERPRISE for award in awards),
        "columns": _columns_known(awards),
    }
    return render(request, "projects/project_detail.html", context)


def _facts(project: Project) -> list[tuple[str, Any, str]]:
    """Amounts and dates; one that is not known says so, as a dash with hidden words."""
    share = project.grant / project.cost if project.grant is not None and project.cost else None
    paid_share = project.paid / project.grant if project.paid is not None and project.grant else None
    return [
        (_("Cost"), money_short(project.cost), ""),
        (
            _("Grant"),
            money_short(project.grant),
            _("%(share)s of the cost") % {"share": percent(share)} if share else "",
        ),
        (
            _("Paid"),
            money_short(project.paid),
            _("%(share)s of the grant") % {"share": percent(paid_share)} if paid_share else "",
        ),
        (_("Duration"), _period(project), ""),
    ]


def _period(project: Project) -> Any:
    if project.starts_on is None and project.ends_on is None:
        return money(None)
    return f"{short_day(project.starts_on)} – {short_day(project.ends_on)}"


def _columns_known(awards: Any) -> dict[str, bool]:
    """Which columns of the table of partners hold anything: an empty column tells nothing."""
    return {
        "size": any(award.size for award in awards),
        "cost": any(award.cost is not None for award in awards),
        "grant": any(award.grant is not None for award in awards),
        "paid": any(award.paid_out is not None for award in awards),
    }
