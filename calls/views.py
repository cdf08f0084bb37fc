"""Pages of calls, and the two operations of an organisation that is interested."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calls import detail, operations
from calls.filters import CallFilter
from calls.forms import InterestForm, WithdrawForm
from calls.models import Call, CallDocument, CallQuerySet, Interest
from calls.permissions import can_register_interest, can_see_interests
from calls.reports import CALL_COLUMNS, INTEREST_COLUMNS
from district_portal.reports.lists import list_answer
from district_portal.shared.access import access, public
from district_portal.shared.pagination import count_capped, keyset_page
from district_portal.shared.ui import localised
from enterprises.models import Organisation


def visible_call(request: HttpRequest, slug: str) -> Call:
    calls = Call.objects.visible_to(request.user).select_related("programme__region", "facilitator")
    return get_object_or_404(calls, slug=slug)


@require_safe
@access(public)
def call_list(request: HttpRequest) -> HttpResponseBase:
    now = timezone.now()
    calls = Call.objects.visible_to(request.user)
    listed = CallFilter(request.GET, calls, now)
    shown = _with_rows(listed.qs)
    if answer := list_answer(request, shown, order=listed.order, columns=CALL_COLUMNS):
        return answer
    count = count_capped(listed.qs)
    context = {
        "now": now,
        "filter": listed,
        "form": listed.form,
        "counts": listed.counts(count),
        "pills": listed.pills(),
        "count": count,
        "page": keyset_page(shown, listed.order, request.GET.get("cursor")),
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, "calls/_results.html" if partial else "calls/list.html", context)


def _with_rows(calls: CallQuerySet) -> CallQuerySet:
    """With all that a row of the list shows, in the same number of queries for any number of rows."""
    return (
        calls.with_sort_keys()
        .with_interest_counts()
        .select_related("programme__region")
        .prefetch_related("districts", "themes")
        .defer("body_it", "body_en", "search_it", "search_en")
    )


@require_safe
@access(public, on=visible_call)
def call_detail(request: HttpRequest, call: Call) -> HttpResponse:
    now, user = timezone.now(), request.user
    open_now = call.is_open_at(now)
    organisations = list(Organisation.objects.acted_for_by(user).order_by("name")) if user.is_authenticated else []
    return render(
        request,
        "calls/detail.html",
        {
            "call": call,
            "now": now,
            "open_now": open_now,
            "closed_words": "" if open_now else operations.why_not_open(call, now),
            "time_left": detail.time_left(call, now),
            "facts": detail.facts(call),
            "kinds": detail.kinds(call),
            "districts": call.districts.all(),
            "themes": call.themes.all(),
            "timeline": detail.timeline(call, list(call.deadlines.all()), list(call.milestones.all()), now),
            "documents": call.documents.all(),
            "figures": call.figures.all(),
            "interest": call.interests.active().aggregate(
                organisations=Count("pk"),
                seeking=Count("pk", filter=~Q(seeks="")),
                leading=Count("pk", filter=Q(wants_to_lead=True)),
            ),
            # Through the name of the relation: networks belong to a higher room.
            "networks_forming": call.networks.filter(state="forming").count(),
            "organisations": organisations,
            "mine": call.interests.active()
            .of_actor(user)
            .select_related("organisation")
            .order_by("organisation__name"),
            "can_see_interests": user.is_authenticated and can_see_interests(user, call),
        },
    )


def visible_document(request: HttpRequest, slug: str, pk: int) -> CallDocument:
    return get_object_or_404(CallDocument.objects.select_related("call"), call=visible_call(request, slug), pk=pk)


@require_safe
@access(public, on=visible_document)
def document(request: HttpRequest, row: CallDocument) -> FileResponse:
    """The file as attachment, never shown by the browser."""
    try:
        content = row.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    name = slugify(localised(row, "title")) or "document"
    return FileResponse(content, as_attachment=True, filename=f"{name}.{row.extension}")


# --- Interest ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_register_interest, on=visible_call)
def interest_register(request: HttpRequest, call: Call) -> HttpResponse:
    arrived = operations.moment_of_arrival()
    organisations = list(Organisation.objects.acted_for_by(request.user).order_by("name"))
    if request.method != "POST":
        return _interest_page(request, call, InterestForm(organisations=organisations, initial=_told(request, call)))
    form = InterestForm(request.POST, organisations=organisations)
    if not form.is_valid():
        operations.require_open(call, arrived)
        return _interest_page(request, call, form, status=422)
    operations.register_interest(
        call, actor=request.user, organisation=form.organisation, arrived=arrived, details=form.details()
    )
    messages.success(request, _("%(organisation)s is registered as interested") % {"organisation": form.organisation})
    return redirect(call)


def _told(request: HttpRequest, call: Call) -> dict[str, Any]:
    """What the organisation named in the address, or the only one, told before."""
    mine = Interest.objects.of_actor(request.user).filter(call=call).select_related("organisation")
    if slug := request.GET.get("organisation"):
        mine = mine.filter(organisation__slug=slug)
    found = list(mine[:2])
    return InterestForm.told(found[0]) if len(found) == 1 else {"organisation": slug}


def _interest_page(request: HttpRequest, call: Call, form: InterestForm, status: int = 200) -> HttpResponse:
    now = timezone.now()
    closed_words = "" if call.is_open_at(now) else operations.why_not_open(call, now)
    return render(
        request, "calls/interest.html", {"call": call, "form": form, "closed_words": closed_words}, status=status
    )


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
        operations.withdraw_interest(call, actor=request.user, organisation=form.organisation)
    messages.success(request, _("The interest is withdrawn"))
    return redirect(call)


@require_safe
@access(can_see_interests, on=visible_call)
def interest_list(request: HttpRequest, call: Call) -> HttpResponseBase:
    interests = (
        Interest.objects.visible_to(request.user)
        .filter(call=call)
        .active()
        .select_related("organisation__municipality", "organisation__district")
    )
    order = ["-registered_at", "-pk"]
    if answer := list_answer(request, interests, order=order, columns=INTEREST_COLUMNS):
        return answer
    page = keyset_page(interests, order, request.GET.get("cursor"))
    context = {"call": call, "page": page, "count": count_capped(interests)}
    return render(request, "calls/interests.html", context)
