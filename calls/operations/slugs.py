"""Addresses of the pages of calls."""

from __future__ import annotations

from django.urls import resolve, reverse
from django.utils.text import slugify

from calls.models import Call

# The column holds 80; what is left is for a number.
LONGEST = 75


def reserved(slug: str) -> bool:
    """Whether the portal has a page of its own at this address of a call, such as `new`."""
    return any(
        resolve(reverse(route, args=[slug])).view_name != route for route in ("publishing:detail", "calls:detail")
    )


def free_slug(title: str) -> str:
    """Of the title, with the first number that makes it the only one: -2, -3 …"""
    start = slugify(title)[:LONGEST].strip("-") or "bando"
    taken = set(Call.objects.filter(slug__startswith=start).values_list("slug", flat=True))
    numbered = (start if number == 1 else f"{start}-{number}" for number in range(1, len(taken) + 3))
    return next(slug for slug in numbered if slug not in taken and not reserved(slug))
