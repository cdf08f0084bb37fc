"""Opens every page that somebody may see, once, in a real browser, and collects what is wrong with it.

The way through the portal is a reader's: from the first pages along every link. Each route is opened once for each
person and language; the same page is then made narrower instead of being loaded again.
"""

from __future__ import annotations

import os
import re
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from django.utils import translation
from playwright.sync_api import Browser

from district_portal import embedded
from tests.journeys.browsers import Visit
from tests.journeys.stack import Stack

AXE = (Path(__file__).resolve().parents[1] / "vendor" / "axe-core" / "axe.min.js").read_text()
RUN_AXE = """async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  const found = await axe.run(document, { runOnly: tags, resultTypes: ['violations'], reporter: 'no-passes' })
  return found.violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(' ')).slice(0, 3)}`)
}"""
# What axe judges, without the words: pages that differ in their words only are the same page to it. The frame around
# the content is another part: it depends on the person, and hardly on the page.
SHAPES = """() => {
  const marks = (names) => (e) => [e.tagName, ...names.map((name) => e.getAttribute(name))].join()
  const shape = (all, names) => all.map(marks(names)).filter((mark, i, marks) => mark !== marks[i - 1]).join(' ')
  const [frame, main] = ['body > :not(main) *', 'main *'].map((where) => [...document.querySelectorAll(where)])
  return [shape(frame, ['role']), shape(main, ['class', 'role', 'aria-hidden'])]
}"""
EMPTY_THE_FORM = """() => {
  const inputs = 'input:not([type=hidden]):not([type=checkbox]):not([type=radio]), textarea'
  const form = [...document.querySelectorAll('main form[method=post]')].find((f) => f.querySelector(inputs))
  if (!form) return false
  form.dataset.empty = ''
  form.querySelectorAll(inputs).forEach((e) => { e.value = '' })
  return true
}"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LINKS = "all => all.map(a => a.href)"

WIDTHS = {1280: 900, 390: 844, 320: 700}
LOOKED_AT_BY_AXE = (1280, 390)
FILES = {
    "account_session",
    "calls:document",
    "calls:documents_zip",
    "opendata_calls_csv",
    "opendata_calls_json",
    "opendata_calls_jsonld",
    "opendata_import_schema",
    "publishing:import_report",
    "projects:attachment",
    "projects:budget_file",
    "projects:paper_download",
    "projects:version_download",
    "assessment:attachment",
    "assessment:evaluation_attachment",
    "tickets:ics",
    "events:calendar",
    "calls_feed",
    "calls_calendar",
    "call_calendar",
    "personal_calendar",
    "reports:download",
}
# Who sees a route's pages in every state opens all of them.
EVERY_ONE = {("facilitator", "projects:network_detail")}
NOTHING = "?q=nothing-like-this"  # a list without results looks different
# Forms that are also sent empty, to see their errors.
FAULTY = {
    "account_signup", "account_login", "account_reset_password", "account_change_password", "account_profile",
    "account_reset_password_from_key", "events:register", "projects:network_new", "projects:network_edit",
    "projects:network_request_changes", "projects:network_refuse", "enterprises:new", "enterprises:edit",
    "enterprises:people", "events:checkin",
    "calls:question_ask", "calls:question_answer",
}  # fmt: skip


@dataclass
class Findings:
    opened: dict[str, list[str]] = field(default_factory=dict)
    """Route: the addresses opened."""
    wrong: list[str] = field(default_factory=list)
    looks: int = 0
    """Runs of axe."""

    def __add__(self, other: Findings) -> Findings:
        return Findings(other.opened | self.opened, self.wrong + other.wrong, self.looks + other.looks)


class Crawl(Visit):
    """The way of one person in one language. `shapes`: pages that axe has seen, shared by the crawls of a browser."""

    def __init__(self, browser: Browser, stack: Stack, who: str | None, language: str, shapes: set[tuple]) -> None:
        super().__init__(browser, stack, who, language=language)
        self.shapes, self.findings = shapes, Findings()

    def run(self, starts: list[str], only: set[str] | None = None) -> Findings:
        """Look at all that can be reached from the addresses `starts` (without language); `only`: these routes."""
        waiting = deque(f"/{self.language}{path}" for path in starts)
        seen: set[str] = set()
        while waiting:
            path = waiting.popleft()
            name = route_of(path)
            key = path if (self.who, name) in EVERY_ONE else f"{name}{NOTHING if NOTHING in path else ''}"
            if name is None or key in seen or (only and name not in only):
                continue
            seen.add(key)
            self._open(path, name)
            waiting.extend(internal([self.page.url], self.stack.url, self.language))
            waiting.extend(internal(self.page.eval_on_selector_all("a[href]", LINKS), self.stack.url, self.language))
        self.close()
        return self.findings

    def _open(self, path: str, name: str) -> None:
        answer = self.page.goto(self.stack.url + path)
        assert answer is not None
        arrived = route_of(self.page.url)
        if arrived == name and answer.status == 200:
            self.findings.opened.setdefault(name, []).append(path)
        if answer.status >= 500 or (answer.status == 404 and "nothing-here" not in path):
            self.findings.wrong.append(f"{path}: answers {answer.status}")
        if arrived != name:
            return  # led elsewhere, for example to the sign-in: that page has its turn by its own address
        self._look(path, name)
        if name in FAULTY and ("empty", name, self.language) not in self.shapes and self.page.evaluate(EMPTY_THE_FORM):
            self.shapes.add(("empty", name, self.language))
            self._send_empty(path, name)

    def _send_empty(self, path: str, name: str) -> None:
        button = self.page.locator("form[data-empty] :is([type=submit], button:not([type]))").first
        answered = self.page.expect_response(lambda response: response.request.method == "POST")
        with answered as sent:
            if self.page.locator("form[data-empty][hx-post]").count():
                button.click()
                self.page.wait_for_selector("[aria-invalid=true], .dn-errsum, .dn-result")
            else:
                with self.page.expect_navigation():
                    button.click()
        if sent.value.status not in (200, 422):
            self.findings.wrong.append(f"{path}: an empty form is answered with {sent.value.status}")
        self._look(f"{path} (sent empty)", f"{name} with errors")
        self.page.goto(self.stack.url + path)

    def _look(self, path: str, name: str) -> None:
        """Judge the page as it stands, at each width."""
        frame, main = self.page.evaluate(SHAPES)
        parts = {("frame", self.language, frame), (name, self.language, main)}
        known = parts <= self.shapes
        self.shapes |= parts
        for width, height in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            if (over := self.page.evaluate(OVERFLOW)) > 0:
                self._wrong(path, width, f"{over} pixels too wide")
            if width in LOOKED_AT_BY_AXE and not known:
                self._axe(path, width)
            self._shoot(path, width)
        self.page.set_viewport_size({"width": 1280, "height": WIDTHS[1280]})
        for words in self.complaints:
            if "the server responded with a status of 4" not in words:
                self._wrong(path, 0, words)
        self.complaints.clear()

    def _axe(self, path: str, width: int) -> None:
        if width == LOOKED_AT_BY_AXE[0]:
            self.page.evaluate(AXE)  # from outside of the page: its content security policy stays as it is
        self.findings.looks += 1
        for words in self.page.evaluate(RUN_AXE):
            self._wrong(path, width, words)

    def _wrong(self, path: str, width: int, words: str) -> None:
        self.findings.wrong.append(f"{path} as {self.who or 'visitor'} at {width}: {words}")

    def _shoot(self, path: str, width: int) -> None:
        if os.environ.get("SCREENSHOTS", "0") == "1" and width in LOOKED_AT_BY_AXE:
            folder = embedded.var_dir() / "screenshots"
            folder.mkdir(parents=True, exist_ok=True)
            name = re.sub(
                r"[0-9a-f]{8}-[0-9a-f-]{27}", lambda found: found[0][:8], path.removeprefix(f"/{self.language}/")
            )
            name = re.sub(r"[^\w]+", "-", name).strip("-") or "home"
            target = folder / f"{self.who or 'visitor'}-{name[:80]}-{self.language}-{width}.png"
            self.page.screenshot(path=target, full_page=True)


def route_of(path: str) -> str | None:
    """Name of the page's route; None: no page of the portal's own (a file, the administration, nothing)."""
    try:
        with translation.override(urlsplit(path).path.split("/")[1]):
            name = resolve(urlsplit(path).path).view_name
    except Resolver404:
        return path if "nothing-here" in path else None
    return None if name in FILES or name.startswith("admin:") else name


def internal(links: list[str], portal: str, language: str) -> list[str]:
    """Addresses of the portal's own pages in the language, without the place within the page, files left out."""
    found = []
    for link in links:
        parts = urlsplit(link)
        if link.startswith(f"{portal}/{language}/") and "format=" not in parts.query:
            found.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return found
