"""Writing the profile: a new organisation, and changes to one's own."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from district_portal.accounts.models import User
from district_portal.shared.access import access, signed_in
from enterprises import operations
from enterprises.forms import OrganisationForm
from enterprises.models import Organisation
from enterprises.permissions import can_act_for
from enterprises.views.directory import crumbs
from enterprises.views.rows import visible_organisation


@require_http_methods(["GET", "HEAD", "POST"])
@access(signed_in)
def organisation_new(request: HttpRequest) -> HttpResponse:
    form = OrganisationForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        organisation = _create(form, request.user)
        messages.success(
            request, _("%(name)s is on the portal. Say now what you offer and seek.") % {"name": organisation}
        )
        return redirect("enterprises:competences", organisation.slug)
    context = {"form": form, "crumbs": crumbs((_("Create your organisation"), None))}
    return render(request, "enterprises/new.html", context, status=422 if form.is_bound else 200)


@transaction.atomic
def _create(form: OrganisationForm, actor: User) -> Organisation:
    organisation = operations.create_organisation(form.save(commit=False), actor=actor)
    _declare(form, organisation, actor)
    return organisation


def _declare(form: OrganisationForm, organisation: Organisation, actor: User) -> None:
    if form.declared_size:
        operations.declare_size(organisation, **form.declared_size, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_act_for, on=visible_organisation)
def organisation_edit(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    name = organisation.name
    form = OrganisationForm(request.POST if request.method == "POST" else None, instance=organisation)
    if form.is_bound and form.is_valid():
        with transaction.atomic():
            form.save()
            _declare(form, organisation, request.user)
        messages.success(request, _("The profile is saved."))
        return redirect(organisation)
    # A form that was refused has already written into the row: the page shows the name that is saved.
    context = {
        "form": form,
        "organisation": organisation,
        "name": name,
        "crumbs": crumbs((name, organisation.get_absolute_url()), (_("Edit the profile"), None)),
    }
    return render(request, "enterprises/edit.html", context, status=422 if form.is_bound else 200)
