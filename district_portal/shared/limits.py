"""Limits on how often one may do something that costs others: mails, places, guesses.

    @access(public, on=visible_event)
    @limited("registration")
    def register(...)

The rates are `ACCOUNT_RATE_LIMITS` of the settings, django-allauth counts them in the default cache, which is in the
database: they hold over all processes. Only requests that change something are counted.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse

View = Callable[..., HttpResponseBase]
WAIT_SECONDS = 60
"""How long to wait where no longer time is known; the longest windows of the settings are named in Retry-After."""


def too_many_requests(request: HttpRequest, wait: int = WAIT_SECONDS) -> TemplateResponse:
    """The page that says so (429), with the seconds after which trying again makes sense."""
    context = {"minutes": -(-wait // 60)}
    return TemplateResponse(request, "429.html", context, status=429, headers={"Retry-After": str(wait)})


def limited(action: str, wait: int = WAIT_SECONDS) -> Callable[[View], View]:
    """Answer 429 once `action` was done too often. Below `@access`, so that only those who may are counted.

    Raises `ImproperlyConfigured` for an action without a rate, which nothing would limit.
    """
    if action not in settings.ACCOUNT_RATE_LIMITS:
        raise ImproperlyConfigured(f"ACCOUNT_RATE_LIMITS says nothing of {action}")

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # Reading is free; HEAD too, which the library would count.
            if request.method == "POST" and not ratelimit.consume(request, action=action):
                return too_many_requests(request, wait)
            return view(request, *args, **kwargs)

        return counted

    return decorate
