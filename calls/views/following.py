"""Following a call, with or without interest of an organisation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from calls.models import Call
from calls.operations.following import follow_call, unfollow_call
from calls.views.rows import visible_call
from district_portal.shared.access import access, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@access(signed_in, on=visible_call)
def call_follow(request: HttpRequest, call: Call) -> HttpResponse:
    """The button of the page. Whoever had to sign in first comes back by GET, and is asked."""
    if request.method != "POST":
        return render(request, "calls/follow.html", {"call": call})
    follow_call(call, actor=request.user)
    messages.success(request, _("You follow this call: you are told what changes, and before it closes."))
    return redirect(call)


@require_POST
@access(signed_in, on=visible_call)
def call_unfollow(request: HttpRequest, call: Call) -> HttpResponse:
    unfollow_call(call, actor=request.user)
    messages.success(request, _("You do not follow this call any more."))
    return redirect(call)
