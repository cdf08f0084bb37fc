"""The demonstration's accounts and who is appointed for what."""

from __future__ import annotations

from datetime import date

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from district_portal.accounts.models import Appointment, District, Region, Role, User
from district_portal.management.demo.dates import days

PASSWORD = "mirandola-2012"
DOMAIN = "demo.example"
# name of the account → first name, last name
ACCOUNTS = {
    "novamed": ("Giulia", "Baraldi"),
    "secchia": ("Sara", "Gatti"),
    "estense": ("Paolo", "Guidetti"),
    "valli": ("Luca", "Malagoli"),
    "lab": ("Elena", "Bianchi"),
    "facilitator": ("Marco", "Ferri"),
    "facilitator2": ("Chiara", "Lodi"),
    "evaluator": ("Andrea", "Conti"),
    "evaluator2": ("Lucia", "Ferrari"),
    "organiser": ("Francesca", "Morandi"),
    "region": ("Anna", "Rossi"),
    "region2": ("Paola", "Verdi"),
    "admin": ("Davide", "Neri"),
}


def make(today: date) -> dict[str, User]:
    """The accounts, able to sign in. Returns them by the part of the address before the @."""
    # One hash for all: the password is public anyhow, and hashing is slow on purpose.
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(
            email=f"{name}@{DOMAIN}",
            given_name=given,
            family_name=family,
            password=password,
            is_staff=name == "admin",
            is_superuser=name == "admin",
        )
        for name, (given, family) in ACCOUNTS.items()
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, primary=True, verified=True) for user in users
    )
    people = dict(zip(ACCOUNTS, users, strict=True))
    _appoint(people, since=today - days(400))
    return people


def _appoint(people: dict[str, User], *, since: date) -> None:
    region, district = Region.objects.get(slug="emilia-romagna"), District.objects.get(slug="biomedicale")
    offices = [
        ("facilitator", Role.FACILITATOR, district),
        ("facilitator2", Role.FACILITATOR, district),
        ("organiser", Role.ORGANISER, district),
        ("evaluator", Role.EVALUATOR, None),
        ("evaluator2", Role.EVALUATOR, None),
        ("region", Role.REGIONAL_STAFF, None),
        ("region2", Role.REGIONAL_STAFF, None),
    ]
    Appointment.objects.bulk_create(
        Appointment(user=people[name], role=role, region=region, district=where, valid_from=since)
        for name, role, where in offices
    )
