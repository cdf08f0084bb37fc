"""What the organisation offers and seeks, and who may see it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from district_portal.shared.access import access
from district_portal.shared.ui import localised
from enterprises import operations
from enterprises.forms import CompetenceForm
from enterprises.forms.fields import competence_label
from enterprises.models import Competence, Concept, Organisation
from enterprises.permissions import can_act_for, can_remove_competence, is_member
from enterprises.views.directory import crumbs
from enterprises.views.rows import visible_competence, visible_organisation

Direction = Competence.Direction


@require_safe
@access(is_member, on=visible_organisation)
def competences(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    return _page(request, organisation)


def _page(request: HttpRequest, organisation: Organisation, refused: CompetenceForm | None = None) -> HttpResponse:
    own = organisation.competences.visible_to(request.user).select_related("concept")
    rows = sorted(own, key=lambda competence: localised(competence.concept, "name"))
    forms = {direction: _form(request, direction, rows) for direction in Direction}
    if refused is not None:
        forms[refused.direction] = refused
    sections = [
        {
            "direction": direction.value,
            "rows": [row for row in rows if row.direction == direction],
            "form": forms[direction],
        }
        for direction in Direction
    ]
    context = {
        "organisation": organisation,
        "sections": sections,
        "form": refused,
        "may_edit": can_act_for(request.user, organisation),
        "known": [competence_label(concept) for concept in Concept.objects.competences()],
        "levels": Competence.Level.choices,
        "crumbs": crumbs((organisation.name, organisation.get_absolute_url()), (_("Competences"), None)),
    }
    return render(request, "enterprises/competences.html", context, status=422 if refused else 200)


def _form(request: HttpRequest, direction: Direction, rows: list[Competence]) -> CompetenceForm:
    """An empty form, or one filled with the row that `?change=` names: adding it again changes it."""
    chosen = next(
        (row for row in rows if str(row.pk) == request.GET.get("change") and row.direction == direction), None
    )
    initial: dict[str, Any] = {}
    if chosen:
        initial = {"concept": chosen.concept, "level": chosen.level, "note": chosen.note}
    return CompetenceForm(direction, initial=initial)


@require_POST
@access(can_act_for, on=visible_organisation)
def competence_add(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    direction = request.POST.get("direction")
    form = CompetenceForm(direction if direction in Direction else Direction.OFFERS, request.POST)
    if not form.is_valid():
        return _page(request, organisation, form)
    competence = operations.set_competence(organisation, **form.cleaned_data)
    messages.success(request, _("%(competence)s is saved.") % {"competence": competence_label(competence.concept)})
    return redirect("enterprises:competences", organisation.slug)


@require_POST
@access(can_remove_competence, on=visible_competence)
def competence_remove(request: HttpRequest, competence: Competence) -> HttpResponse:
    operations.remove_competence(competence)
    messages.success(request, _("%(competence)s is removed.") % {"competence": competence_label(competence.concept)})
    return redirect("enterprises:competences", competence.organisation.slug)
