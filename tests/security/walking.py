"""Every address that can be read: the permissions table's, and django-allauth's own."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from district_portal.accounts.models import User
from tests.access_world import World

TABLE = settings.BASE_DIR / "docs" / "permissions.csv"
ROWS = [row for row in csv.DictReader(TABLE.read_text().splitlines()) if row["method"] == "GET"]
ACCOUNT_PAGES = [
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_email",
    "account_change_password",
    "account_logout",
    "mfa_index",
    "mfa_activate_totp",
    "usersessions_list",
]


def addresses(world: World) -> Iterator[tuple[str, str]]:
    """(What it is, its address), both rows of each route."""
    for row in ROWS:
        yield f"{row['route']} {row['row']}", world.address(row["route"], row["row"])
    for name in ACCOUNT_PAGES:
        yield name, reverse(name)
    yield "a page that is not there", "/en/nothing-here/"


def browser(person: User | None, **headers: str) -> Client:
    client = Client(headers=headers)
    if person is not None:
        client.force_login(User.objects.get(pk=person.pk))
    return client


def read(client: Client, address: str) -> tuple[Any, bytes]:
    """The answer and all of its body; what reading changed is rolled back."""
    with transaction.atomic():
        response = client.get(address)
        # A stream is read to its end: closing it halfway would close the connection, and the world's transaction.
        body = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    return response, body
