"""Words for the browsers in the list of one's own sessions."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# In this order: browsers and systems name their ancestors too.
BROWSERS = [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]
SYSTEMS = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
]


@register.filter
def browser(user_agent: str) -> str:
    """What people call it: "Firefox, Windows"; the first words of an unknown one."""
    names = [next((name for mark, name in known if mark in user_agent), "") for known in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, names)) or user_agent[:40] or _("Unknown browser")
