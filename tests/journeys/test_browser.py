"""Every page × who may see it × language in a real browser: neither axe, nor the browser, nor a narrow screen objects.

`SCREENSHOTS=1` leaves a picture of each page, wide and on a phone, in the folder `screenshots` of `VAR_DIR`.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.journeys.browsers import chromium, needs_chromium
from tests.journeys.crawl import FILES, NOTHING, Crawl, Findings
from tests.journeys.stack import Person, Stack, eventually
from tests.journeys.world import account, make_world, seen_by

needs_chromium()
pytestmark = pytest.mark.browser

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
    prepared = publishing(stack)
    call = f"/calls/{open_call(guest)}/"
    pages = ["versions", "versions/2", "eligibility", "questions", "interested"]
    stack.person("estense").post(f"{call}questions/ask/", text="May a partner of another country lead?")
    for who in PEOPLE:
        found[who] += [f"{call}{page}/" for page in (pages if who is None else [*pages, "follow", "questions/ask"])]
        if who in ("estense", "facilitator", "region", "admin"):
            of_questions = links(stack.person(who), f"{call}questions/")
            found[who] += [link for link in of_questions if re.search(r"/(withdraw|correct)/", link)]
            found[who] += [re.sub(r"(correct|withdraw)/", "", link) for link in of_questions if "/questions/" in link]
        if who in ("region", "admin"):
            # Their own drafts last: nobody approves those.
            found[who] += sorted(prepared, key=lambda link: f"/copy-of-{who}/" in link)
    found["facilitator"].append("/publishing/")
    return found


def links(person: Person, path: str) -> list[str]:
    """Where the content of the page leads, without language."""
    return [a["href"].removeprefix(f"/{person.language}") for a in person.get(path).page.select("main a[href^='/']")]


# A draft of each administrator that waits for the other's approval, and a catalogue that was checked.
PREPARE = """
from calls.models import Call, Programme
from calls.operations.copying import CopyDetails, copy_call
from calls.operations.imports import upload_import
from calls.operations.publishing import ask_for_approval
from district_portal.accounts.models import District, User
call = Call.objects.get(slug="{slug}")
others = District.objects.exclude(pk__in=call.districts.values("pk"))
for name, district in zip(["region2", "admin"], others):
    user = User.objects.get(email=name + "@demo.example")
    details = CopyDetails(slug="copy-of-" + name, title_it="Copia", title_en="Copy", district=district)
    ask_for_approval(copy_call(call, actor=user, details=details), actor=user, target="planned")
content = b"external_id,title_it,summary_it,status\\nx-1,Bando importato,Una frase.,planned\\n"
programme = Programme.objects.get(slug="reti-di-distretto")
run = upload_import(programme, actor=User.objects.get(email="region2@demo.example"), name="a.csv", content=content,
                    language="it")
print(run.pk)
"""


def publishing(stack: Stack) -> list[str]:
    """What can be done with calls in each state: their pages lead to it, and the walk opens one call only."""
    person = stack.person("region")
    main = f"/publishing/{open_call(person)}/"
    run = f"/publishing/imports/{stack.run(PREPARE.format(slug=open_call(person)))}/"
    eventually(lambda: "/apply/" in person.get(run).body.decode())
    first = [f"{main}{page}" for page in ("", "rules/", "rules/start/", "documents/", "timeline/")]
    calls = person.get("/publishing/?format=json").json()["results"]
    every = [link for call in calls for link in links(person, f"/publishing/{call['slug']}/")]
    others = links(stack.person("admin"), "/publishing/copy-of-admin/")
    return [*first, run, f"{run}apply/", *every, *others]


def open_call(person: Person) -> str:
    results = person.get("/calls/?status=open&district=biomedicale&format=json").json()["results"]
    return next(row["slug"] for row in results if row["slug"].startswith("reti-di-distretto-biomedicale"))


def to_look_at(who: str | None) -> set[str]:
    return seen_by(PEOPLE[who]) - FILES - PARTS


@pytest.fixture(scope="module")
def walks(stack: Stack, addresses: dict[str | None, list[str]]) -> dict[tuple[str | None, str], Findings]:
    """Both languages at the same time, each in a browser of its own: a page keeps one processor busy.

    Whoever has followed the links opens the rest by its address, as somebody to whom these rows belong.
    """
    world = make_world(stack)

    def walk(language: str) -> dict[tuple[str | None, str], Findings]:
        shapes: set[tuple] = set()
        with chromium() as browser:
            done = {(who, language): Crawl(browser, stack, who, language, shapes).run(addresses[who]) for who in PEOPLE}
            for who, role in PEOPLE.items():
                rest = to_look_at(who) - done[who, language].opened.keys()
                crawl = Crawl(browser, stack, account(role), language, shapes)
                done[who, language] += crawl.run([world[route] for route in sorted(rest)], only=rest)
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
    for language in ("it", "en"):
        assert to_look_at(who) - walks[who, language].opened.keys() == set(), language
