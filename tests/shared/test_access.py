"""The rule of access: missing row 404, missing right 403, visitors are led to the sign-in page."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from district_portal.accounts.models import User
from district_portal.checks import every_view_declares_access, routes
from district_portal.shared.access import access, public, signed_in

ANNA = User(email="anna@example.org", given_name="Anna")


def the_row(request: HttpRequest, pk: int) -> str:
    if pk != 1:
        raise Http404
    return "row one"


def is_bruno(user: User, row: str | None = None) -> bool:
    return user.given_name == "Bruno"


def call(view, user, **parameters):
    request = RequestFactory().get("/en/somewhere/?a=1")
    request.user = user
    return view(request, **parameters)


def show(request: HttpRequest, row: str = "nothing") -> HttpResponse:
    return HttpResponse(row)


def test_a_public_view_is_open_to_visitors() -> None:
    assert call(access(public)(show), AnonymousUser()).status_code == 200


def test_a_visitor_is_led_to_the_sign_in_page_and_back() -> None:
    response = call(access(signed_in)(show), AnonymousUser())
    assert response.status_code == 302
    assert response["Location"].endswith("/accounts/login/?next=/en/somewhere/%3Fa%3D1")


def test_the_view_receives_the_row_instead_of_the_parameters() -> None:
    assert call(access(signed_in, on=the_row)(show), ANNA, pk=1).content == b"row one"


def test_a_missing_row_is_not_found_even_for_those_without_the_right() -> None:
    with pytest.raises(Http404):
        call(access(is_bruno, on=the_row)(show), ANNA, pk=2)


@pytest.mark.parametrize("parameters", [{}, {"pk": 1}])
def test_a_missing_right_is_refused(parameters: dict) -> None:
    guarded = access(is_bruno, on=the_row if parameters else None)(show)
    with pytest.raises(PermissionDenied):
        call(guarded, ANNA, **parameters)


def test_every_view_of_the_portal_says_who_may_call_it() -> None:
    assert every_view_declares_access(None) == []


def test_the_check_notices_a_view_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten = [("forgotten", "forgotten/", show)]
    monkeypatch.setattr("district_portal.checks.routes", lambda: iter(forgotten))
    assert [error.id for error in every_view_declares_access(None)] == ["portal.E001"]


def test_the_check_sees_all_routes() -> None:
    names = {name for name, _pattern, _view in routes()}
    assert {"home", "calls:list", "projects:network_approve", "tickets:cancel", "account_login", "admin:index"} <= names
