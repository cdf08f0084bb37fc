"""The main job in a real browser, wide and on a phone: nothing overflows, nothing is blocked, and scripts only help.

Screenshots go to `var/screenshots/`, to be looked at.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from district_portal import embedded
from tests.journeys.stack import PASSWORD, Stack

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
if CHROMIUM is None and os.environ.get("REQUIRE_BROWSER", "0") != "1":
    pytest.skip("no Chromium on this machine (REQUIRE_BROWSER=1 makes that a failure)", allow_module_level=True)

pytestmark = pytest.mark.browser
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"wide": (1280, 900), "phone": (390, 844), "narrow": (320, 700)}
PAGES = {
    "visitor": [
        "",
        "calls/",
        "calls/?status=all&q=reti",
        "organisations/",
        "projects/",
        "projects/icl/",
        "events/",
        "accounts/login/",
        "accounts/signup/",
        "privacy/",
        "accessibility/",
        "nothing-here/",
    ],
    "novamed": ["desk/", "networks/", "partners/", "inbox/", "organisations/novamed-plast-srl/"],
    "facilitator": ["desk/", "facilitator/", "networks/"],
    "organiser": ["desk/", "events/"],
    "evaluator": ["desk/"],
    "region": ["region/", "reports/", "desk/", "networks/"],
    "admin": ["status/", "status/mail/", "desk/"],
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield running
        running.close()


class Visit:
    """A page opened by somebody, with everything that the browser complained about."""

    def __init__(self, browser: Browser, stack: Stack, width: str, language: str = "en") -> None:
        x, y = WIDTHS[width]
        self.stack, self.width, self.language = stack, width, language
        self.context = browser.new_context(viewport={"width": x, "height": y}, locale=language)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on(
            "console", lambda message: message.type in ("error", "warning") and self.complaints.append(message.text)
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.stack.url}/{self.language}/{path}")
        return self.page

    def sign_in(self, name: str) -> Visit:
        self.open("accounts/login/")
        self.page.fill("input[name=login]", f"{name}@demo.example")
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url("**/desk/")
        return self

    def shoot(self, name: str) -> None:
        folder = embedded.var_dir() / "screenshots"
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{name}-{self.language}-{self.width}.png", full_page=True)

    def overflow(self) -> int:
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en", "it"])
@pytest.mark.parametrize("who", PAGES)
def test_every_page_fits_and_the_browser_has_nothing_to_complain_about(
    browser: Browser, stack: Stack, who: str, language: str, width: str
) -> None:
    visit = Visit(browser, stack, width, language)
    if who != "visitor":
        visit.sign_in(who)
    found = {}
    for path in PAGES[who]:
        visit.open(path)
        visit.shoot(f"{who}-{Path(path.partition('?')[0]).as_posix().replace('/', '-')}")
        if visit.overflow() > 0:
            found[path] = f"{visit.overflow()} pixels too wide"
    visit.context.close()
    refused = [words for words in visit.complaints if "404" not in words]
    assert (found, refused) == ({}, [])


@pytest.mark.parametrize("width", ["wide", "phone"])
def test_filtering_calls_changes_the_list_and_the_address_and_back_returns(
    browser: Browser, stack: Stack, width: str
) -> None:
    visit = Visit(browser, stack, width)
    page = visit.open("calls/")
    before = page.inner_text("#results h2")
    if width == "phone":
        page.click(".dn-filterbtn")
    page.check("input[name=status][value=closed]")
    page.wait_for_url("**status=closed**")
    page.wait_for_function("before => document.querySelector('#results h2').innerText !== before", arg=before)
    page.go_back()
    page.wait_for_function("before => document.querySelector('#results h2')?.innerText === before", arg=before)
    assert page.locator("header.it-header-wrapper").count() == 1, "a whole page, not the bare partial"
    visit.context.close()


@pytest.mark.parametrize("width", ["wide", "phone"])
def test_a_failed_registration_says_what_to_do_and_keeps_what_was_typed(
    browser: Browser, stack: Stack, width: str
) -> None:
    visit = Visit(browser, stack, width)
    page = visit.open("events/")
    page.click("main a:has-text('Distretti Day') >> nth=0")
    assert page.locator("main input[type=checkbox]:checked").count() == 0, "no box is ticked beforehand"
    page.fill("input[name=given_name]", "Giulia")
    page.fill("input[name=email]", "giulia.baraldi@novamed")
    page.click("main form button[type=submit]")
    page.wait_for_selector(".dn-errsum")
    visit.shoot("registration-error")
    assert page.input_value("input[name=given_name]") == "Giulia"
    assert page.title().startswith("Error:")
    assert page.evaluate("document.activeElement.classList.contains('dn-errsum')"), "the summary has the focus"
    visit.context.close()
