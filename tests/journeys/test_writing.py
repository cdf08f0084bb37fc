"""Two windows write one text of a proposal in Chromium: autosave, both texts, signed out and back; nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.browsers import Visit, chromium, needs_chromium
from tests.journeys.crawl import AXE, RUN_AXE
from tests.journeys.stack import PASSWORD, Person, Stack

needs_chromium()
pytestmark = pytest.mark.browser

TEXT = "Più 😀 sensori\u00a0qui\nnuova riga"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def address(stack: Stack) -> str:
    """The editor of a text, made empty, of a network that the enterprise may write for."""
    person = stack.person("estense")
    forming = person.get("/networks/?state=forming&format=json").json()["results"]
    pages = [person.get(f"/networks/{row['id']}/proposal/").page for row in forming]
    links = [a["href"].removeprefix("/en") for page in pages for a in page.select("main a[href*='/proposal/']")]
    found = next(link for link in links if re.search(r"/proposal/[a-z-]+/$", link))
    version = person.get(found).page.select_one("[name=version]")["value"]
    person.post(found, text="", version=version)
    return found


@pytest.fixture
def window(browser: Browser, stack: Stack) -> Iterator:
    """A new window of the lead; refused requests are part of this story, so complaints are not judged."""
    visits: list[Visit] = []

    def open_window() -> Visit:
        visits.append(Visit(browser, stack, "estense"))
        return visits[-1]

    yield open_window
    for visit in visits:
        visit.close()


def saved(page: Page) -> None:
    page.locator("[data-w=status]", has_text="Saved at").wait_for(timeout=20_000)


def test_what_is_typed_is_saved_and_counted_as_the_server_counts(window, address: str) -> None:
    page = window().open(address)
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.ok) as waited:
        page.fill("textarea[name=text]", TEXT)
    saved(page)
    assert int(page.inner_text("[data-w=characters]")) == waited.value.json()["characters"] == 28
    assert page.inner_text("[data-w=words]") == "6"
    page.reload()
    assert page.input_value("textarea[name=text]") == TEXT
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == []


def test_the_second_window_gets_both_texts_and_nothing_is_overwritten(window, address: str) -> None:
    first, second = window().open(address), window().open(address)
    first.fill("textarea[name=text]", "The first window was quicker.")
    saved(first)
    second.fill("textarea[name=text]", "The second window was slower.")
    second.locator("[data-w=stale]").wait_for(timeout=20_000)
    second.get_by_role("button", name="Compare both texts").click()
    second.wait_for_load_state()
    words = second.inner_text("main")
    assert "The first window was quicker." in words and "The second window was slower." in words
    second.evaluate(AXE)
    assert second.evaluate(RUN_AXE) == []
    first.reload()
    assert first.input_value("textarea[name=text]") == "The first window was quicker."


def test_whoever_is_signed_out_keeps_the_text_and_goes_on_after_signing_in_elsewhere(window, address: str) -> None:
    visit = window()
    page = visit.open(address)
    page.wait_for_load_state("networkidle")
    visit.context.clear_cookies()
    page.fill("textarea[name=text]", "Typed after the session had ended.")
    page.get_by_role("dialog", name="You are signed out").wait_for(timeout=20_000)
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == []
    other = visit.context.new_page()
    other.goto(f"{visit.stack.url}/en/accounts/login/")
    other.fill("input[name=login]", "estense@demo.example")
    other.fill("input[name=password]", PASSWORD)
    other.click("main button[type=submit]")
    other.wait_for_url("**/desk/")
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    saved(page)
    assert page.input_value("textarea[name=text]") == "Typed after the session had ended."


def test_the_end_of_the_session_is_said_five_minutes_before_and_put_off(window, address: str) -> None:
    visit = window()
    left = {"seconds": 302}

    def as_if_near_its_end(route) -> None:
        if route.request.method == "POST":
            left["seconds"] = 3600
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | left)

    visit.context.route("**/accounts/session/", as_if_near_its_end)
    page = visit.open(address)
    warning = page.get_by_role("dialog", name="You will be signed out soon")
    warning.wait_for(timeout=20_000)
    assert "ends in 5 min" in warning.inner_text()
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == []
    page.get_by_role("button", name="Stay signed in").click()
    warning.wait_for(state="hidden")
    assert left["seconds"] == 3600


def test_what_the_server_never_got_is_offered_again(window, address: str) -> None:
    visit = window()
    page = visit.open(address)
    unreachable = lambda route: route.abort() if route.request.method == "POST" else route.continue_()  # noqa: E731
    visit.context.route(f"**{address}", unreachable)
    page.fill("textarea[name=text]", "Only in this browser.")
    page.locator("[data-w=status]", has_text="cannot be reached").wait_for(timeout=20_000)
    page.reload()
    visit.context.unroute(f"**{address}")
    page.get_by_role("button", name="Bring it back").click()
    saved(page)
    assert page.input_value("textarea[name=text]") == "Only in this browser."


def test_without_scripts_the_form_saves(stack: Stack, address: str) -> None:
    person: Person = stack.person("estense")
    version = person.get(address).page.select_one("[name=version]")["value"]
    assert person.post(address, text="Without scripts.", version=version).path.endswith("/proposal/")
    assert "Without scripts." in person.get(address).text
