"""The desk says which calls close soon and what is missing next."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from projects.closing import closing_soon
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.alerts import FollowFactory
from tests.factories.calls import CallFactory, InterestFactory
from tests.factories.projects import NetworkFactory

pytestmark = pytest.mark.django_db


def test_each_call_that_concerns_me_says_what_is_missing_next() -> None:
    owner = UserFactory(language="en")
    firm = OrganisationFactory(owner=owner)
    now = timezone.now()
    followed, interested, forming, submitted = (
        CallFactory(closes_at=now + timedelta(days=days)) for days in (1, 2, 3, 14)
    )
    for call in (followed, forming):
        FollowFactory(user=owner, call=call)
    for call in (interested, forming, submitted):
        InterestFactory(call=call, organisation=firm)
    network = NetworkFactory(call=forming, lead=firm, title="Pumps")
    NetworkFactory(call=submitted, lead=firm, state="submitted", title="Filters")
    CallFactory(closing=True)  # of others
    FollowFactory(user=owner, call__closes_at=now + timedelta(days=15))
    FollowFactory(user=owner, call__closed=True)
    FollowFactory(user=owner, call__closing=True, call__state="cancelled")
    rows = closing_soon(owner, now)
    assert [(row.call, row.missing, row.url) for row in rows] == [
        (followed, "You follow this call; no interest is registered.", followed.get_absolute_url()),
        (
            interested,
            "Your organisation is interested, but in no network yet.",
            f"/en/calls/{interested.slug}/networks/new/",
        ),
        (forming, "Your network “Pumps” is not submitted yet.", network.get_absolute_url()),
        (submitted, "Your network “Filters” is submitted.", ""),
    ]


@pytest.mark.parametrize(
    ("state", "words", "way_on"),
    [
        ("changes_requested", "Your network “Pumps” is not submitted yet.", True),
        ("approved", "Your network “Pumps” is approved, and not sent to the Region yet.", True),
        ("sent", "Your proposal “Pumps” is sent.", False),
    ],
)
def test_what_is_missing_follows_the_network_until_it_is_sent(state: str, words: str, way_on: bool) -> None:
    owner = UserFactory(language="en")
    network = NetworkFactory(
        call=CallFactory(closing=True), lead=OrganisationFactory(owner=owner), state=state, title="Pumps"
    )
    (row,) = closing_soon(owner, timezone.now())
    assert (row.missing, row.url) == (words, network.get_absolute_url() if way_on else "")


def test_the_desk_shows_them_in_a_fixed_number_of_queries(django_assert_max_num_queries) -> None:
    owner = UserFactory(language="en")
    client = Client()
    client.force_login(owner)
    assert "Closing soon" not in client.get("/en/desk/").content.decode()
    for _ in range(8):
        FollowFactory(user=owner, call__closing=True)
    with django_assert_max_num_queries(3):
        assert len(closing_soon(owner, timezone.now())) == 5
    assert "Closing soon" in client.get("/en/desk/").content.decode()
