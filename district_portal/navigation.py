"""What stands on every page: navigation by role, languages, names of the portal. A context processor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext

from district_portal.notifications.models import InboxItem


@dataclass(frozen=True)
class Item:
    label: Any
    name: str
    also: str = ""
    """A second view below which the item counts as active."""


DESK = Item(_("My desk"), "desk")
CALLS = Item(_("Calls"), "calls:list")
PUBLISHING = Item(_("Publishing"), "publishing:list")
NETWORKS = Item(_("Networks"), "projects:network_list")
MY_NETWORKS = Item(_("My networks"), "projects:network_list")
PROJECTS = Item(_("Projects"), "projects:project_list")
PUBLIC_PROJECTS = Item(_("Networks and projects"), "projects:project_list", also="projects:network_list")
ENTERPRISES = Item(_("Enterprises"), "enterprises:list")
PARTNERS = Item(_("Partners"), "projects:partner_search")
FACILITATOR = Item(pgettext("navigation", "Facilitator"), "projects:facilitator")
EVENTS = Item(_("Events"), "events:list")
REGION = Item(_("Funding"), "projects:region")
ASSESSMENT = Item(_("Assessment"), "assessment:overview")
EVALUATIONS = Item(_("My evaluations"), "assessment:evaluations")
REPORTS = Item(_("Reports"), "reports:list")
MESSAGES = Item(_("Messages"), "notifications:inbox")
STATUS = Item(pgettext("navigation", "Status"), "status")

VISITOR = [CALLS, PUBLIC_PROJECTS, ENTERPRISES, EVENTS]
WITHOUT_ROLE = [DESK, CALLS, PUBLIC_PROJECTS, ENTERPRISES, EVENTS, MESSAGES]
# In the order in which the roles of one person are merged: the first name of an address wins.
BY_ROLE = {
    "regional_staff": [REGION, DESK, CALLS, PUBLISHING, ASSESSMENT, NETWORKS, PROJECTS, EVENTS, REPORTS, MESSAGES],
    "facilitator": [DESK, FACILITATOR, CALLS, NETWORKS, ENTERPRISES, EVENTS, MESSAGES],
    "enterprise": [DESK, CALLS, MY_NETWORKS, PARTNERS, EVENTS, MESSAGES],
    "organiser": [DESK, EVENTS, CALLS, MESSAGES],
    "evaluator": [DESK, EVALUATIONS, CALLS, MESSAGES],
    "admin": [DESK, CALLS, PUBLISHING, ASSESSMENT, MESSAGES, STATUS],
}


def items_for(roles: frozenset[str] | None) -> list[Item]:
    """The items of all roles, each address once, messages and status last; None is a visitor."""
    if roles is None:
        return VISITOR
    merged: dict[str, Item] = {}
    for role, items in BY_ROLE.items():
        if role in roles:
            for item in items:
                merged.setdefault(item.name, item)
    if {"facilitator", "enterprise"} <= roles:
        # A facilitator who acts for an organisation may run its calls for networks.
        merged.setdefault(PUBLISHING.name, PUBLISHING)
    last = {MESSAGES: 1, STATUS: 2}
    return sorted(merged.values(), key=lambda item: last.get(item, 0)) or WITHOUT_ROLE


def _entries(request: HttpRequest) -> list[dict[str, Any]]:
    """Label, address, whether it is the page's section, and how many unread messages it has."""
    user = request.user
    items = items_for(user.roles if user.is_authenticated else None)
    entries = []
    for item in items:
        count = InboxItem.objects.unread_count(user) if item is MESSAGES else 0
        url = reverse(item.name)
        sections = [url, reverse(item.also)] if item.also else [url]
        active = any(request.path.startswith(section) for section in sections)
        entries.append({"label": item.label, "url": url, "active": active, "count": count})
    return entries


def _languages(request: HttpRequest) -> list[dict[str, Any]]:
    """The same page in each language; the home page of the language where the address has none."""
    names = {"it": "Italiano", "en": "English"}
    current = (get_language() or settings.LANGUAGE_CODE)[:2]
    links = []
    for code, _name in settings.LANGUAGES:
        path = request.get_full_path()
        url = path if code == current else translate_url(path, code)
        if url == path and code != current:
            url = f"/{code}/"
        links.append({"code": code, "name": names[code], "url": url, "current": code == current})
    return links


def portal(request: HttpRequest) -> dict[str, Any]:
    """Context of every page. Lazy: partial answers and mails pay nothing for it."""
    return {
        "nav": SimpleLazyObject(lambda: _entries(request)),
        "languages": SimpleLazyObject(lambda: _languages(request)),
        "portal_name": settings.PORTAL_NAME,
        "institution": settings.INSTITUTION_NAME,
        "contact_email": settings.CONTACT_EMAIL,
        "demo": settings.DEMO,
    }
