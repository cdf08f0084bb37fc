"""Chromium for the journeys, and people who use the portal with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys.stack import PASSWORD, Stack

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
WIDTHS = {"wide": (1280, 900), "phone": (390, 844)}


def needs_chromium() -> None:
    """To be called at the top of a module: leaves it out where there is no Chromium and none is required."""
    if CHROMIUM is None and os.environ.get("REQUIRE_BROWSER", "0") != "1":
        reason = "no Chromium on this machine (REQUIRE_BROWSER=1 makes that a failure)"
        pytest.skip(reason, allow_module_level=True)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield running
        running.close()


class Visit:
    """Somebody's window: the page in it, and everything that the browser complained about."""

    def __init__(
        self,
        browser: Browser,
        stack: Stack,
        who: str | None = None,
        *,
        language: str = "en",
        width: str = "wide",
        scripts: bool = True,
    ) -> None:
        x, y = WIDTHS[width]
        self.stack, self.who, self.language = stack, who, language
        self.context = browser.new_context(
            viewport={"width": x, "height": y}, locale=language, reduced_motion="reduce", java_script_enabled=scripts
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: said.type in ("error", "warning") and self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if who:
            self._sign_in(who)

    def open(self, path: str) -> Page:
        """Open the address, given without language."""
        self.page.goto(f"{self.stack.url}/{self.language}{path}")
        return self.page

    def close(self) -> None:
        self.context.close()

    def _sign_in(self, who: str) -> None:
        self.open("/accounts/login/")
        self.page.fill("input[name=login]", f"{who}@demo.example")
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url("**/desk/")


@contextmanager
def windows(browser: Browser, stack: Stack) -> Iterator[Callable[[str | None], Visit]]:
    """Gives the window of an account, or of a visitor, each opened once. At the end none may have complained."""
    visits: dict[str | None, Visit] = {}

    def visit(who: str | None) -> Visit:
        if who not in visits:
            visits[who] = Visit(browser, stack, who)
        return visits[who]

    yield visit
    complaints = [words for each in visits.values() for words in each.complaints]
    for each in visits.values():
        each.close()
    assert complaints == []
