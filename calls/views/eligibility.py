"""The eligibility self-check: for visitors without saving, for who acts for an organisation with its saved answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from calls.forms.eligibility import PREFIX, EligibilityForm
from calls.forms.interest import ActingForm
from calls.models import Call
from calls.operations.eligibility import clear_answers, save_answers
from calls.panels import eligibility
from calls.panels.eligibility import Check
from calls.panels.rulebook import rulebook
from calls.permissions import can_save_answers
from calls.views.rows import visible_call
from district_portal.shared.access import access, public
from enterprises.models import Organisation


@require_http_methods(["GET", "HEAD", "POST"])
@access(public)
def eligibility_check(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One address, two operations: everyone may look and try answers, saving them needs an organisation."""
    return _save(request, slug=slug) if request.method == "POST" else _show(request, slug=slug)


@access(public, on=visible_call)
def _show(request: HttpRequest, call: Call) -> HttpResponse:
    """The check with the answers of the address, or with the saved ones; nothing is kept."""
    rules = eligibility.asked(call, timezone.now())
    tried = {name: value for name, value in request.GET.items() if name.startswith(PREFIX)}
    form = EligibilityForm(tried, organisations=(), rules=rules)
    form.is_valid()
    found = eligibility.check_of(
        call,
        now=timezone.now(),
        organisations=_acted_for(request),
        chosen=request.GET.get("organisation"),
        given=form.answers if tried else None,
    )
    return _answer(request, call, found)


@access(can_save_answers, on=visible_call)
def _save(request: HttpRequest, call: Call) -> HttpResponse:
    now, organisations = timezone.now(), _acted_for(request)
    rules = eligibility.asked(call, now)
    form = EligibilityForm(request.POST, organisations=organisations, rules=rules)
    if not form.is_valid():
        chosen = request.POST.get("organisation")
        found = eligibility.check_of(call, now=now, organisations=organisations, chosen=chosen, given=form.answers)
        return _answer(request, call, found, form)
    organisation = form.organisation
    answers = eligibility.answers_to_keep(rules, organisation, form.answers)
    save_answers(call, actor=request.user, organisation=organisation, answers=answers)
    if request.htmx:
        found = eligibility.check_of(call, now=now, organisations=organisations, chosen=organisation.slug)
        return _answer(request, call, found)
    messages.success(request, _("The answers are saved for %(organisation)s") % {"organisation": organisation})
    return redirect(_place(call, organisation, organisations))


@require_POST
@access(can_save_answers, on=visible_call)
def eligibility_clear(request: HttpRequest, call: Call) -> HttpResponse:
    organisations = _acted_for(request)
    form = ActingForm(request.POST, organisations=organisations)
    if not form.is_valid():
        found = eligibility.check_of(call, now=timezone.now(), organisations=organisations)
        return _answer(request, call, found, form)
    clear_answers(call, organisation=form.organisation)
    messages.success(request, _("The answers are cleared"))
    return redirect(_place(call, form.organisation, organisations))


def _acted_for(request: HttpRequest) -> list[Organisation]:
    return list(Organisation.objects.acted_for_by(request.user).order_by("name"))


def _place(call: Call, organisation: Organisation, organisations: list[Organisation]) -> str:
    """The panel on the page of the call, for the same organisation."""
    query = f"?organisation={organisation.slug}" if len(organisations) > 1 else ""
    return f"{call.get_absolute_url()}{query}#eligibility"


def _answer(request: HttpRequest, call: Call, found: Check | None, form: ActingForm | None = None) -> HttpResponse:
    """The page of the check; for htmx only what depends on the answers, so that the focus stays where it is."""
    if request.htmx and not request.htmx.history_restore_request and found and form is None:
        return render(request, "calls/_eligibility_result.html", {"eligibility": found, "partial": True})
    context = {"call": call, "eligibility": found, "rules": rulebook(call), "form": form}
    return render(request, "calls/eligibility.html", context, status=422 if form is not None else 200)
