"""My alerts: saved searches, followed calls, reminders, calendar."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calls.filters.calls import CallFilter
from calls.finding.searches import canonical, list_url, suggested_name
from calls.forms.alerts import RemindersForm, SearchForm
from calls.models import CalendarFeed, Call, Follow, Frequency, SavedSearch
from calls.notifications.alerts import chosen_days
from calls.operations import alerts as operations
from calls.operations.following import unfollow_call
from district_portal.shared.access import access, signed_in
from district_portal.shared.pagination import keyset_page


@require_safe
@access(signed_in)
def alert_list(request: HttpRequest) -> HttpResponse:
    form = RemindersForm(initial={"days": chosen_days(request.user)})
    return _page(request, form)


def _page(request: HttpRequest, form: RemindersForm, *, calendar_url: str = "", status: int = 200) -> HttpResponse:
    user = request.user
    follows = Follow.objects.visible_to(user).select_related("call").defer("call__search_it", "call__search_en")
    context = {
        "now": timezone.now(),
        "searches": [(search, list_url(search.query)) for search in SavedSearch.objects.visible_to(user)],
        "page": keyset_page(follows, ["-at", "-pk"], request.GET.get("cursor")),
        "form": form,
        "feed": CalendarFeed.objects.filter(user=user).first(),
        "calendar_url": calendar_url,
    }
    return render(request, "alerts/list.html", context, status=status)


# --- Saved searches ----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(signed_in)
def search_new(request: HttpRequest) -> HttpResponse:
    """The filters are in the address, as on the list of calls."""
    listed = CallFilter(request.GET, Call.objects.none(), timezone.now())
    listed.form.is_valid()
    query = canonical(listed)
    before = SavedSearch.objects.visible_to(request.user).filter(query=query).first()
    initial = {
        "name": before.name if before else suggested_name(listed),
        "frequency": before.frequency if before else Frequency.DAILY,
    }
    form = SearchForm(request.POST if request.method == "POST" else None, initial=initial, query=query)
    if form.is_bound and form.is_valid():
        search = operations.save_search(actor=request.user, query=query, **form.cleaned_data)
        messages.success(request, _("The search “%(name)s” is saved") % {"name": search.name})
        return redirect("alerts:list")
    context = {"form": form, "pills": listed.pills(), "before": before, "list_url": list_url(query)}
    return render(request, "alerts/search.html", context, status=422 if form.is_bound else 200)


def own_search(request: HttpRequest, pk: int) -> SavedSearch:
    return get_object_or_404(SavedSearch.objects.visible_to(request.user), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access(signed_in, on=own_search)
def search_change(request: HttpRequest, search: SavedSearch) -> HttpResponse:
    told = {"name": search.name, "frequency": search.frequency}
    form = SearchForm(request.POST if request.method == "POST" else None, initial=told, query=search.query)
    if form.is_bound and form.is_valid():
        operations.change_search(search, actor=request.user, **form.cleaned_data)
        messages.success(request, _("The search “%(name)s” is saved") % {"name": search.name})
        return redirect("alerts:list")
    listed = CallFilter(QueryDict(search.query), Call.objects.none(), timezone.now())
    listed.form.is_valid()
    context = {"form": form, "pills": listed.pills(), "search": search, "list_url": list_url(search.query)}
    return render(request, "alerts/search.html", context, status=422 if form.is_bound else 200)


@require_POST
@access(signed_in, on=own_search)
def search_pause(request: HttpRequest, search: SavedSearch) -> HttpResponse:
    operations.switch_off(search)
    messages.success(request, _("The alert of “%(name)s” is off") % {"name": search.name})
    return redirect("alerts:list")


@require_POST
@access(signed_in, on=own_search)
def search_resume(request: HttpRequest, search: SavedSearch) -> HttpResponse:
    operations.switch_on(search)
    messages.success(request, _("The alert of “%(name)s” is on") % {"name": search.name})
    return redirect("alerts:list")


@require_http_methods(["GET", "HEAD", "POST"])
@access(signed_in, on=own_search)
def search_delete(request: HttpRequest, search: SavedSearch) -> HttpResponse:
    if request.method != "POST":
        return render(request, "alerts/search_delete.html", {"search": search})
    operations.delete_search(search, actor=request.user)
    messages.success(request, _("The search “%(name)s” is deleted") % {"name": search.name})
    return redirect("alerts:list")


# --- Followed calls, reminders -----------------------------------------------------------------------------------


def own_follow(request: HttpRequest, pk: int) -> Follow:
    return get_object_or_404(Follow.objects.visible_to(request.user).select_related("call"), pk=pk)


@require_POST
@access(signed_in, on=own_follow)
def unfollow(request: HttpRequest, follow: Follow) -> HttpResponse:
    unfollow_call(follow.call, actor=request.user)
    messages.success(request, _("You no longer follow this call"))
    return redirect("alerts:list")


@require_POST
@access(signed_in)
def reminders(request: HttpRequest) -> HttpResponse:
    form = RemindersForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    operations.choose_reminders(actor=request.user, days=form.cleaned_data["days"])
    messages.success(request, _("Your reminders are saved"))
    return redirect("alerts:list")


# --- The secret calendar -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(signed_in)
def calendar_new(request: HttpRequest) -> HttpResponse:
    """Answers with the page that shows the address, instead of leading there: it is kept nowhere. Who comes back to
    that page, or changes its language, finds the page without it."""
    if request.method != "POST":
        return redirect("alerts:list")
    secret = operations.new_calendar(actor=request.user)
    url = settings.PORTAL_URL + reverse("personal_calendar", args=[secret])
    return _page(request, RemindersForm(initial={"days": chosen_days(request.user)}), calendar_url=url)


@require_http_methods(["GET", "HEAD", "POST"])
@access(signed_in)
def calendar_revoke(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "alerts/calendar_revoke.html")
    operations.revoke_calendar(actor=request.user)
    messages.success(request, _("Your calendar address is revoked"))
    return redirect("alerts:list")
