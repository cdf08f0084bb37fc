"""Pages of the wiring: languages in the address, home, health, caching and headers."""

from __future__ import annotations

import pytest
from django.test import Client

from district_portal.accounts.models import Role
from tests.factories.accounts import AppointmentFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_an_address_without_language_leads_to_italian_when_nothing_is_known(client: Client) -> None:
    assert client.get("/privacy/").url == "/it/privacy/"


def test_an_address_without_language_follows_the_browser(client: Client) -> None:
    assert client.get("/privacy/", headers={"Accept-Language": "de,en;q=0.8"}).url == "/en/privacy/"


def test_the_cookie_counts_more_than_the_browser(client: Client) -> None:
    client.cookies["django_language"] = "it"
    assert client.get("/privacy/", headers={"Accept-Language": "en"}).url == "/it/privacy/"


@pytest.mark.parametrize("path, words", [("/healthz", b"ok"), ("/readyz", b"ready")])
def test_health_answers_to_any_host_name(client: Client, path: str, words: bytes) -> None:
    response = client.get(path, headers={"Host": "10.0.0.7"})
    assert (response.status_code, response.content.strip()) == (200, words)


def test_reading_the_portal_sets_no_cookie(client: Client) -> None:
    for path in ("/en/", "/en/calls/", "/en/organisations/", "/en/projects/", "/en/events/", "/en/privacy/"):
        response = client.get(path)
        assert (response.status_code, dict(response.cookies)) == (200, {}), path


@pytest.mark.parametrize("path", ["", "calls/", "organisations/", "projects/", "events/", "privacy/", "accessibility/"])
def test_who_asks_for_the_head_of_a_page_is_answered_like_who_reads_it(client: Client, path: str) -> None:
    response = client.head(f"/en/{path}")
    assert (response.status_code, response.content) == (200, b"")


def test_no_cache_keeps_what_a_signed_in_person_sees(client: Client) -> None:
    client.force_login(UserFactory())
    cache_control = client.get("/en/desk/")["Cache-Control"]
    assert "no-store" in cache_control and "private" in cache_control


def test_every_answer_carries_the_content_security_policy(client: Client) -> None:
    for path in ("/en/", "/en/nothing-here/", "/en/accounts/login/"):
        policy = client.get(path)["Content-Security-Policy"]
        assert "script-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy


def test_the_desk_leads_a_newcomer_to_an_organisation(client: Client) -> None:
    client.force_login(UserFactory(given_name="Giulia"))
    page = client.get("/en/desk/").content.decode()
    assert "Giulia" in page and "/en/organisations/new/" in page


def test_an_empty_desk_says_so_and_shows_the_next_way(client: Client) -> None:
    client.force_login(AppointmentFactory(role=Role.EVALUATOR).user)
    page = client.get("/en/desk/").content.decode()
    assert "Nothing waits for you" in page and "/en/calls/" in page
