"""The directory and the profiles: what everyone may read."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from district_portal.accounts.models import User
from district_portal.reports.lists import Column, list_answer
from district_portal.shared.access import access, public
from district_portal.shared.pagination import count_capped, keyset_page
from district_portal.shared.ui import language, localised, localised_with_language
from enterprises.filters import ORDER, OrganisationFilter
from enterprises.models import Competence, Organisation
from enterprises.permissions import can_act_for, is_member
from enterprises.views.rows import visible_organisation


def _names(competences: list[Competence]) -> list[str]:
    return sorted(localised(competence.concept, "name") for competence in competences)


COLUMNS = [
    Column("name", gettext_lazy("Name"), lambda row: row.name),
    Column("slug", gettext_lazy("Address"), lambda row: row.slug),
    Column("kind", gettext_lazy("Kind"), lambda row: row.kind),
    Column("place", gettext_lazy("Municipality"), lambda row: str(row.municipality) if row.municipality else None),
    Column("nuts", gettext_lazy("NUTS code"), lambda row: row.nuts or None),
    Column("district", gettext_lazy("District"), lambda row: localised(row.district, "name") if row.district else None),
    Column("website", gettext_lazy("Website"), lambda row: row.website or None),
    Column("offers", gettext_lazy("Offers"), lambda row: "; ".join(_names(row.readable_offers)) or None),
    Column("seeks", gettext_lazy("Seeks"), lambda row: "; ".join(_names(row.readable_seeks)) or None),
    Column("illustrative", gettext_lazy("Illustrative"), lambda row: row.illustrative),
]


def _with_competences(organisations: QuerySet[Organisation], user: User) -> QuerySet[Organisation]:
    """Each with `readable_offers` and `readable_seeks`: what this reader may know of them by name."""
    readable = Competence.objects.visible_to(user).select_related("concept")
    return organisations.select_related("municipality", "district").prefetch_related(
        Prefetch("competences", readable.offers(), to_attr="readable_offers"),
        Prefetch("competences", readable.seeks(), to_attr="readable_seeks"),
    )


def _row(organisation: Organisation) -> dict[str, Any]:
    """What the row component shows."""
    return {
        "name": organisation.name,
        "url": organisation.get_absolute_url(),
        "kind": organisation.get_kind_display(),
        "place": str(organisation.municipality or ""),
        "district": localised(organisation.district, "name") if organisation.district else "",
        "tags": _names(organisation.readable_offers),
        "seeks": _names(organisation.readable_seeks),
        "illustrative": organisation.illustrative,
    }


@require_safe
@access(public)
def organisation_list(request: HttpRequest) -> HttpResponseBase:
    user = request.user
    filters = OrganisationFilter(request.GET, Organisation.objects.visible_to(user), user)
    organisations = _with_competences(filters.qs, user)
    answer = list_answer(request, organisations, order=ORDER, columns=COLUMNS)
    if answer:
        return answer
    page = keyset_page(organisations, ORDER, request.GET.get("cursor"))
    counts = filters.counts()
    context = {
        "page": page,
        "rows": [_row(organisation) for organisation in page],
        "count": count_capped(filters.qs),
        "pills": filters.pills(),
        "form": filters.form,
        "counts": counts,
        "areas": filters.area_choices(counts["nuts"]),
        "area": filters.form.cleaned_data.get("nuts", "").upper(),
        "may_add": user.is_authenticated,
        "crumbs": [(_("Home"), reverse("home")), (_("Organisations"), None)],
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, "enterprises/_results.html" if partial else "enterprises/list.html", context)


@require_safe
@access(public, on=visible_organisation)
def organisation_detail(request: HttpRequest, organisation: Organisation) -> HttpResponseBase:
    """The public profile; members of the organisation also see the level of each competence."""
    readable = organisation.competences.visible_to(request.user).select_related("concept")
    competences = sorted(readable, key=lambda competence: localised(competence.concept, "name"))
    member = is_member(request.user, organisation)
    description, description_language = localised_with_language(organisation, "description")
    context = {
        "organisation": organisation,
        "description": description,
        "description_language": "" if description_language == language() else description_language,
        "facts": _facts(organisation, for_member=member),
        "offers": [row for row in competences if row.direction == Competence.Direction.OFFERS],
        "seeks": [row for row in competences if row.direction == Competence.Direction.SEEKS],
        "is_member": member,
        "may_edit": can_act_for(request.user, organisation),
        "crumbs": crumbs((organisation.name, None)),
    }
    return render(request, "enterprises/detail.html", context)


def crumbs(*items: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    """The way from the home page over the directory to a page of an organisation."""
    return [(_("Home"), reverse("home")), (_("Organisations"), reverse("enterprises:list")), *items]


def _facts(organisation: Organisation, *, for_member: bool) -> list[tuple[str, str, str]]:
    """(label, value, small line) of what is known; what is not known is left out."""
    facts = [(_("Kind"), organisation.get_kind_display(), "")]
    if organisation.municipality:
        nuts = _("NUTS %(code)s") % {"code": organisation.nuts} if organisation.nuts else ""
        facts.append((_("Place"), str(organisation.municipality), nuts))
    if organisation.district:
        facts.append((_("District"), localised(organisation.district, "name"), ""))
    if organisation.ateco:
        facts.append((_("Activity (ATECO 2025)"), organisation.ateco.code, localised(organisation.ateco, "name")))
    if for_member and organisation.vat_number:
        facts.append((_("VAT number"), organisation.vat_number, _("only members see it")))
    if for_member and organisation.group:
        facts.append((_("Group of enterprises"), organisation.group, _("only members see it")))
    declared = organisation.size_declarations.first()
    if declared:
        year = _("declared for %(year)s") % {"year": declared.year}
        facts.append((_("Size"), declared.get_size_display(), year))
    return facts
