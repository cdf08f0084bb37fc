"""The inbox: one's own messages, newest first, read when opened, in the language of the page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from district_portal.notifications.models import InboxItem
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def message(user, number: int = 1, **fields) -> InboxItem:
    words = {
        f"{part}_{language}": f"{part} {number} {language}" for part in ("title", "text") for language in ("it", "en")
    }
    return InboxItem.objects.create(user=user, path="/calls/", **words | fields)


def test_a_person_reads_only_their_own_messages(client: Client) -> None:
    anna, bruno = UserFactory(), UserFactory()
    theirs = message(bruno)
    client.force_login(anna)
    assert "title 1" not in client.get("/en/inbox/").content.decode()
    assert client.get(f"/en/inbox/{theirs.pk}/").status_code == 404


def test_opening_a_message_marks_it_as_read_and_leads_to_its_subject(client: Client) -> None:
    anna = UserFactory()
    item = message(anna)
    client.force_login(anna)
    page = client.get(f"/it/inbox/{item.pk}/").content.decode()
    assert "title 1 it" in page and "text 1 it" in page and 'href="/it/calls/"' in page
    assert InboxItem.objects.unread_count(anna) == 0
    assert "title 1 en" in client.get(f"/en/inbox/{item.pk}/").content.decode()


def test_all_messages_are_marked_as_read_at_once(client: Client) -> None:
    anna, bruno = UserFactory(), UserFactory()
    message(anna), message(anna, 2), message(bruno)
    client.force_login(anna)
    assert client.post("/en/inbox/read/").status_code == 302
    assert (InboxItem.objects.unread_count(anna), InboxItem.objects.unread_count(bruno)) == (0, 1)


def test_unread_messages_can_be_shown_alone(client: Client) -> None:
    anna = UserFactory()
    message(anna, 1, read_at=timezone.now()), message(anna, 2)
    client.force_login(anna)
    page = client.get("/en/inbox/?show=unread").content.decode()
    assert "title 2" in page and "title 1" not in page


def test_the_inbox_asks_as_many_queries_for_thirty_messages_as_for_one(
    client: Client, django_assert_num_queries
) -> None:
    anna = UserFactory()
    client.force_login(anna)
    message(anna)
    with django_assert_num_queries(6):
        client.get("/en/inbox/")
    for number in range(30):
        message(anna, number)
    with django_assert_num_queries(6):
        assert client.get("/en/inbox/").content.decode().count('<li>\n              <span class="dn-tasks__i"') == 20
