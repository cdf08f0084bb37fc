"""The portal used by keyboard, with the browser's Back, without scripts, and over a slow line."""

from __future__ import annotations

import gzip
import re
import urllib.request
from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, Route, expect

from tests.journeys.browsers import Visit, chromium, needs_chromium
from tests.journeys.crawl import AXE, OVERFLOW, RUN_AXE
from tests.journeys.stack import Answer, Stack

needs_chromium()
pytestmark = pytest.mark.browser

MAIN_PAGES = {
    None: ["/", "/calls/", "/organisations/", "/projects/", "/events/distretti-day-2026/", "/accounts/login/"],
    "novamed": ["/desk/", "/networks/", "/partners/", "/organisations/novamed-plast-srl/competences/", "/inbox/"],
    "facilitator": ["/facilitator/"],
    "organiser": ["/events/distretti-day-2026/check-in/", "/events/distretti-day-2026/statistics/"],
    "region": ["/region/", "/reports/"],
}
# Who, the list, a filter as (name, value), all by htmx.
LISTS = [
    (None, "/calls/", "status", "closed"),
    (None, "/organisations/", "kind", "university"),
    (None, "/projects/", "district", "packaging"),
    ("novamed", "/networks/", "state", "approved"),
    ("novamed", "/partners/", "competence", "materials.biomaterials"),
    ("organiser", "/events/distretti-day-2026/participants/", "category", "press"),
    ("region", "/region/", "district", "packaging"),
]
# Where the focus is, and whether it shows: Bootstrap Italia's ring is a black shadow of 3 pixels, a field's or a
# summary's an outline of 2. A clickable row shows it for its link, a drawn button for its hidden field.
FOCUS = r"""() => {
  const e = document.activeElement
  if (!e || e === document.body) return null
  const box = e.getBoundingClientRect()
  const row = e.closest('h3') && e.closest('.dn-call')
  const shown = (x) => {
    const c = getComputedStyle(x)
    const clear = /rgba\(0, 0, 0, 0\)|transparent/.test(c.outlineColor)
    const outlined = c.outlineStyle !== 'none' && parseFloat(c.outlineWidth) >= 2 && !clear
    return outlined || /0px 0px 0px [2-9](\.\d+)?px/.test(c.boxShadow)
  }
  // The calendar's button within a date field has the browser's own ring, which a page cannot see.
  const calendar = e.type === 'date' && !e.matches(':focus-visible')
  const ring = calendar || [e, row, e.nextElementSibling, e.parentElement].some((x) => x && shown(x))
  const what = [e.tagName, e.className, e.name, e.textContent.trim().slice(0, 30)].join(' ')
  return { what, ring, size: box.width * box.height }
}"""
KILO = 1000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def stops(page: Page, most: int = 60) -> Iterator[dict]:
    for _stop in range(most):
        page.keyboard.press("Tab")
        where = page.evaluate(FOCUS)
        if where is None:
            return
        yield where


@pytest.mark.parametrize("who", MAIN_PAGES)
def test_every_stop_of_the_tab_key_shows_where_one_is(browser: Browser, stack: Stack, who: str | None) -> None:
    visit = Visit(browser, stack, who)
    hidden = {}
    for path in MAIN_PAGES[who]:
        page = visit.open(path)
        page.evaluate("document.activeElement.blur()")
        seen = list(stops(page))
        assert len(seen) > 8, f"{path}: only {len(seen)} stops"
        if bad := [stop["what"] for stop in seen if not stop["ring"] or stop["size"] == 0]:
            hidden[path] = bad
    visit.close()
    assert hidden == {}


def test_the_first_stop_skips_to_the_content(browser: Browser, stack: Stack) -> None:
    visit = Visit(browser, stack)
    page = visit.open("/calls/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    visit.close()


def test_the_menus_open_and_close_by_keyboard_and_give_the_focus_back(browser: Browser, stack: Stack) -> None:
    visit = Visit(browser, stack, "novamed", width="phone")
    page = visit.open("/desk/")
    account = page.locator("details[data-menu]")
    account.locator("summary").focus()
    page.keyboard.press("Enter")
    assert account.locator("a").first.is_visible()
    page.keyboard.press("Escape")
    assert not account.locator("a").first.is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"

    toggler = page.locator(".custom-navbar-toggler")
    toggler.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#nav1.expanded")
    assert page.evaluate("!!document.activeElement.closest('#nav1')"), "the focus is in the menu"
    page.keyboard.press("Escape")
    expect(page.locator("#nav1")).not_to_have_class(re.compile("expanded"))
    # The plugin gives the focus back when its closing movement has ended.
    expect(toggler).to_be_focused()
    visit.close()


@pytest.mark.parametrize(("who", "path", "name", "value"), LISTS, ids=lambda part: str(part))
def test_a_filter_changes_list_and_address_and_back_returns(
    browser: Browser, stack: Stack, who: str | None, path: str, name: str, value: str
) -> None:
    visit = Visit(browser, stack, who)
    page = visit.open(path)
    heading = page.locator("#results h2, #dashboard h2").first
    before = heading.inner_text()
    field = page.locator(f"main [name={name}]")
    if field.first.evaluate("e => e.tagName") == "SELECT":
        field.select_option(value)
    else:
        page.check(f"main [name={name}][value={value}]")
    page.wait_for_url(f"**{name}={value}**")
    expect(heading).not_to_have_text(before)
    page.go_back()
    expect(heading).to_have_text(before)
    assert page.locator("header.it-header-wrapper").count() == 1, "a whole page, not the bare part"
    assert visit.complaints == []
    visit.close()


def test_on_a_phone_the_filters_are_behind_one_button(browser: Browser, stack: Stack) -> None:
    visit = Visit(browser, stack, width="phone")
    page = visit.open("/calls/?status=closed")
    assert not page.locator(".dn-filterbox").is_visible()
    assert "1" in page.inner_text(".dn-filterbtn .dn-count")
    page.click(".dn-filterbtn")
    page.wait_for_selector(".dn-filterbox.show")
    visit.close()


@pytest.mark.parametrize(("who", "path", "name", "value"), LISTS, ids=lambda part: str(part))
def test_without_scripts_the_same_filter_has_a_button(
    browser: Browser, stack: Stack, who: str | None, path: str, name: str, value: str
) -> None:
    visit = Visit(browser, stack, who, scripts=False, width="phone")
    page = visit.open(path)
    field = page.locator(f"main [name={name}]")
    if field.first.get_attribute("value") is None:
        field.select_option(value)
    else:
        page.check(f"main [name={name}][value={value}]")
    page.click("main form[method=get] [type=submit]")
    page.wait_for_url(f"**{name}={value}**")
    assert page.locator("header.it-header-wrapper").count() == 1
    visit.close()


def test_without_scripts_pages_turn_forms_answer_and_menus_open(browser: Browser, stack: Stack) -> None:
    visit = Visit(browser, stack, "organiser", scripts=False)
    page = visit.open("/events/distretti-day-2026/participants/")
    first = page.inner_text("main tbody th >> nth=0")
    page.click("main a[rel=next]")
    assert page.inner_text("main tbody th >> nth=0") != first
    page.click("main a[rel=prev]")
    assert page.inner_text("main tbody th >> nth=0") == first
    visit.open("/events/distretti-day-2026/check-in/")
    page.fill("main input[name=code]", "0000-0000-00")
    page.click("main form[method=post] button")
    assert page.locator(".dn-result").is_visible()
    page.click("details[data-menu] summary")
    assert page.locator("details[data-menu] a").first.is_visible()
    visit.close()


def test_a_failed_registration_says_what_to_do_and_keeps_what_was_typed(browser: Browser, stack: Stack) -> None:
    visit = Visit(browser, stack, width="phone")
    page = visit.open("/events/distretti-day-2026/")
    assert page.locator("main input[type=checkbox]:checked").count() == 0, "no box is ticked beforehand"
    page.fill("input[name=given_name]", "Giulia")
    page.fill("input[name=email]", "giulia.baraldi@novamed")
    page.click("main form[method=post] button[type=submit]")
    page.wait_for_selector(".dn-errsum")
    assert page.input_value("input[name=given_name]") == "Giulia"
    assert page.title().startswith("Error:")
    assert page.evaluate("document.activeElement.classList.contains('dn-errsum')"), "the summary has the focus"
    visit.close()


def answers_to_faults(stack: Stack) -> Iterator[tuple[str, bytes]]:
    """Pages that no link leads to: the errors, as the portal answers them or as their templates stand."""
    novamed = stack.person("novamed")
    yield "403", novamed.get("/region/").body
    yield "404", novamed.get("/nothing-here/").body
    slug = novamed.get("/calls/?status=closed&format=json").json()["results"][0]["slug"]
    yield "409", novamed.post(f"/calls/{slug}/interest/").body
    yield "422", stack.person("region").post("/reports/").body
    for name in ("400", "500"):
        yield name, render_to_string(f"{name}.html").encode()


def test_every_error_page_is_whole_and_has_a_way_on(browser: Browser, stack: Stack) -> None:
    visit = Visit(browser, stack)
    bodies = dict(answers_to_faults(stack))

    def answer(route: Route) -> None:
        name = route.request.url.rstrip("/").rpartition("-")[2]
        route.fulfill(body=bodies[name], content_type="text/html")

    visit.page.route("**/en/answer-*/", answer)
    for name in bodies:
        page = visit.open(f"/answer-{name}/")
        assert page.locator("main :is(a[href], button)").count() >= 1, f"{name} leads nowhere"
        assert page.locator("h1").count() == 1, name
        page.evaluate(AXE)
        for width in (1280, 390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(OVERFLOW) <= 0, f"{name} is too wide at {width}"
        assert page.evaluate(RUN_AXE) == [], name
    visit.close()


# --- What a page weighs (gzip, first visit) ------------------------------------------------------------------------


def linked(answer: Answer) -> dict[str, list[str]]:
    """Addresses of the page's files, by kind."""
    page = answer.page
    return {
        "css": [link["href"] for link in page.select("link[rel=stylesheet]")],
        "js": [script["src"] for script in page.select("script[src]")],
        "images": [image["src"] for image in page.select("img[src]") if not image["src"].startswith("data:")],
        "icons": sorted({use["href"].partition("#")[0] for use in page.select("svg use[href]")}),
    }


def fetched(stack: Stack, address: str) -> bytes:
    """A static file as a browser gets it."""
    request = urllib.request.Request(stack.url + address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.read()


def fonts_of(stack: Stack, style: str) -> list[str]:
    """The fonts of ordinary text: italics are rare, and fetched only where there are some."""
    with urllib.request.urlopen(stack.url + style, timeout=10) as response:
        named = re.findall(r'url\("?([^)"]+woff2)', response.read().decode())
    return sorted({urljoin(style, font) for font in named if "italic" not in font})


@pytest.mark.parametrize("who", MAIN_PAGES)
def test_a_page_weighs_no_more_than_its_budget(stack: Stack, who: str | None) -> None:
    """Budget of a first visit: CSS 60 kB, JS 45 kB (50 more to check in), fonts 60, HTML 25, all 200 in 14 requests."""
    person = stack.person(who) if who else stack.visitor()
    for path in MAIN_PAGES[who]:
        answer = person.get(path)
        files = linked(answer)
        files["fonts"] = fonts_of(stack, files["css"][-1])
        weighs = {kind: sum(len(fetched(stack, address)) for address in some) for kind, some in files.items()}
        weighs["html"] = len(gzip.compress(answer.body, 6))
        extra = 50 if "check-in" in path else 0
        bounds = {"css": 60, "js": 45 + extra, "fonts": 60, "html": 25}
        too_heavy = {kind: weighs[kind] for kind, most in bounds.items() if weighs[kind] > most * KILO}
        assert too_heavy == {}, path
        assert sum(weighs.values()) <= (200 + extra) * KILO, f"{path}: {weighs}"
        assert 1 + sum(map(len, files.values())) <= 14, f"{path}: {files}"
        print(path, {kind: round(size / KILO, 1) for kind, size in weighs.items()}, 1 + sum(map(len, files.values())))
