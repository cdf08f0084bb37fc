"""The main job from end to end, against a running portal: its database, its workers and its mail sink."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import uuid
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from tests.journeys.stack import Answer, Person, Stack, eventually, mail_to, message_in_inbox

COLUMNS = "call district project organisation kind size place nuts cost grant paid state start end".split()
ABOUT_INTEREST = "interesse per Reti di distretto"
REASON = "The partners complete each other, and the idea serves the whole district."


def open_call(person: Person) -> str:
    """Slug of the district's open call of the current edition, found as a reader would: in the list."""
    results = person.get("/calls/?status=open&district=biomedicale&format=json").json()["results"]
    return next(row["slug"] for row in results if row["slug"].startswith("reti-di-distretto-biomedicale"))


@pytest.fixture(scope="module")
def call(stack: Stack) -> str:
    return open_call(stack.visitor())


def test_interest_is_told_to_the_organisation_and_to_the_facilitator(
    stack: Stack, administrator: Person, call: str
) -> None:
    novamed, facilitator = stack.person("novamed"), stack.person("facilitator")

    answer = novamed.post(f"/calls/{call}/interest/")
    assert (answer.status, answer.path) == (200, f"/en/calls/{call}/")
    again = novamed.post(f"/calls/{call}/interest/")
    assert (again.status, again.path) == (200, f"/en/calls/{call}/")

    for person, address in [(novamed, "novamed@demo.example"), (facilitator, "facilitator@demo.example")]:
        assert "Novamed Plast" in eventually(lambda person=person: message_in_inbox(person, "nterest"))
        assert eventually(lambda address=address: mail_to(administrator, address, ABOUT_INTEREST))
    mails = administrator.get("/status/mail/?q=novamed@demo.example").page.select("tbody tr")
    of_interest = [mail for mail in mails if ABOUT_INTEREST in mail.get_text()]
    assert len(of_interest) == 1, "registering twice sends one mail"


def start_network(person: Person, call: str, title: str) -> str:
    answer = person.post(
        f"/calls/{call}/networks/new/", title=title, idea="A disposable line with sensors, made in the district."
    )
    assert answer.status == 200
    found = re.fullmatch(r"/en/networks/([0-9a-f-]{36})/", answer.path)
    assert found, f"no workspace: {answer.path}: {answer.text[:400]}"
    return str(uuid.UUID(found[1]))


def test_a_network_is_formed_submitted_and_approved_and_everyone_reads_the_reason(
    stack: Stack, administrator: Person, call: str
) -> None:
    lead, partner = stack.person("novamed"), stack.person("secchia")
    network = start_network(lead, call, "SmartDialysis Line")

    assert stack.person("valli").get(f"/networks/{network}/").status == 404, "strangers do not see a forming network"
    assert lead.post(f"/networks/{network}/invite/", organisation="secchia-sensors-srl").status == 200
    invitation = eventually(lambda: message_in_inbox(partner, "SmartDialysis Line"))
    assert "Novamed Plast" in invitation
    assert lead.post(f"/networks/{network}/submit/").status == 409, "nothing is submitted while an invitation is open"
    assert partner.post(f"/networks/{network}/accept/").status == 200
    assert lead.post(f"/networks/{network}/submit/").status == 200

    facilitator = stack.person("facilitator")
    assert eventually(lambda: message_in_inbox(facilitator, "SmartDialysis Line"))
    assert lead.post(f"/networks/{network}/approve/", reason=REASON).status == 403
    assert facilitator.post(f"/networks/{network}/approve/", reason=REASON).status == 200

    second = stack.person("facilitator2").post(f"/networks/{network}/refuse/", reason="Too late.")
    assert second.status == 409
    for person, address in [(lead, "novamed@demo.example"), (partner, "secchia@demo.example")]:
        page = person.get(f"/networks/{network}/")
        assert REASON in page.text and "Too late." not in page.text
        assert eventually(lambda person=person: REASON in (message_in_inbox(person, "pproved") or ""))
        # "Approvata" or "Approved": mails are in the reader's language, pages in the address's.
        assert eventually(lambda address=address: REASON in (mail_to(administrator, address, "pprov") or ""))


def build_report(region: Person, format_: str, **filters: str) -> Answer:
    """Ask for the funding report and wait for the worker; returns the download."""
    answer = region.post("/reports/", report="funding", format=format_, **filters)
    assert re.fullmatch(r"/en/reports/[0-9a-f-]{36}/", answer.path), answer.text[:400]

    def ready() -> Answer | None:
        download = region.get(f"{answer.path}download/")
        return download if download.status == 200 else None

    return eventually(ready)


def figures_of_region_page(region: Person, query: str = "") -> dict[str, str]:
    page = region.get(f"/region/{query}").page
    return {item["data-figure"]: item["value"] for item in page.select("[data-figure]")}


@pytest.mark.parametrize("query", ["", "?district=biomedicale"])
def test_the_funding_report_built_by_the_worker_equals_the_region_page(stack: Stack, query: str) -> None:
    region = stack.person("region")
    filters = {"district": "biomedicale"} if query else {}
    download = build_report(region, "csv", **filters)

    assert download.headers["X-Content-SHA256"] == hashlib.sha256(download.body).hexdigest()
    header, *rows = csv.reader(io.StringIO(download.body.decode()))
    assert header == COLUMNS
    figures = figures_of_region_page(region, query)
    assert len(rows) == int(figures["rows"]) > 0
    for column in ("cost", "grant", "paid"):
        total = sum((Decimal(row[COLUMNS.index(column)] or 0) for row in rows), Decimal(0))
        assert total == Decimal(figures[column]), column
    real = [row for row in rows if row[COLUMNS.index("project")] in ("ICL", "FARE")]
    assert len(real) == 4
    assert {row[COLUMNS.index("cost")] for row in real} == {""}, "what is unknown is empty"

    sheet = load_workbook(io.BytesIO(build_report(region, "xlsx", **filters).body)).active
    assert [cell.value for cell in sheet[1]] == COLUMNS
    assert sheet.max_row - 1 == len(rows)


def test_reports_are_for_the_regional_staff(stack: Stack) -> None:
    novamed = stack.person("novamed")
    assert novamed.post("/reports/", report="funding", format="csv").status == 403
    assert novamed.get("/region/").status == 403
    assert stack.visitor().get("/region/").path == "/en/accounts/login/"


EVENT_WITH_ONE_PLACE = """
from datetime import timedelta
from django.utils import timezone
from events.models import Event
from district_portal.accounts.models import Region
day = timezone.now() + timedelta(days=20)
Event.objects.create(slug="one-place", title_it="Un posto", title_en="One place",
    region=Region.objects.get(nuts="ITH5"),
    starts_at=day, ends_at=day + timedelta(hours=3), capacity=1, published=True, illustrative=True)
"""


def register(stack: Stack, email: str) -> tuple[Person, Answer]:
    guest = stack.visitor()
    fields = {
        "given_name": "Giulia",
        "family_name": "Baraldi",
        "email": email,
        "organisation": "Esempio srl",
        "category": "enterprise",
    }
    return guest, guest.post("/events/one-place/register/", **fields)


def test_a_guest_gets_a_ticket_and_cancelling_promotes_the_next(stack: Stack, administrator: Person) -> None:
    stack.run(EVENT_WITH_ONE_PLACE)
    first, ticket = register(stack, "first@guest.example")
    assert re.fullmatch(r"/en/tickets/[^/]+/", ticket.path)
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}\b", ticket.text)
    assert code and ticket.page.select_one(".dn-ticket__qr svg"), "the ticket shows its code and QR"
    assert code[0] in eventually(lambda: mail_to(administrator, "first@guest.example", ""))
    assert b"BEGIN:VCALENDAR" in first.get(ticket.path.removesuffix("/") + ".ics").body

    _second, waiting = register(stack, "second@guest.example")
    assert "waiting list" in waiting.text.lower()
    assert eventually(lambda: mail_to(administrator, "second@guest.example", ""))

    assert first.post(f"{ticket.path}cancel/").status == 200
    assert first.post(f"{ticket.path}cancel/").status == 200, "cancelling twice is fine"
    promoted = stack.visitor().get(waiting.path)
    assert promoted.page.select_one(".dn-ticket__qr svg"), "the next one holds a ticket at once"
    subjects = eventually(
        lambda: (
            len(found := administrator.get("/status/mail/?q=second@guest.example").page.select("tbody th")) >= 2
            and found
        )
    )
    assert len(subjects) == 2
    assert eventually(lambda: mail_to(administrator, "first@guest.example", "ancel"))
