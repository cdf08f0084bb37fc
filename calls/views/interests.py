"""Registering and withdrawing interest, and what others will see of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from calls.forms.interest import InterestForm, WithdrawForm
from calls.models import Call, Interest
from calls.operations.interests import register_interest, withdraw_interest
from calls.operations.lifecycle import require_open, why_not_open
from calls.panels.interests import Preview, preview
from calls.permissions import can_register_interest
from calls.views.rows import visible_call
from district_portal.shared.access import access
from district_portal.shared.arrival import moment_of_arrival
from enterprises.models import Concept, Organisation


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_register_interest, on=visible_call)
def interest_register(request: HttpRequest, call: Call) -> HttpResponse:
    arrived = moment_of_arrival()
    form = _form(request, call)
    if request.method != "POST":
        return _interest_page(request, call, form)
    if not form.is_valid():
        require_open(call, arrived)
        return _interest_page(request, call, form, status=422)
    register_interest(call, actor=request.user, organisation=form.organisation, arrived=arrived, details=form.details())
    messages.success(request, _("%(organisation)s is registered as interested") % {"organisation": form.organisation})
    return redirect(call)


@require_POST
@access(can_register_interest, on=visible_call)
def interest_preview(request: HttpRequest, call: Call) -> HttpResponse:
    """The form as it was sent, with what others would see; nothing is saved."""
    form = _form(request, call)
    valid = form.is_valid()
    if request.htmx:
        context = {"call": call, "preview": _preview(call, form), "refused": not valid}
        return render(request, "calls/_interest_preview.html", context)
    return _interest_page(request, call, form, status=200 if valid else 422)


def _form(request: HttpRequest, call: Call) -> InterestForm:
    """For the organisation that was sent, is named in the address, or is the only one; begun with what it told."""
    organisations = list(Organisation.objects.acted_for_by(request.user).order_by("name"))
    data = request.POST if request.method == "POST" else None
    slug = (data if data is not None else request.GET).get("organisation")
    if not slug and len(organisations) == 1:
        slug = organisations[0].slug
    mine = Interest.objects.of_actor(request.user).filter(call=call, organisation__slug=slug or "")
    interest = mine.select_related("organisation").first()
    return InterestForm(data, organisations=organisations, chosen=slug, interest=interest)


def _preview(call: Call, form: InterestForm) -> Preview | None:
    """What others get of the form as it is now; None while that is not clear."""
    if form.known is None or form.is_bound and not form.is_valid():
        return None
    if form.is_bound:
        told = form.cleaned_data
        return preview(call, form.known, told, told["offered"], told["sought"])
    told = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    chosen = {what: _concepts(form, what, told[what] or []) for what in ("offered", "sought")}
    return preview(call, form.known, told, **chosen)


def _concepts(form: InterestForm, what: str, keys: list[str]) -> list[Concept]:
    known = form.fields[what].concepts
    return [known[key] for key in keys if key in known]


def _interest_page(request: HttpRequest, call: Call, form: InterestForm, status: int = 200) -> HttpResponse:
    now = timezone.now()
    context = {
        "call": call,
        "form": form,
        "preview": _preview(call, form),
        "further": form.further() if form.known else [],
        "closed_words": "" if call.is_open_at(now) else why_not_open(call, now),
    }
    return render(request, "calls/interest.html", context, status=status)


@require_POST
@access(can_register_interest, on=visible_call)
def interest_withdraw(request: HttpRequest, call: Call) -> HttpResponse:
    acting = Organisation.objects.acted_for_by(request.user)
    if "organisation" not in request.POST:
        # Only those that are interested are a choice then: with at most one of them, nothing has to be asked.
        acting = acting.filter(interests__in=call.interests.active())
    form = WithdrawForm(request.POST, organisations=list(acting.order_by("name")))
    if not form.is_valid():
        return render(request, "calls/withdraw.html", {"call": call, "form": form}, status=422)
    if form.organisations:
        withdraw_interest(call, actor=request.user, organisation=form.organisation)
    messages.success(request, _("The interest is withdrawn"))
    return redirect(call)
