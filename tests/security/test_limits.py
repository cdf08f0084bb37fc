"""How often one may sign in, sign up, reset, register and invite. And that an unknown account is answered alike."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from district_portal.shared.limits import limited
from events.models import Registration
from tests.factories import MembershipFactory, UserFactory
from tests.factories.events import EventFactory
from tests.security.people import enrolled, output_of, process, sign_in, signed_in

pytestmark = pytest.mark.django_db
UNKNOWN = "nobody@example.org"
# What is sent, and how it is answered while it is not too often.
PAGES = [
    ("/en/accounts/login/", {}, 422),
    ("/en/accounts/signup/", {}, 422),
    ("/en/accounts/password/reset/", {"email": UNKNOWN}, 302),
]


@pytest.fixture
def strict(settings):
    """One rate instead of another, the others as they are."""

    def set_rate(**rates: str) -> None:
        settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | rates

    return set_rate


def assert_says_what_to_do(response: Any, wait: str) -> None:
    assert (response.status_code, response["Retry-After"]) == (429, wait)
    page = response.content.decode()
    assert "Too many attempts" in page and "try again" in page and 'href="/en/"' in page


@pytest.mark.parametrize("path, sent, status", PAGES)
def test_account_pages_stop_an_address_that_tries_too_often(
    path: str, sent: dict[str, str], status: int, strict, client: Client
) -> None:
    strict(login="2/m/ip", signup="2/m/ip", reset_password="2/m/ip")
    for _attempt in range(2):
        assert client.post(path, sent).status_code == status
    assert_says_what_to_do(client.post(path, sent), "60")
    assert client.get(path).status_code == 200, "reading stays free"


def test_an_account_takes_five_passwords_in_five_minutes_from_wherever(strict) -> None:
    strict(login="", login_failed="10/m/ip,5/5m/key")
    user = UserFactory()
    answers = []
    for number in range(6):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        answers.append(sign_in(client, user, "wrong-password"))
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert_says_what_to_do(answers[-1], "300")
    assert sign_in(Client(REMOTE_ADDR="192.0.2.99"), user).status_code == 429, "the right one too: no way to tell"


def test_an_address_tries_ten_accounts_a_minute(strict, client: Client) -> None:
    strict(login="", login_failed="10/m/ip,5/5m/key")
    answers = [sign_in(client, UserFactory(), "wrong-password").status_code for _number in range(11)]
    assert answers == [422] * 10 + [429]


def test_who_signs_in_rightly_is_not_counted(strict) -> None:
    strict(login="", login_failed="10/m/ip,5/5m/key")
    user = UserFactory()
    assert [sign_in(Client(), user).status_code for _number in range(8)] == [302] * 8


def test_the_codes_of_a_second_factor_are_counted_too(strict, client: Client) -> None:
    user = UserFactory()
    enrolled(user)
    sign_in(client, user)
    strict(login_failed="5/5m/key")
    answers = [client.post("/en/accounts/2fa/authenticate/", {"code": "000000"}).status_code for _number in range(6)]
    assert answers == [422] * 5 + [429]


def test_a_forged_header_is_no_other_address(strict, client: Client) -> None:
    strict(login="3/m/ip")
    forged = [{"X-Forwarded-For": f"198.51.100.{number}", "X-Real-IP": f"198.51.100.{number}"} for number in range(4)]
    answers = [client.post("/en/accounts/login/", {}, headers=headers).status_code for headers in forged]
    assert answers == [422] * 3 + [429]


def test_behind_a_proxy_its_word_counts_and_not_the_clients(strict, settings, client: Client) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    strict(login="3/m/ip")
    one = [{"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.7"} for number in range(4)]
    answers = [client.post("/en/accounts/login/", {}, headers=headers).status_code for headers in one]
    assert answers == [422] * 3 + [429]
    assert client.post("/en/accounts/login/", {}, headers={"X-Forwarded-For": "203.0.113.8"}).status_code == 422


def test_registrations_of_one_address_are_limited(strict, client: Client) -> None:
    strict(registration="2/m/ip")
    event = EventFactory()
    guest = {"given_name": "Ada", "family_name": "Neri", "organisation": "Firm", "category": "enterprise"}
    answers = []
    for number in range(3):
        answers.append(client.post(f"/en/events/{event.slug}/register/", guest | {"email": f"ada{number}@example.org"}))
    assert [answer.status_code for answer in answers[:2]] == [302, 302]
    assert_says_what_to_do(answers[2], "60")
    assert Registration.objects.count() == 2
    assert client.get(f"/en/events/{event.slug}/register/").status_code == 200


def test_an_event_may_be_filled_at_once_in_the_demonstration(client: Client) -> None:
    event = EventFactory()
    assert {client.post(f"/en/events/{event.slug}/register/", {}).status_code for _number in range(70)} == {422}


def test_invitations_of_one_person_are_limited(strict) -> None:
    strict(invitation="2/h/user")
    organisation = (membership := MembershipFactory()).organisation
    client = signed_in(membership.user)
    path = f"/en/organisations/{organisation.slug}/people/invite/"
    answers = [client.post(path, {"email": f"new{n}@example.org", "role": "viewer"}) for n in range(3)]
    assert [answer.status_code for answer in answers[:2]] == [302, 302]
    assert_says_what_to_do(answers[2], "3600")
    assert organisation.invitations.count() == 2


def test_who_may_not_invite_is_not_counted_but_refused(strict) -> None:
    strict(invitation="1/h/user")
    organisation = MembershipFactory().organisation
    client = signed_in(UserFactory())
    path = f"/en/organisations/{organisation.slug}/people/invite/"
    assert [client.post(path).status_code for _number in range(3)] == [403] * 3


def _without_what_was_typed(response: Any, email: str) -> tuple[int, str | None, str]:
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
    return response.status_code, response.get("Location"), page.replace(email, "")


def test_known_and_unknown_accounts_are_answered_alike() -> None:
    known = UserFactory().email
    signup = {"given_name": "A", "family_name": "B", "password1": "a-long-secret-4", "password2": "a-long-secret-4"}
    for path, field, others in (
        ("/en/accounts/login/", "login", {"password": "wrong-password"}),
        ("/en/accounts/password/reset/", "email", {}),
        ("/en/accounts/signup/", "email", signup),
    ):
        answers = [
            _without_what_was_typed(Client().post(path, {field: email} | others), email) for email in (known, UNKNOWN)
        ]
        assert answers[0] == answers[1], path


def test_a_locked_unknown_account_is_answered_like_a_locked_known_one(strict) -> None:
    strict(login_failed="5/5m/key")
    post = {"password": "wrong-password"}
    for email in (UserFactory().email, UNKNOWN):
        answers = [Client().post("/en/accounts/login/", post | {"login": email}).status_code for _number in range(6)]
        assert answers == [422] * 5 + [429]


TRY_PASSWORDS = """
import sys
from django.test import Client
email, start = sys.argv[1:]
client = Client(SERVER_NAME="portal.example.org")
answers = [
    client.post(
        "/en/accounts/login/", {"login": email, "password": "wrong"}, secure=True, REMOTE_ADDR=f"{start}.{number}"
    ).status_code
    for number in range(8)
]
print(answers.count(422), answers.count(429))
"""
A_CACHE_FOR_EACH_PROCESS = 'settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}'


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before, evaluated", [("", 5), (A_CACHE_FOR_EACH_PROCESS, 10)], ids=["shared", "each its own"])
def test_an_account_takes_five_passwords_over_two_processes(before: str, evaluated: int) -> None:
    """With production's limits. The second case takes the cache in the database away: each process allows five."""
    email = UserFactory().email
    pair = [process(TRY_PASSWORDS, email, start, before=before) for start in ("192.0.2", "198.51.100")]
    counts = [tuple(map(int, output_of(one).split())) for one in pair]
    assert sum(tried for tried, _refused in counts) == evaluated
    assert sum(refused for _tried, refused in counts) == 16 - evaluated


def test_a_limit_without_a_rate_is_refused_when_the_portal_starts() -> None:
    with pytest.raises(ImproperlyConfigured, match="forgotten"):
        limited("forgotten")
