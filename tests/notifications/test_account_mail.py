"""Sign-up and password mails: written by the request, sent by the worker, secret links kept no longer than needed."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from district_portal.accounts.models import User
from district_portal.notifications import delivery
from district_portal.notifications.models import AccountMail, SinkMail
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
SIGN_UP = {
    "email": "new@firm.example",
    "given_name": "Giulia",
    "family_name": "Baraldi",
    "password1": "un-lungo-segreto-42",
    "password2": "un-lungo-segreto-42",
}


def newest_mail() -> SinkMail:
    delivery.deliver_waiting()
    mail = SinkMail.objects.first()
    assert mail is not None
    return mail


def link_in(mail: SinkMail) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", mail.text)
    assert found
    return found[1]


def test_signing_up_asks_to_confirm_the_address_and_then_lets_in(client: Client) -> None:
    response = client.post("/en/accounts/signup/", SIGN_UP)
    assert response.status_code == 302
    assert not SinkMail.objects.exists(), "the request itself sends nothing"

    mail = newest_mail()
    assert (mail.to, mail.subject) == ("new@firm.example", "Confirm your email address")
    assert "Giulia Baraldi" in mail.text
    assert not AccountMail.objects.exists(), "the secret link is removed once it is delivered"

    credentials = {"login": "new@firm.example", "password": SIGN_UP["password1"]}
    client.post("/en/accounts/login/", credentials)
    assert "_auth_user_id" not in client.session, "not before the address is confirmed"
    client.post(link_in(mail))
    client.post("/en/accounts/login/", credentials)
    assert client.session["_auth_user_id"] == str(User.objects.get(email="new@firm.example").pk)


def test_a_forgotten_password_is_replaced_by_the_link_in_the_mail(client: Client) -> None:
    user = UserFactory()
    client.post("/en/accounts/password/reset/", {"email": user.email})
    form_page = client.get(link_in(newest_mail()), follow=True)
    path = form_page.request["PATH_INFO"]
    client.post(path, {"password1": "un-altro-segreto-42", "password2": "un-altro-segreto-42"})
    assert not client.login(email=user.email, password=PASSWORD)
    assert client.login(email=user.email, password="un-altro-segreto-42")


def test_asking_for_an_unknown_address_answers_the_same_and_tells_only_that_address(client: Client) -> None:
    known, unknown = (
        client.post("/en/accounts/password/reset/", {"email": email})
        for email in (UserFactory().email, "nobody@firm.example")
    )
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert SinkMail.objects.count() == 0
    delivery.deliver_waiting()
    assert SinkMail.objects.get(to="nobody@firm.example").subject == "No account with this address"


def test_the_mail_speaks_the_language_of_the_page(client: Client) -> None:
    client.post("/it/accounts/signup/", SIGN_UP)
    assert newest_mail().subject == "Conferma il tuo indirizzo email"
