"""Who decides or manages signs in with a password and a code; secrets are encrypted; a code opens one session."""

from __future__ import annotations

import json
import re
import time
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from district_portal.accounts.models import Role, User
from district_portal.accounts.second_factor import MFAAdapter
from tests.factories import AppointmentFactory, MembershipFactory, UserFactory
from tests.security.people import PRODUCTION, code_of, enrolled, output_of, process, recovery_codes, sign_in, signed_in

pytestmark = pytest.mark.django_db
ENROLMENT = "/en/accounts/2fa/totp/activate/"


@pytest.fixture
def required(settings) -> None:
    settings.MFA_REQUIRED = True


def facilitator() -> User:
    return AppointmentFactory().user


def enrol(client: Client) -> str:
    """Go through the enrolment page; the code that was used."""
    page = client.get(ENROLMENT).content.decode()
    code = code_of(re.search(r"<code[^>]*>(\w+)</code>", page)[1])
    assert client.post(ENROLMENT, {"code": code})["Location"] == "/en/accounts/2fa/recovery-codes/"
    return code


# --- Who needs one ---


@pytest.mark.parametrize("role", Role.values)
def test_each_appointed_role_is_led_to_the_enrolment(role: str, required: None) -> None:
    client = signed_in(AppointmentFactory(role=role).user)
    for path in ("/en/desk/", "/en/calls/", "/en/inbox/", "/en/accounts/profile/", "/en/calls/?format=json"):
        assert (client.get(path).status_code, client.get(path).url) == (302, ENROLMENT), path


def test_administrators_are_led_to_the_enrolment_from_the_administration_too(required: None) -> None:
    client = signed_in(UserFactory(is_staff=True, is_superuser=True))
    assert client.get("/en/admin/").url == ENROLMENT


def test_enterprises_and_former_staff_are_not_asked(required: None) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    former = AppointmentFactory(valid_from=yesterday, valid_to=yesterday).user
    for person in (MembershipFactory().user, former):
        assert signed_in(person).get("/en/desk/").status_code == 200


def test_nothing_is_written_before_the_enrolment(required: None) -> None:
    person = facilitator()
    response = signed_in(person).post(
        "/en/accounts/profile/", {"given_name": "X", "family_name": "Y", "language": "it"}
    )
    assert response.url == ENROLMENT
    assert User.objects.get(pk=person.pk).given_name == person.given_name


def test_a_part_of_a_page_leads_the_whole_page_to_the_enrolment(required: None) -> None:
    response = signed_in(facilitator()).get("/en/calls/", headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == ENROLMENT


def test_sign_out_language_and_ones_own_account_stay_open(required: None) -> None:
    client = signed_in(facilitator())
    for path in ("/en/accounts/email/", "/en/accounts/password/change/", "/en/accounts/sessions/", "/en/privacy/"):
        assert client.get(path).status_code == 200, path
    assert client.get("/it/accounts/2fa/totp/activate/").status_code == 200
    client.post("/en/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_without_the_setting_nobody_is_asked() -> None:
    assert signed_in(facilitator()).get("/en/desk/").status_code == 200


# --- Enrolment ---


def test_after_the_enrolment_every_page_is_open_and_the_codes_are_shown(required: None) -> None:
    person = facilitator()
    client = signed_in(person)
    enrol(client)
    page = client.get("/en/accounts/2fa/recovery-codes/").content.decode()
    assert [code for code in recovery_codes(person) if code in page] == recovery_codes(person)
    assert client.get("/en/desk/").status_code == 200


def test_the_enrolment_signs_the_person_out_elsewhere(required: None, django_capture_on_commit_callbacks) -> None:
    person = facilitator()
    thief, owner = signed_in(person), signed_in(person)
    with django_capture_on_commit_callbacks(execute=True):
        enrol(owner)
    assert "/accounts/login/" in thief.get("/en/desk/").url
    assert owner.get("/en/desk/").status_code == 200


def test_a_wrong_code_enrols_nothing(required: None) -> None:
    client = signed_in(facilitator())
    client.get(ENROLMENT)
    assert client.post(ENROLMENT, {"code": "000000"}).status_code == 422
    assert not Authenticator.objects.exists()


def test_staff_cannot_go_without_again_and_others_can(required: None) -> None:
    for person, left in ((facilitator(), 2), (MembershipFactory().user, 0)):
        client = signed_in(person)
        enrol(client)
        client.post("/en/accounts/2fa/totp/deactivate/")
        assert Authenticator.objects.filter(user=person).count() == left


# --- Signing in ---


def test_the_password_alone_opens_nothing(required: None, client: Client) -> None:
    person = facilitator()
    secret = enrolled(person)
    assert sign_in(client, person).url == "/en/accounts/2fa/authenticate/"
    assert "/accounts/login/" in client.get("/en/desk/").url
    assert client.post("/en/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 422
    assert client.post("/en/accounts/2fa/authenticate/", {"code": code_of(secret)}).url == "/en/desk/"
    assert client.get("/en/desk/").status_code == 200


def test_a_recovery_code_opens_one_session(required: None) -> None:
    person = facilitator()
    enrolled(person)
    code = recovery_codes(person)[3]
    answers = []
    for _attempt in range(2):
        client = Client()
        sign_in(client, person)
        answers.append(client.post("/en/accounts/2fa/authenticate/", {"code": code}).status_code)
    assert answers == [302, 422]


def test_the_code_of_the_enrolment_opens_no_session(required: None, client: Client) -> None:
    person = facilitator()
    code = enrol(signed_in(person))
    sign_in(client, person)
    assert client.post("/en/accounts/2fa/authenticate/", {"code": code}).status_code == 422


def test_the_administrations_own_sign_in_page_is_no_way_around(client: Client) -> None:
    admin = UserFactory(is_staff=True, is_superuser=True)
    enrolled(admin)
    response = client.post("/en/admin/login/", {"username": admin.email, "password": "mirandola-2012"})
    assert "/en/accounts/login/" in response.url
    assert "_auth_user_id" not in client.session


TYPE_A_CODE = """
import sys, time
from django.test import Client
email, code, start = sys.argv[1:]
client = Client(SERVER_NAME="portal.example.org")
client.post("/en/accounts/login/", {"login": email, "password": "mirandola-2012"}, secure=True)
time.sleep(max(0, float(start) - time.time()))
print(client.post("/en/accounts/2fa/authenticate/", {"code": code}, secure=True).status_code)
"""
A_CACHE_FOR_EACH_PROCESS = 'settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}'


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "before, answers",
    [("", ["302", "422"]), (A_CACHE_FOR_EACH_PROCESS, ["302", "302"])],
    ids=["shared", "each its own"],
)
def test_one_code_opens_one_session_over_two_processes(before: str, answers: list[str], settings) -> None:
    """The second case takes the protection away (the cache in the database): then both get in."""
    settings.SECRET_KEY = PRODUCTION["SECRET_KEY"]
    person = facilitator()
    secret = enrolled(person)
    start = time.time() + 4
    start += 32 - start % 30 if start % 30 > 24 else 0
    arguments = (person.email, code_of(secret, start), str(start))
    pair = [process(TYPE_A_CODE, *arguments, before=before) for _number in range(2)]
    assert sorted(output_of(one).strip() for one in pair) == answers


# --- Secrets at rest ---


def test_secrets_and_recovery_codes_are_not_readable_in_the_database() -> None:
    person = facilitator()
    secret = enrolled(person)
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored and not [code for code in recovery_codes(person) if code in stored]
    seed = Authenticator.objects.get(type="recovery_codes").data["seed"]
    assert MFAAdapter().decrypt(seed) != seed


def test_an_earlier_key_still_reads_and_is_not_needed_after_the_command(settings) -> None:
    person = facilitator()
    enrolled(person)
    codes = recovery_codes(person)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a-new-key" * 6, [settings.SECRET_KEY]
    assert recovery_codes(person) == codes
    call_command("reencrypt", verbosity=0, stdout=StringIO())
    settings.SECRET_KEY_FALLBACKS = []
    assert recovery_codes(person) == codes
    settings.SECRET_KEY = "another-key" * 6
    with pytest.raises(InvalidToken):
        recovery_codes(person)


# --- Pages ---


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_pages_of_the_second_factor_in_both_languages(language: str, client: Client) -> None:
    person = UserFactory(language=language)
    sign_in(client, person, language=language)
    top = f"/{language}/accounts/2fa"
    for path in ("/", "/totp/activate/"):
        assert client.get(top + path).status_code == 200, path
    enrolled(person)
    for path in (
        "/",
        "/totp/deactivate/",
        "/recovery-codes/",
        "/recovery-codes/generate/",
        "/recovery-codes/download/",
    ):
        assert client.get(top + path).status_code == 200, path
    other = Client()
    sign_in(other, person, language=language)
    assert other.get(f"{top}/authenticate/").status_code == 200
    assert client.get(f"{top}/reauthenticate/").status_code == 200


def test_the_account_menu_leads_there(client: Client) -> None:
    client.force_login(UserFactory())
    page = client.get("/en/desk/").content.decode()
    assert 'href="/en/accounts/2fa/"' in page and 'href="/en/accounts/sessions/"' in page
