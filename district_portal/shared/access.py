"""Who may call a view. Every view says so with `@access`; a system check refuses one that does not.

    @access(public)
    @access(signed_in)
    @access(can_see_region)                               # predicate of the person
    @access(can_approve_network, on=visible_network)      # predicate of the person and the row

`on` receives the request and the address's parameters, returns the row (through `visible_to`) or raises `Http404`;
the view then receives the row instead of the parameters. Missing row: 404. Missing right: 403; a visitor who is not
signed in is led to the sign-in page, a script that asks for JSON gets 401.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _

Predicate = Callable[..., bool]
View = Callable[..., HttpResponseBase]


def public(user: Any, obj: Any = None) -> bool:
    return True


def signed_in(user: Any, obj: Any = None) -> bool:
    return user.is_authenticated


def access(may: Predicate, on: Callable[..., Any] | None = None) -> Callable[[View], View]:
    """Declare who may call the view (see the module's text). Works for functions only, on purpose."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **parameters: Any) -> HttpResponseBase:
            user = request.user
            if may is not public and not user.is_authenticated:
                if not request.accepts("text/html"):
                    # A script is told, and keeps what was typed: led elsewhere it would lose it.
                    return JsonResponse({"error": _("You are signed out.")}, status=401)
                return redirect_to_login(request.get_full_path())
            if on is None:
                if not may(user):
                    raise PermissionDenied
                return view(request, **parameters)
            row = on(request, **parameters)
            if not may(user, row):
                raise PermissionDenied
            return view(request, row)

        guarded.access = may  # type: ignore[attr-defined]  # read by the system check
        # The decorator has decided already; the middleware stays as the net below views without it.
        return login_not_required(guarded)

    return decorate
