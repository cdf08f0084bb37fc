"""A network from idea to published ranking, on the real rules of the call for SME networks of 2018.

Lead, partners, facilitator, evaluators and the Region's staff; in Chromium where pages live by their scripts, without
scripts elsewhere. The tests of this file go on where the one before stopped.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browsers import chromium, needs_chromium, windows
from tests.journeys.stack import Answer, Person, Stack, eventually, mail_to, message_in_inbox
from tests.journeys.steps import (
    Opened,
    admit_and_assign,
    judged,
    press,
    published_ranking,
    rank_and_publish,
    score,
    take_the_means,
)

needs_chromium()
pytestmark = pytest.mark.browser

RUN = uuid4().hex[:6]
"""A portal that outlives a run (RUNNING_PORTAL) keeps the call of each."""
CALL, TITLE = f"reti-di-pmi-{RUN}", f"Filtro Leggero {RUN}"
CHANGES = "Say in the idea who would buy the filter first."
AGREED = "The hospitals of the district are named now."
TEXT = "A filter of half the weight, made of a fibre that no other supplier spins."

# By hand, of the rules of 2018: 100,000 + 80,000 + 60,000 = 240,000 of cost, between 150,000 and 300,000; the partners
# bear 41.7%, 33.3% and 25%, each between 10% and 50%; materials are 40,000, 16.7% of the cost and below 20%. The grant
# is 50% of 240,000 = 120,000, below the most of 150,000.
STAFF = {"novamed": "60,000", "secchia": "80,000", "estense": "60,000"}
MATERIALS = "40,000"
COST, GRANT = "240,000", "120,000"

LATE = """
from django.utils import timezone
from calls.models import Call
Call.objects.filter(slug="{call}").update(closes_at=timezone.now())
"""

People = Callable[[str], Person]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def opened(browser: Browser, stack: Stack) -> Iterator[Opened]:
    with windows(browser, stack) as visit:
        yield visit


@pytest.fixture(scope="module")
def people(stack: Stack) -> People:
    """People without scripts, each signed in once."""
    found: dict[str, Person] = {}
    return lambda name: found.get(name) or found.setdefault(name, stack.person(name))


@pytest.fixture(scope="module")
def call(people: People) -> str:
    """Written by one of the Region's staff from the ready rules, published by another."""
    region, opens, closes = people("region"), datetime.now() - timedelta(days=1), datetime.now() + timedelta(days=60)
    new = region.get("/publishing/new/").page
    programme = next(each for each in new.select("[name=programme] option") if "District networks" in each.get_text())
    district = next(each for each in new.select("label") if "Biomedical" in each.get_text())
    typed = {"title_it": f"Reti di piccole e medie imprese {RUN}", "title_en": f"Networks of SMEs {RUN}"}
    typed |= {"slug": CALL, "programme": programme["value"], "tier": "only"}
    typed |= {"summary_it": "Contributi.", "body_it": "Contributi a reti di PMI."}
    typed |= {"summary_en": "Grants.", "body_en": "Grants for networks of SMEs."}
    typed |= {"districts": district.input["value"], "deadline_has_time": "on"}
    typed |= {"opens_at": f"{opens:%Y-%m-%dT%H:%M}", "closes_at": f"{closes:%Y-%m-%dT%H:%M}"}
    done(region.fill("/publishing/new/", **typed))
    done(region.post(f"/publishing/{CALL}/rules/start/?source=set:sme-networks-2018"))
    question = {"name_it": "Novità", "name_en": "Novelty", "limit": "300"}
    role = {"name_it": "Ruolo", "name_en": "Role", "limit": "300", "per_partner": "on"}
    rows = {f"questions-{at}-{name}": value for at, row in enumerate([question, role]) for name, value in row.items()}
    done(region.post(f"/publishing/{CALL}/rules/questions/", **rows))
    done(region.post(f"/publishing/{CALL}/ask/", target="published"))
    second = people("region2")
    done(second.post(link(second.get(f"/publishing/{CALL}/"), r"/requests/\d+/approve/$")))
    return CALL


@pytest.fixture(scope="module")
def network(people: People, call: str) -> str:
    """Address of the network that the lead starts from its interest in the call."""
    lead = people("novamed")
    done(lead.post(f"/calls/{call}/interest/", wants_to_lead="on"))
    new = f"/calls/{call}/networks/new/"
    interest = lead.get(new).page.select_one("[name=source] option[value^=interest]")["value"]
    started = done(lead.fill(new, title=TITLE, idea="A filter that weighs half as much.", source=interest))
    return re.fullmatch(r"/en(/networks/[0-9a-f-]{36}/)", started.path)[1]


def done(answer: Answer) -> Answer:
    assert answer.status == 200, f"{answer.path} ({answer.status}): {answer.text[:600]}"
    return answer


def link(answer: Answer, pattern: str) -> str:
    """The first address on the page, of a link or of a form, that matches."""
    found = [each.get("href") or each.get("action") for each in answer.page.select("main a[href], main form[action]")]
    return next(address for address in found if re.search(pattern, address))


def own(person: Person, path: str, pattern: str) -> str:
    """On a page that offers everybody what is theirs: the person's own address."""
    return link(done(person.get(path)), pattern)


def told(administrator: Person, name: str, *words: str) -> None:
    """The newest mail about the network to an account of the demonstration holds these words, once it is sent."""

    def read() -> bool:
        text = mail_to(administrator, f"{name}@demo.example", TITLE) or ""
        return all(each in text for each in words)

    eventually(read)


def noticed(person: Person, words: str) -> str:
    """The newest message of the inbox of which the title holds these words and the network's name."""
    return eventually(lambda: message_in_inbox(person, words.format(TITLE)))


def answer_role(person: Person, network: str) -> None:
    answer = own(person, f"{network}proposal/", r"/proposal/ruolo:\d+/$")
    done(person.fill(answer, text="It makes and tests its part.", version="0"))


def sign_off_everybody(people: People, network: str) -> None:
    """Each reads what it agrees to, and agrees to exactly that."""
    for name in STAFF:
        page = own(people(name), f"{network}sign-off/", r"/sign-off/\d+/$")
        digest = done(people(name).get(page)).page.select_one("main [name=digest]")["value"]
        done(people(name).post(page, digest=digest))


def test_a_network_grows_out_of_an_interest_and_two_partners_join(
    people: People, administrator: Person, network: str
) -> None:
    lead = people("novamed")
    assert "1 of 3" in done(lead.get(f"{network}checks/")).text, "three independent SMEs are asked for"
    for name, slug in [("secchia", "secchia-sensors-srl"), ("estense", "estense-sterile-srl")]:
        done(lead.post(f"{network}invite/", organisation=slug))
        told(administrator, name, "Novamed Plast", network)
        done(people(name).post(f"{network}accept/"))
    starts = date.today() + timedelta(days=120)
    done(lead.fill(f"{network}edit/", legal_form="consortium", starts_on=str(starts), duration_months="12"))
    for name in STAFF:
        edit = own(people(name), f"{network}partners/", r"/partners/\d+/edit/$")
        done(people(name).fill(edit, tasks="Its part of the filter.", graduates_hired="1"))


def test_the_lead_says_in_the_matrix_who_covers_what(opened: Opened, people: People, network: str) -> None:
    done(people("novamed").fill(f"{network}coverage/", name="Spinning of fibres"))
    page = judged(opened("novamed").open(f"{network}coverage/"))
    cell = page.get_by_role("button", name="Secchia Sensors srl, Spinning of fibres")
    row = page.get_by_role("row", name="Spinning of fibres")
    expect(row).to_contain_text("Gap")
    cell.click()
    expect(row).not_to_contain_text("Gap")


def test_partners_write_and_what_they_type_is_saved(opened: Opened, people: People, network: str) -> None:
    page = opened("secchia").open(f"{network}proposal/")
    page.locator("main a[href*='/proposal/novita/']").first.click()
    page.get_by_role("textbox", name="Novelty").fill(TEXT)
    expect(page.locator("[data-w=status]")).to_contain_text("Saved at", timeout=15_000)
    expect(page.locator("[data-w=characters]")).to_have_text(str(len(TEXT)))
    judged(page)
    assert TEXT in done(people("estense").get(f"{network}proposal/")).text
    for name in ("secchia", "estense"):
        answer_role(people(name), network)


def test_each_partner_enters_its_costs_and_the_grant_is_half(opened: Opened, people: People, network: str) -> None:
    lead = people("novamed")
    for title, first, last in [("Design", "1", "6"), ("Tests", "7", "12")]:
        new = f"{network}plan/packages/new/"
        me = lead.get(new).page.find("option", string=re.compile("Novamed"))["value"]
        done(lead.fill(new, title=title, aim="One part.", starts_month=first, ends_month=last, lead=me))
    for name, staff in STAFF.items():
        visit = opened(name) if name == "novamed" else None
        edit = own(people(name), f"{network}budget/", r"/budget/\d+/")
        if visit is None:
            field = people(name).get(edit).page.select_one("main [name$='-staff']")["name"]
            done(people(name).fill(edit, **{field: staff}))
            continue
        page = judged(visit.open(edit.removeprefix("/en")))
        page.get_by_label("WP1, Staff").fill(staff)
        page.get_by_label("WP2, Materials").fill(MATERIALS)
        page.get_by_role("button", name="Save the amounts").click()
        expect(page.locator("body")).to_contain_text("100,000")
    budget = done(lead.get(f"{network}budget/")).text
    assert COST in budget and GRANT in budget


def test_the_checker_says_what_holds_it_up_until_nothing_does(people: People, network: str) -> None:
    lead = people("novamed")
    missing = done(lead.get(f"{network}checks/")).text
    assert "Still to be answered: “Role”." in missing and "Not answered by: Novamed Plast srl." in missing
    assert "3 checks hold it up." in missing
    answer_role(lead, network)
    missing = done(lead.get(f"{network}checks/")).text
    assert "Nothing holds it up" in missing and "To do" in missing
    assert "2 checks hold it up." in missing, "the facilitator's approval and the sign-offs"


def test_the_facilitator_asks_for_changes_and_approves(people: People, administrator: Person, network: str) -> None:
    lead, facilitator = people("novamed"), people("facilitator")
    done(lead.post(f"{network}submit/"))
    told(administrator, "facilitator", network)
    reply_by = next(day for day in (date.today() + timedelta(days=each) for each in range(7, 10)) if day.weekday() < 5)
    done(facilitator.fill(f"{network}request-changes/", reason=CHANGES, reply_by=str(reply_by)))
    told(administrator, "novamed", CHANGES)
    assert CHANGES in done(lead.get(network)).text
    done(lead.fill(f"{network}edit/", idea="A filter that weighs half as much, for the hospitals of Carpi and Modena."))
    done(lead.post(f"{network}submit/"))
    assert "Carpi" in done(facilitator.get(f"{network}review/")).text
    done(facilitator.post(f"{network}approve/", reason=AGREED))
    told(administrator, "estense", AGREED)


def test_a_change_voids_the_sign_offs_and_says_so(people: People, network: str) -> None:
    lead, partner = people("novamed"), people("secchia")
    done(lead.post(f"{network}sign-off/ask/"))
    noticed(partner, "Sign off the proposal “{}”")
    sign_off_everybody(people, network)
    done(lead.post(f"{network}reopen/", reason="The title of a work package was wrong."))
    done(lead.fill(own(lead, f"{network}plan/", r"/plan/packages/\d+/$"), title="Design and spinning"))
    assert "Giulia Baraldi" in noticed(partner, "Sign off again: “{}” has changed")
    assert lead.post(f"{network}send/").status == 409
    done(lead.post(f"{network}submit/"))
    done(people("facilitator").post(f"{network}approve/", reason=AGREED))
    assert lead.post(f"{network}send/").status == 409, "nobody has signed off what it says now"
    sign_off_everybody(people, network)


def test_the_lead_sends_it_and_anyone_can_verify_the_receipt(
    stack: Stack, people: People, administrator: Person, network: str
) -> None:
    lead = people("novamed")
    assert "Nothing is missing." in done(lead.get(f"{network}checks/")).text
    receipt = done(lead.post(f"{network}send/"))
    number = re.fullmatch(rf"/en{network}receipts/([\w-]+)/", receipt.path)[1]
    told(administrator, "secchia", number)
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", receipt.text)[0]
    content = done(lead.get(link(receipt, r"/history/\d+/download/$"))).body

    anyone = stack.visitor()
    verified = done(anyone.fill("/verify/", code=code))
    assert number in verified.text and "Genuine, and it counts." in verified.text
    assert TITLE not in verified.text and "Novamed" not in verified.text
    compared = done(anyone.fill(verified.path, digest=hashlib.sha256(content).hexdigest()))
    assert "This is the proposal, exactly as it was sent." in compared.text
    compared = done(anyone.fill(verified.path, digest=hashlib.sha256(content + b" ").hexdigest()))
    assert "This is not part of what was sent." in compared.text


def test_after_the_deadline_it_is_admitted_and_scored(
    stack: Stack, opened: Opened, people: People, call: str, network: str
) -> None:
    stack.run(LATE.format(call=call))
    admit_and_assign(opened("region"), call, TITLE)
    for evaluator in ("evaluator", "evaluator2"):
        score(opened(evaluator), TITLE, 0.8, declare=True)
    page = judged(opened("region").open(f"/assessment/{call}/panel/"))
    press(page, "Start the assessment")
    press(judged(page), "Start the assessment")
    page = judged(opened("region").open(f"/assessment/{call}/panel/"))
    press(page, "Open a meeting")
    for present in ("Andrea Conti", "Lucia Ferrari"):
        page.get_by_label(present).check()
    press(judged(page), "Open the meeting")
    page = take_the_means(opened("region"), call)
    expect(page.locator("body")).to_contain_text("1 proposal is closed.")


def test_everyone_reads_in_the_ranking_that_it_is_funded(
    opened: Opened, people: People, administrator: Person, call: str, network: str
) -> None:
    rank_and_publish(opened("region"), opened("region2"), call, "1000000")
    row = published_ranking(opened(None), call).get_by_role("row", name=TITLE)
    expect(row).to_contain_text(GRANT)
    expect(row).to_contain_text("Admitted and funded")
    noticed(people("estense"), "Funded: “{}”")
    told(administrator, "novamed", "120.000")
