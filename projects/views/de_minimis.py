"""What an organisation declares of its de minimis aid: one page, for those who act for it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from calls.rules.kinds.de_minimis import CEILING, YEARS
from district_portal.accounts.models import User
from district_portal.shared.access import access
from enterprises.models import Organisation
from enterprises.permissions import can_act_for
from projects.aid.de_minimis import first_day, headroom_of
from projects.forms.de_minimis import AidForm
from projects.models import DeMinimisAid, DeMinimisStatement
from projects.operations import de_minimis as operations


def _organisation(request: HttpRequest, slug: str) -> Organisation:
    return get_object_or_404(Organisation.objects.visible_to(request.user), slug=slug)


def _aid(request: HttpRequest, slug: str, pk: int) -> DeMinimisAid:
    aid = get_object_or_404(DeMinimisAid, organisation__slug=slug, pk=pk)
    aid.organisation = _organisation(request, slug)
    return aid


def _may_change(user: User, aid: DeMinimisAid) -> bool:
    return can_act_for(user, aid.organisation)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_act_for, on=_organisation)
def de_minimis(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    form = AidForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        operations.declare_aid(organisation, **form.cleaned_data, actor=request.user)
        messages.success(request, _("The aid is declared."))
        return redirect("projects:de_minimis", organisation.slug)
    rooms = headroom_of([organisation], timezone.localdate(), ceiling=CEILING, years=YEARS)
    context = {
        "organisation": organisation,
        "form": form,
        "entries": organisation.de_minimis.all(),
        "counts_from": first_day(timezone.localdate(), YEARS),
        "headroom": rooms[organisation.pk],
        "statement": DeMinimisStatement.objects.filter(organisation=organisation).first(),
        "years": YEARS,
    }
    return render(request, "projects/de_minimis.html", context, status=422 if form.is_bound else 200)


@require_POST
@access(_may_change, on=_aid)
def de_minimis_remove(request: HttpRequest, aid: DeMinimisAid) -> HttpResponse:
    operations.remove_aid(aid)
    messages.success(request, _("The entry is removed."))
    return redirect("projects:de_minimis", aid.organisation.slug)


@require_POST
@access(can_act_for, on=_organisation)
def de_minimis_state(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    operations.state_complete(organisation, actor=request.user)
    messages.success(request, _("Your statement is kept."))
    return redirect("projects:de_minimis", organisation.slug)
