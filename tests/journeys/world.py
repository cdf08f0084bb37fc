"""Pages that no link of the demonstration leads to: the rows and the people of the access walk, in a running portal."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.journeys.stack import Stack

TABLE = Path(__file__).resolve().parents[2] / "docs" / "permissions.csv"
ROWS = [
    row for row in csv.DictReader(TABLE.read_text().splitlines()) if row["method"] == "GET" and row["row"] != "other"
]
# Each person of this world signs in as `access-<role>`.
MAKE = """
import json
from allauth.account.models import EmailAddress
from django.db import transaction
from tests.access_world import World
from tests.journeys.world import ROWS, account
with transaction.atomic():
    world = World()
    for role, user in world.people.items():
        if user is not None:
            user.email = account(role) + "@demo.example"
            user.save()
            EmailAddress.objects.filter(user=user).update(email=user.email)
print(json.dumps({row["route"]: world.address(row["route"], row["row"]) for row in ROWS}))
"""


def account(role: str) -> str | None:
    return None if role == "anonymous" else f"access-{role.replace('_', '-')}"


def make_world(stack: Stack) -> dict[str, str]:
    """An address, without language, for each route that can be opened."""
    addresses = json.loads(stack.run(MAKE).splitlines()[-1])
    return {route: path.removeprefix("/en").removeprefix("/it") for route, path in addresses.items()}


def seen_by(role: str) -> set[str]:
    """Routes whose page the role sees, where it is its own."""
    return {row["route"] for row in ROWS if row[role] == "200"}
