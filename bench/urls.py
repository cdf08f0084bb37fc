"""The portal's addresses, and one page with nothing on it: the limit of what any page can reach."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from district_portal.shared.access import access, public
from district_portal.urls import *  # noqa: F403
from district_portal.urls import urlpatterns as portal_urls


@access(public)
def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [path("bench/empty/", empty), *portal_urls]
