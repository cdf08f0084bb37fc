"""The demonstration's organisations, all made up: who they are, where, what they offer and seek, and who acts for them.

None has a VAT number: any that is valid could be somebody's.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from district_portal.accounts.models import District, User
from district_portal.management.demo.dates import at, days
from district_portal.management.demo.people import DOMAIN
from district_portal.management.reference import ATECO_VERSION, COMPETENCE_VERSION
from enterprises.models import (
    Competence,
    Concept,
    Membership,
    MembershipRole,
    Municipality,
    Organisation,
    SizeDeclaration,
)

ACCOUNTS = ["novamed", "secchia", "estense", "valli", "lab"]
USUAL = {"offers": Competence.Level.DISTRICT, "seeks": Competence.Level.ANONYMOUS}


class Firm(NamedTuple):
    """A row of the file."""

    kind: str
    name: str
    place: str
    district: str
    ateco: str
    sizes: str
    offers: str
    seeks: str
    text_it: str
    text_en: str
    contact: str


# The first five are the accounts' own. The columns sizes, offers and seeks are lists: of the last three years, the
# oldest first; of competences, each with its level of disclosure where that is not the usual one.
with (Path(__file__).parent / "data" / "organisations.csv").open(newline="", encoding="utf-8") as file:
    FIRMS = [Firm(**row) for row in csv.DictReader(file)]


class Firms(dict[str, Organisation]):
    """Organisations by slug, and the person who acts for each."""

    def __init__(self, organisations: list[Organisation], owners: list[User]) -> None:
        super().__init__((organisation.slug, organisation) for organisation in organisations)
        self.owners = dict(zip(self, owners, strict=True))
        self.sizes: dict[str, str] = {}  # as declared last


def make(users: dict[str, User], today: date) -> Firms:
    districts = {district.slug: district for district in District.objects.all()}
    places = {
        place.name: place
        for place in Municipality.objects.filter(nuts__startswith="ITH5", name__in={firm.place for firm in FIRMS})
    }
    ateco = {
        concept.code: concept
        for concept in Concept.objects.filter(
            scheme=Concept.Scheme.ATECO, version=ATECO_VERSION, code__in={firm.ateco for firm in FIRMS}
        )
    }
    organisations = Organisation.objects.bulk_create(
        Organisation(
            kind=firm.kind,
            name=firm.name,
            slug=slugify(firm.name),
            ateco=ateco[firm.ateco],
            municipality=places[firm.place],
            district=districts[firm.district],
            description_it=firm.text_it,
            description_en=firm.text_en,
            illustrative=True,
            created_at=at(today - days(300 - number), 10),
        )
        for number, firm in enumerate(FIRMS)
    )
    firms = Firms(organisations, [users[name] for name in ACCOUNTS] + _contacts())
    Membership.objects.bulk_create(
        Membership(organisation=firms[slug], user=owner, role=MembershipRole.OWNER, valid_from=today - days(300))
        for slug, owner in firms.owners.items()
    )
    _declare_sizes(firms, today)
    _list_competences(firms)
    return firms


def _contacts() -> list[User]:
    """People of the other organisations: they are told what happens, but have no password and cannot sign in."""
    return User.objects.bulk_create(
        User(
            email=f"{slugify(firm.contact).replace('-', '.')}@{slugify(firm.name)}.{DOMAIN}",
            given_name=firm.contact.split(" ", 1)[0],
            family_name=firm.contact.split(" ", 1)[1],
            password=make_password(None),
        )
        for firm in FIRMS[len(ACCOUNTS) :]
    )


def _declare_sizes(firms: Firms, today: date) -> None:
    rows = []
    for (slug, organisation), firm in zip(firms.items(), FIRMS, strict=True):
        for years_ago, size in zip((3, 2, 1), firm.sizes.split(), strict=False):
            year = today.year - years_ago
            firms.sizes[slug] = size
            rows.append(
                SizeDeclaration(
                    organisation=organisation,
                    year=year,
                    size=size,
                    declared_by=firms.owners[slug],
                    declared_at=at(min(date(year + 1, 1, 20), today), 9),
                )
            )
    SizeDeclaration.objects.bulk_create(rows)


def _list_competences(firms: Firms) -> None:
    concepts = {
        concept.code: concept
        for concept in Concept.objects.filter(scheme=Concept.Scheme.COMPETENCE, version=COMPETENCE_VERSION)
    }
    Competence.objects.bulk_create(
        Competence(organisation=organisation, concept=concepts[code], direction=direction, level=level or usual)
        for organisation, firm in zip(firms.values(), FIRMS, strict=True)
        for direction, usual in USUAL.items()
        for code, _, level in (word.strip().partition(" ") for word in getattr(firm, direction).split(",") if word)
    )
