"""The versions of a call, and what changed from one to another."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calls.changes import shown_changes
from calls.models import Call, CallVersion
from calls.permissions import can_prepare_call
from calls.reports import VERSION_COLUMNS
from calls.views.rows import visible_call
from district_portal.reports.lists import list_answer
from district_portal.shared.access import access, public
from district_portal.shared.pagination import count_capped, keyset_page


def visible_version(request: HttpRequest, slug: str, number: int) -> CallVersion:
    """A version of a call that the person may see."""
    versions = CallVersion.objects.select_related("call__programme__region", "author")
    return get_object_or_404(versions, call=visible_call(request, slug), number=number)


@require_safe
@access(public, on=visible_call)
def version_list(request: HttpRequest, call: Call) -> HttpResponseBase:
    """All versions, the newest first. Who made them is told to those who prepare the call."""
    versions = call.versions.select_related("author").defer("content")
    order = ["-number"]
    if answer := list_answer(request, versions, order=order, columns=VERSION_COLUMNS):
        return answer
    context = {
        "call": call,
        "page": keyset_page(versions, order, request.GET.get("cursor")),
        "count": count_capped(versions),
        "authors": can_prepare_call(request.user, call),
    }
    return render(request, "calls/versions.html", context)


@require_safe
@access(public, on=visible_version)
def version_detail(request: HttpRequest, version: CallVersion) -> HttpResponse:
    """What changed against the version before, or against that of `?to=`; the first one is shown as a whole.

    An unknown `?to=` is the version before: it comes from an address that somebody typed.
    """
    others = list(version.call.versions.exclude(pk=version.pk).defer("content"))
    asked = request.GET.get("to", "")
    other = next((row for row in others if str(row.number) == asked), None) or version.before()
    older, newer = (version, other) if other and other.number > version.number else (other, version)
    context = {
        "call": version.call,
        "version": version,
        "older": older,
        "newer": newer,
        "others": others,
        "changes": shown_changes(older.content if older else {}, newer.content),
        "authors": can_prepare_call(request.user, version.call),
    }
    return render(request, "calls/version.html", context)
