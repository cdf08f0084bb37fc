"""Proposals that wait to be sent, and the people who send them, in the database of this process.

`python -m bench.lastminute 500` makes them and prints address and cookies of each as JSON; `… close 60` sets the
deadline so many seconds from now and prints it; `… check` prints what the database says afterwards.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "district_portal.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db.models import F  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from calls.models import Call, CallRule, Programme  # noqa: E402
from calls.states import CallState  # noqa: E402
from district_portal.accounts.models import District, Region, User  # noqa: E402
from enterprises.models import Membership, MembershipRole, Organisation  # noqa: E402
from projects.models import BudgetLine, Network, Partner, SignOff, Submission, WorkPackage  # noqa: E402
from projects.operations.verification import chain_breaks  # noqa: E402
from projects.operations.versions import record_version  # noqa: E402
from projects.states import PartnerState  # noqa: E402

TOKEN = "a" * 32
PARTNERS, CATEGORIES = 3, ["staff", "equipment", "materials", "overheads"]


def make(count: int) -> list[dict[str, str]]:
    """Networks of three partners with four cells each, signed off by all, of a call that reviews nothing."""
    region = Region.objects.create(name_it="Regione", name_en="Region", slug="region", nuts="ITH5")
    district = District.objects.create(region=region, name_it="Distretto", name_en="District", slug="district")
    programme = Programme.objects.create(slug="programme", name_it="Programma", name_en="Programme", region=region)
    now = timezone.now()
    call = Call.objects.create(
        programme=programme,
        slug="call",
        title_it="Bando",
        title_en="Call",
        state=CallState.PUBLISHED,
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=1),
    )
    CallRule.objects.create(call=call, kind="submission", parameters={"channel": "portal", "review": False})
    return [_network(call, district, number) for number in range(count)]


def _network(call: Call, district: District, number: int) -> dict[str, str]:
    network = Network.objects.create(
        call=call, district=district, title=f"Network {number}", idea="Sensors. " * 100, duration_months=24
    )
    package = WorkPackage.objects.create(network=network, number=1, title="Design", starts_month=1, ends_month=12)
    people = [_partner(network, package, f"{number}-{place}", lead=not place) for place in range(PARTNERS)]
    WorkPackage.objects.filter(pk=package.pk).update(lead=network.partners.get(role=Partner.Role.LEAD))
    version = record_version(network, note="", actor=people[0])
    SignOff.objects.bulk_create(
        SignOff(network=network, partner=partner, version=version, digest=version.digest, signed_by=person)
        for partner, person in zip(network.partners.all(), people, strict=True)
    )
    client = Client()
    client.force_login(people[0])
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
    return {"path": f"/en/networks/{network.pk}/send/", "cookies": cookies, "token": TOKEN}


def _partner(network: Network, package: WorkPackage, name: str, *, lead: bool) -> User:
    firm = Organisation.objects.create(
        slug=f"firm-{name}", name=f"Firm {name}", kind="enterprise", district=network.district
    )
    person = User.objects.create(email=f"{name}@example.org", given_name="Anna", family_name="Rossi")
    Membership.objects.create(organisation=firm, user=person, role=MembershipRole.OWNER)
    role = Partner.Role.LEAD if lead else Partner.Role.PARTNER
    partner = Partner.objects.create(network=network, organisation=firm, role=role, state=PartnerState.ACCEPTED)
    BudgetLine.objects.bulk_create(
        BudgetLine(
            network=network,
            partner=partner,
            work_package=package,
            category=category,
            activity="industrial_research",
            amount=10_000,
        )
        for category in CATEGORIES
    )
    return person


def close(seconds: float) -> str:
    moment = timezone.now() + timedelta(seconds=seconds)
    Call.objects.update(closes_at=moment)
    return moment.isoformat()


def check() -> dict[str, Any]:
    sent = Submission.objects.all()
    return {
        "sent": sent.count(),
        "late": sent.filter(sent_at__gte=F("network__call__closes_at")).count(),
        "breaks": len(list(chain_breaks())),
    }


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    print(json.dumps(check() if what == "check" else close(float(rest[0])) if what == "close" else make(int(what))))
