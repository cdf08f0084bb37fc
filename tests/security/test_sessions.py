"""Where people are signed in, and how they sign out elsewhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from district_portal.notifications import delivery
from tests.factories import UserFactory
from tests.factories.accounts import PASSWORD
from tests.security.people import signed_in

pytestmark = pytest.mark.django_db
NEW = "un-altro-segreto-42"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def is_in(client: Client) -> bool:
    return client.get("/en/desk/").status_code == 200


def test_each_sees_the_own_sessions_only_and_ends_the_others() -> None:
    person, stranger = UserFactory(), signed_in(UserFactory())
    here, there = signed_in(person), Client(headers={"User-Agent": FIREFOX}, REMOTE_ADDR="192.0.2.8")
    there.post("/en/accounts/login/", {"login": person.email, "password": PASSWORD})
    page = here.get("/en/accounts/sessions/")
    assertContains(page, "Firefox, Windows")
    assertContains(page, "192.0.2.8")
    assertContains(page, "This session", count=1)
    assertNotContains(stranger.get("/en/accounts/sessions/"), "192.0.2.8")
    here.post("/en/accounts/sessions/")
    assert (is_in(here), is_in(there), is_in(stranger)) == (True, False, True)


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_page_in_both_languages(language: str) -> None:
    assert signed_in(UserFactory()).get(f"/{language}/accounts/sessions/").status_code == 200


def test_a_new_password_signs_out_everywhere() -> None:
    person = UserFactory()
    here, there = signed_in(person), signed_in(person)
    here.post("/en/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert (is_in(here), is_in(there)) == (False, False)


def test_a_password_set_by_the_link_in_the_mail_signs_out_everywhere(client: Client, mailoutbox: list[Any]) -> None:
    person = UserFactory()
    there = signed_in(person)
    client.post("/en/accounts/password/reset/", {"email": person.email})
    delivery.deliver_waiting()
    path = re.search(r"https?://[^/\s]+(/\S+)", mailoutbox[0].body)[1]
    form = client.get(path, follow=True).request["PATH_INFO"]
    client.post(form, {"password1": NEW, "password2": NEW})
    assert not is_in(there)


def test_a_password_set_in_the_administration_signs_out_everywhere() -> None:
    person = UserFactory()
    there = signed_in(person)
    admin = signed_in(UserFactory(is_staff=True, is_superuser=True))
    admin.post(
        f"/en/admin/accounts/user/{person.pk}/password/",
        {"password1": NEW, "password2": NEW, "usable_password": "true"},
    )
    assert not is_in(there)
