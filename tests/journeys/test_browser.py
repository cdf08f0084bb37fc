"""Every page × who may see it × language in a real browser: neither axe, nor the browser, nor a narrow screen objects.

`SCREENSHOTS=1` leaves a picture of each page, wide and on a phone, in the folder `screenshots` of `VAR_DIR`.
"""

from __future__ import annotations

import csv
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.journeys.browsers import chromium, needs_chromium
from tests.journeys.crawl import FILES, NOTHING, Crawl, Findings
from tests.journeys.stack import Person, Stack, eventually

needs_chromium()
pytestmark = pytest.mark.browser

TABLE = Path(__file__).resolve().parents[2] / "docs" / "permissions.csv"
# Who walks for which column of the table. None: signed out.
PEOPLE = {
    None: "anonymous",
    "estense": "enterprise",
    "facilitator": "facilitator",
    "evaluator": "evaluator",
    "organiser": "organiser",
    "region": "regional_staff",
    "admin": "admin",
}
INVITED = {"desk", "projects:network_detail", "projects:network_decline", "notifications:inbox", "notifications:item"}
# Answers to htmx, no pages.
PARTS = {"enterprises:activity_options", "enterprises:municipality_options"}


def address_in_mail(administrator: Person, to: str, pattern: str) -> str | None:
    """The first address, without host and language, that matches in the mails kept for `to`."""
    for row in administrator.get(f"/status/mail/?q={to}").page.select("tbody a"):
        if found := re.search(rf"https?://[^/]+/(?:en|it)(/{pattern})", administrator.get(row["href"]).text):
            return found[1]
    return None


@pytest.fixture(scope="module")
def addresses(stack: Stack, administrator: Person) -> dict[str | None, list[str]]:
    """Where each walk begins, beside the first page: what no link leads to, such as the addresses in mails."""
    guest, newcomer = stack.visitor(), stack.visitor()
    event = guest.get("/events/").page.select_one("main article h3 a")["href"]
    fields = {"given_name": "Ada", "family_name": "Neri", "email": "ada@guest.example", "category": "enterprise"}
    ticket = guest.post(f"{event}register/", **fields).path.removeprefix("/en")
    names = {"given_name": "Ivo", "family_name": "Sala", "email": "ivo@guest.example"}
    newcomer.post("/accounts/signup/", **names, password1="tre-fiumi-2026", password2="tre-fiumi-2026")
    guest.post("/accounts/password/reset/", email="lab@demo.example")
    stack.person("lab").post("/organisations/bioma-lab/people/invite/", email="eva@guest.example", role="editor")
    stack.person("estense").post("/alerts/searches/new/?q=sterile", name="Sterile", frequency="weekly")
    stack.person("region").post("/reports/", report="funding", format="csv")
    forming = stack.person("estense").get("/networks/?state=forming&format=json").json()["results"][0]["id"]
    stack.person("lab").post(f"/networks/{forming}/accept/")  # the lead gets a message

    def mailed(to: str, pattern: str) -> str:
        return eventually(lambda: address_in_mail(administrator, to, pattern), seconds=60)

    invitation = mailed("eva@guest.example", r"organisations/invitations/[^/\s]+/")
    confirm = mailed("ivo@guest.example", r"accounts/confirm-email/[^/\s]+/")
    reset = mailed("lab@demo.example", r"accounts/password/reset/key/[^/\s]+/")
    off = mailed("novamed@demo.example", r"alerts/off/[^/\s]+/")
    anyone = ["/", "/nothing-here/", "/region/", off, ticket, f"{ticket}cancel/", invitation, f"{event[3:]}register/"]
    out = ["/accounts/signup/", "/accounts/confirm-email/", confirm, reset, "/accounts/password/reset/done/"]
    found = {who: [*anyone, "/desk/", "/networks/", "/alerts/calendar/revoke/"] for who in PEOPLE}
    found[None] = [*anyone, *out, "/accounts/password/reset/key/done/"]
    found[None] += [path + NOTHING for path in ("/calls/", "/organisations/", "/projects/")]
    found["estense"] += [f"/calls/{open_call(guest)}/interest/", "/partners/" + NOTHING]
    found["admin"].append(f"/networks/{forming}/")
    found["organiser"].append(f"{event[3:]}participants/{NOTHING}")
    return found


def open_call(person: Person) -> str:
    results = person.get("/calls/?status=open&district=biomedicale&format=json").json()["results"]
    return next(row["slug"] for row in results if row["slug"].startswith("reti-di-distretto-biomedicale"))


@pytest.fixture(scope="module")
def walks(stack: Stack, addresses: dict[str | None, list[str]]) -> dict[tuple[str | None, str], Findings]:
    """Both languages at the same time, each in a browser of its own: a page keeps one processor busy."""

    def walk(language: str) -> dict[tuple[str | None, str], Findings]:
        shapes: set[tuple] = set()
        with chromium() as browser:
            done = {(who, language): Crawl(browser, stack, who, language, shapes).run(addresses[who]) for who in PEOPLE}
            invited = Crawl(browser, stack, "novamed", language, shapes).run(["/desk/"], only=INVITED)
            return done | {("novamed", language): invited}

    with ThreadPoolExecutor() as both:
        italian, english = both.map(walk, ["it", "en"])
    return italian | english


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("who", [*PEOPLE, "novamed"])
def test_no_page_has_a_fault(walks: dict[tuple[str | None, str], Findings], who: str | None, language: str) -> None:
    """No violation of WCAG 2.2 AA at 1280 and 390 pixels, none too wide down to 320, no word from the browser."""
    assert walks[who, language].wrong == []


@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_that_one_may_see_was_looked_at(
    walks: dict[tuple[str | None, str], Findings], who: str | None
) -> None:
    rows = csv.DictReader(TABLE.read_text().splitlines())
    mine = {
        row["route"] for row in rows if row["method"] == "GET" and row["row"] != "other" and row[PEOPLE[who]] == "200"
    }
    for language in ("it", "en"):
        assert mine - FILES - PARTS - walks[who, language].opened.keys() == set(), language
