"""Every route × role × own or other row answers as `docs/permissions.csv` says: document and oracle in one."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client, override_settings

from district_portal.checks import ALLOWED_MODULES, ALLOWED_NAMES, module_of, routes
from tests.access_world import ROLES, World

TABLE = Path(__file__).resolve().parent.parent / "docs" / "permissions.csv"
pytestmark = pytest.mark.django_db
ROWS = list(csv.DictReader(TABLE.read_text().splitlines()))


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """One world for all rows; each request's changes are rolled back."""
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(MEDIA_ROOT=media):
            made = World()
        made.media = media
        yield made
        transaction.set_rollback(True)


def status_of(world: World, role: str, row: dict[str, str]) -> str:
    client = Client()
    with transaction.atomic(), override_settings(MEDIA_ROOT=world.media):
        person = world.people[role]
        if person is not None:
            client.force_login(type(person).objects.get(pk=person.pk))
        address = world.address(row["route"], row["row"])
        response = client.get(address) if row["method"] == "GET" else client.post(address)
        if hasattr(response, "streaming_content"):
            # Read to its end: closing it halfway would close the connection, and the world's transaction with it.
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    if response.status_code == 302 and "/accounts/login/" in response["Location"]:
        return "login"
    return str(response.status_code)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['method']} {row['route']} {row['row']}")
def test_the_answer_to_each_role_is_the_tables(world: World, row: dict[str, str]) -> None:
    expected = {role: row[role] for role in ROLES}
    assert {role: status_of(world, role, row) for role in ROLES} == expected


def test_the_table_names_every_route_of_the_portal() -> None:
    ours = {
        name
        for name, _pattern, view in routes()
        if not module_of(view).startswith(ALLOWED_MODULES) and not name.startswith(ALLOWED_NAMES)
    }
    assert {row["route"] for row in ROWS} == ours


def test_a_visitor_changes_nothing_but_a_registration_a_ticket_and_an_alert_by_the_link_of_its_mail() -> None:
    """Whoever verifies a receipt posts its code, which changes nothing."""
    allowed = {
        row["route"] for row in ROWS if row["method"] == "POST" and row["anonymous"] not in ("login", "404", "405")
    }
    verifying = {"projects:verify", "projects:verify_code"}
    assert allowed - verifying == {"events:register", "tickets:cancel", "alerts:off", "alerts:on", "alerts_one_click"}
