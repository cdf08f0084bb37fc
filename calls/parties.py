"""Organisations as the rules of calls see them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import prefetch_related_objects

from calls.rules import Member, Party
from enterprises.models import Organisation


def member_of(organisation: Organisation) -> Member:
    """What is known of one organisation: its latest declared size, its place, district, country and group.

    The country is that of its VAT number (Greece writes EL there), else Italy where its municipality is known.
    """
    latest = max(organisation.size_declarations.all(), key=lambda declaration: declaration.year, default=None)
    place, district = organisation.municipality, organisation.district
    country = organisation.vat_number[:2].replace("EL", "GR") if organisation.vat_number else None
    return Member(
        name=organisation.name,
        kind=organisation.kind,
        size=latest.size if latest else None,
        country=country or ("IT" if place else None),
        nuts=(place.nuts or None) if place else None,
        district=district.slug if district else None,
        group=organisation.group.strip(),
    )


def members_of(organisations: Iterable[Organisation]) -> tuple[Member, ...]:
    """The same for several, in three queries at most."""
    found = list(organisations)
    prefetch_related_objects(found, "size_declarations", "municipality", "district")
    return tuple(member_of(organisation) for organisation in found)


def party_of(organisation: Organisation) -> Party:
    """One organisation that asks for itself. What a project would say (costs, papers) is not known."""
    return Party(members=members_of([organisation]))
