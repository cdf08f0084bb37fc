"""Who sees which items in the navigation, and what the frame of a page costs."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from district_portal import navigation
from district_portal.navigation import items_for


def labels(*roles: str) -> list[str]:
    with translation.override("en"):
        return [str(item.label) for item in items_for(frozenset(roles))]


def test_visitors_see_what_is_public():
    with translation.override("en"):
        shown = [str(item.label) for item in items_for(None)]
    assert shown == ["Calls", "Networks and projects", "Enterprises", "Events"]


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("enterprise", ["My desk", "Calls", "My networks", "Partners", "Events", "Messages"]),
        ("facilitator", ["My desk", "Facilitator", "Calls", "Networks", "Enterprises", "Events", "Messages"]),
        ("organiser", ["My desk", "Events", "Calls", "Messages"]),
        (
            "regional_staff",
            [
                *["Funding", "My desk", "Calls", "Publishing", "Assessment", "Networks", "Projects", "Events"],
                *["Reports", "Messages"],
            ],
        ),
        ("evaluator", ["My desk", "My evaluations", "Calls", "Messages"]),
        ("admin", ["My desk", "Calls", "Publishing", "Assessment", "Messages", "Status"]),
    ],
)
def test_each_role_sees_its_own_work(role, shown):
    assert labels(role) == shown


def test_two_roles_share_their_items_without_repeating_one():
    assert labels("enterprise", "organiser", "admin") == [
        *["My desk", "Calls", "My networks", "Partners", "Events", "Publishing", "Assessment", "Messages", "Status"]
    ]


def test_a_facilitator_who_acts_for_an_organisation_prepares_its_calls():
    assert "Publishing" in labels("facilitator", "enterprise")
    assert "Publishing" not in labels("facilitator", "organiser")


def test_somebody_without_a_role_sees_the_public_part_and_a_desk():
    assert labels() == ["My desk", "Calls", "Networks and projects", "Enterprises", "Events", "Messages"]


def test_every_item_leads_somewhere():
    names = {item.name for items in (*navigation.BY_ROLE.values(), navigation.VISITOR) for item in items}
    assert all(reverse(name).startswith("/") for name in names)


def request_for(path: str):
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    return request


def test_the_section_of_the_page_is_marked():
    with translation.override("it"):
        entries = list(navigation.portal(request_for("/it/calls/some-call/"))["nav"])
    assert [entry["url"] for entry in entries if entry["active"]] == ["/it/calls/"]


def test_the_other_language_is_the_same_page_with_the_same_filters():
    with translation.override("it"):
        links = list(navigation.portal(request_for("/it/calls/?q=sensori"))["languages"])
    assert [(link["url"], link["current"]) for link in links] == [
        ("/it/calls/?q=sensori", True),
        ("/en/calls/?q=sensori", False),
    ]


def test_a_page_that_does_not_exist_leads_to_the_home_page_of_the_other_language():
    with translation.override("it"):
        links = list(navigation.portal(request_for("/it/nothing/"))["languages"])
    assert links[1]["url"] == "/en/"
