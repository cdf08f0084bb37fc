"""A call from its draft to the enterprise that does not miss it: two of the Region's staff, a firm, a facilitator.

In Chromium, against a running portal with its workers; the tests of this file go on where the one before stopped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.error import HTTPError
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browsers import Visit, chromium, needs_chromium
from tests.journeys.stack import Person, Stack, eventually, mail_to

needs_chromium()
pytestmark = pytest.mark.browser

SLUG = "filtrazione-del-sangue"
TITLE_IT, TITLE_EN = "Filtrazione del sangue di nuova qualità", "New ways of filtering blood"
PLAIN = "For networks of at least three enterprises of the district. Half of the cost is paid. Hand in by the deadline."
QUESTION = "Can a laboratory of another region take part?"
ANSWER = "Yes, as a partner that bears its own cost."
ROME = ZoneInfo("Europe/Rome")
CLOCK = 90
"""Seconds within which beat's hint has reached a worker that looks at the clock."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def opened(browser: Browser, stack: Stack) -> Iterator:
    """`opened(name, language)`: somebody's window, closed after the test, which may not have complained."""
    visits: list[Visit] = []

    def open_for(name: str | None, language: str = "en") -> Visit:
        visits.append(Visit(browser, stack, name, language=language))
        return visits[-1]

    yield open_for
    for visit in visits:
        visit.close()
    assert [visit.complaints for visit in visits] == [[] for _visit in visits]


def moment(days: int, hour: int) -> str:
    """As the browser's field for a moment wants it."""
    return (datetime.now(ROME) + timedelta(days=days)).strftime(f"%Y-%m-%dT{hour:02}:00")


def send(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_load_state()


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def read_mail(administrator: Person, name: str, words: str) -> str:
    """The text of the newest mail to an account of the demonstration, once a worker has sent it."""
    found = eventually(lambda: mail_to(administrator, f"{name}@demo.example", words), seconds=CLOCK)
    assert found
    return found


def test_an_enterprise_saves_a_search_that_finds_nothing_yet(opened) -> None:
    page = opened("novamed", "it").open("/calls/?status=all&q=" + quote("filtrazione"))
    page.locator("a[href*='/alerts/searches/new/']").first.click()
    page.check("[name=frequency][value=at_once]")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state()
    assert "filtrazione" in page.locator("main").inner_text()


def test_the_region_writes_a_call_and_a_second_person_publishes_it(opened) -> None:
    page = opened("region").open("/publishing/new/")
    for name, value in {
        "title_it": TITLE_IT, "title_en": TITLE_EN, "slug": SLUG,
        "summary_it": "Contributi a reti che filtrano il sangue in modo nuovo.",
        "summary_en": "Grants for networks that filter blood in a new way.",
        "body_it": "Il bando finanzia prototipi e prove.", "body_en": "The call pays for prototypes and tests.",
        "plain_it": "Per reti di almeno tre imprese.", "plain_en": PLAIN,
        "opens_at": moment(-1, 9), "closes_at": moment(20, 13), "questions_until": moment(10, 13),
    }.items():  # fmt: skip
        page.fill(f"[name={name}]", value)
    page.select_option("select[name=programme]", label="District networks")
    page.select_option("select[name=facilitator]", label="Marco Ferri")
    page.get_by_label("Biomedical and prosthetic").check()
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(f"**/publishing/{SLUG}/**")

    page.goto(page.url.split("/publishing/")[0] + f"/publishing/{SLUG}/rules/minimum_members/")
    page.fill("[name=fewest]", "3")
    send(page, "Save the rule")

    page.goto(page.url.split("/publishing/")[0] + f"/publishing/{SLUG}/ask/")
    page.check("[name=target][value=published]")
    send(page, "Ask for approval")

    reader = opened("region2").open(f"/publishing/{SLUG}/")
    reader.get_by_role("link", name="Approve", exact=True).click()
    reader.wait_for_load_state()
    reader.locator("main form button[type=submit]").last.click()
    reader.wait_for_load_state()
    assert "Open" in reader.locator(".dn-eyebrow").first.inner_text()


def test_the_saved_search_tells_of_it_in_italian(administrator: Person) -> None:
    text = read_mail(administrator, "novamed", "filtrazione")
    assert TITLE_IT in text
    assert f"/it/calls/{SLUG}/" in text
    assert re.search(r"/alerts/off/[\w-]+/", text), "one click switches the search off"


def test_the_enterprise_understands_it_follows_it_and_says_that_it_is_interested(opened) -> None:
    visit = opened("novamed")
    page = visit.open(f"/calls/?q={quote('filtering')}")
    assert page.locator("#results mark").first.inner_text().lower() == "filtering"
    page.get_by_role("link", name=TITLE_EN).click()
    assert PLAIN in page.locator("main").inner_text()
    result = page.locator("#eligibility-result")
    assert "0 of 1" in result.inner_text(), "one organisation is no network of three"
    page.locator("#eligibility input[value=yes]").check()
    expect(result).not_to_contain_text("0 of 1")
    send(page, "Follow")
    assert page.get_by_role("button", name="Unfollow").is_visible()
    page.goto(page.url)
    send(page, "I'm interested")
    assert "Registered on" in page.locator("#interest").inner_text()


def test_a_question_is_answered_for_all_to_read(opened, administrator: Person) -> None:
    page = opened("novamed").open(f"/calls/{SLUG}/questions/ask/")
    page.fill("[name=text]", QUESTION)
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state()

    desk = opened("facilitator").open(f"/calls/{SLUG}/questions/waiting/")
    desk.get_by_role("link", name=re.compile("^Answer")).first.click()
    for name, value in {
        "question_it": "Può partecipare un laboratorio di un'altra regione?", "question_en": QUESTION,
        "answer_it": "Sì, come partner a proprie spese.", "answer_en": ANSWER,
    }.items():  # fmt: skip
        desk.fill(f"[name={name}]", value)
    send(desk, "Publish the answer")

    public = opened(None).open(f"/calls/{SLUG}/questions/")
    assert ANSWER in public.locator("main").inner_text()
    assert "Baraldi" not in public.content(), "who asked is nobody's business"
    assert "Sì, come partner" in read_mail(administrator, "novamed", "domanda")


def test_a_moved_deadline_is_a_version_that_everyone_sees_and_hears_of(opened, administrator: Person) -> None:
    page = opened("region").open(f"/publishing/{SLUG}/deadline/")
    page.fill("[name=closes_at]", moment(40, 13))
    page.fill("[name=note]", "The laboratories asked for more time.")
    send(page, "Move the deadline")

    public = opened(None).open(f"/calls/{SLUG}/versions/2/")
    assert public.locator("main ins").count() >= 1 and public.locator("main del").count() >= 1
    assert "more time" in public.locator("main").inner_text()
    assert "more time" in read_mail(administrator, "novamed", "Novità")


def test_a_private_calendar_holds_its_deadline_until_it_is_revoked(opened, stack: Stack) -> None:
    visit = opened("novamed")
    page = visit.open("/alerts/")
    page.locator("form[action*='/alerts/calendar/'] button").first.click()
    page.wait_for_load_state()
    address = re.search(r"/calendars/[\w-]+\.ics", page.content())
    assert address
    reader = stack.visitor().opener
    calendar = reader.open(stack.url + address[0], timeout=30).read().decode().replace("\r\n ", "")
    assert TITLE_EN in calendar or TITLE_IT in calendar

    page = visit.open("/alerts/calendar/revoke/")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state()
    with pytest.raises(HTTPError, match="404"):
        reader.open(stack.url + address[0], timeout=30)
