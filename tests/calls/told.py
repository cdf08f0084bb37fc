"""Who was told what, and who looks."""

from django.test import Client

from district_portal.accounts.models import User
from district_portal.notifications.models import OutboxRow


def told(message: str) -> list[str]:
    """Who was told by mail."""
    rows = OutboxRow.objects.filter(channel="mail", message=f"calls/{message}")
    return sorted(rows.values_list("user__email", flat=True))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def emails(*people: User) -> list[str]:
    return sorted(person.email for person in people)
