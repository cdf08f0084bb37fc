"""The selection in a browser: from sent proposals over checks, evaluators and panel to the published ranking."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browsers import Visit, chromium, needs_chromium
from tests.journeys.crawl import AXE, OVERFLOW, RUN_AXE
from tests.journeys.stack import Stack

needs_chromium()
pytestmark = pytest.mark.browser

CALL = f"automazione-del-confezionamento-{date.today().year}"
REASON = "The work plan and the budget of the proposal bear this out."
Opened = Callable[..., Visit]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def opened(browser: Browser, stack: Stack) -> Iterator[Opened]:
    """Windows of people, each opened once."""
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


def judged(page: Page) -> Page:
    """Neither axe nor a telephone's width objects."""
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == [], page.url
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(OVERFLOW) <= 0, f"{page.url} is wider than a telephone"
    page.set_viewport_size({"width": 1280, "height": 900})
    return page


def press(page: Page, words: str) -> None:
    """The button or link of these words in the page's own part, or in its head."""
    target = page.get_by_role("button", name=words, exact=True).or_(page.get_by_role("link", name=words, exact=True))
    target.first.click()


def check(page: Page, stage: str, *, not_met: str = "") -> None:
    """Tick every line of a stage as met, or the first one as not met with its reason."""
    section = page.locator(f"section[aria-labelledby={stage}]")
    for radio in section.locator("input[type=radio][value=met]").all():
        radio.check(force=True)
    if not_met:
        section.locator("input[type=radio][value=not_met]").first.check(force=True)
        section.locator("textarea").first.fill(not_met)
    press(page, f"Save the {stage} checks")


def proposal(visit: Visit, title: str) -> Page:
    page = visit.open(f"/assessment/{CALL}/")
    page.get_by_role("link", name=title, exact=True).first.click()
    return page


def score(visit: Visit, title: str, share: float, *, declare: bool) -> None:
    """Declare no conflict, give that share of each criterion's points, hand in."""
    page = visit.open("/evaluations/")
    page.get_by_role("link", name=re.compile(title)).first.click()
    if declare:
        page.locator("input[type=radio][value=none]").check(force=True)
        press(judged(page), "Declare")
        visit.open("/evaluations/").get_by_role("link", name=re.compile(title)).first.click()
    for field in page.locator("input.dn-points").all():
        weight = int(re.search(r"to (\d+)", page.locator(f"label[for={field.get_attribute('id')}]").inner_text())[1])
        field.fill(str(round(weight * share)))
    for field in page.locator("textarea").all():
        field.fill(REASON)
    press(judged(page), "Save, and check before handing in")
    press(judged(page), "Hand in")


def test_proposals_are_checked_admitted_and_assigned(opened: Opened) -> None:
    region = opened("region")
    page = judged(proposal(region, "Robot Gentile"))
    press(page, "Go through the checklists")
    check(page, "formal")
    check(page, "substantive")
    press(judged(page), "Admit to evaluation")
    press(page, "Admit to evaluation")
    press(page, "See the evaluators")
    for evaluator in ("Andrea Conti", "Lucia Ferrari"):
        page.get_by_role("button", name=f"Assign {evaluator}").click()
    judged(page)

    page = proposal(region, "Etichetta Parlante")
    press(page, "Go through the checklists")
    check(page, "formal", not_met="Two partners have not signed this version off.")
    press(page, "Exclude")
    page.locator("textarea").first.fill("Two partners have not signed this version off.")
    judged(page).locator("main button[type=submit]").last.click()
    expect(page.locator("body")).to_contain_text("Excluded")


def test_two_evaluators_declare_and_score(opened: Opened) -> None:
    first, second = opened("evaluator"), opened("evaluator2")
    score(first, "Robot Gentile", 0.8, declare=True)
    score(first, "Confezione Fredda", 0.7, declare=True)
    score(first, "Visione Doppia", 0.75, declare=False)
    score(second, "Robot Gentile", 0.8, declare=True)
    score(second, "Confezione Fredda", 0.7, declare=False)


def test_the_panel_agrees(opened: Opened) -> None:
    region = opened("region")
    page = judged(region.open(f"/assessment/{CALL}/panel/"))
    press(page, "Take the means where all agree")
    press(judged(page), "Take the means")
    expect(page.locator("body")).to_contain_text("3 proposals are closed.")
    page.get_by_role("link", name="Linea Flessibile").click()
    page.locator("textarea").first.fill("The pilot line is shown to work in the annex.")
    press(judged(page), "Save the points")
    press(judged(page), "Close the proposal")
    expect(page.locator("body")).to_contain_text("is evaluated")
    judged(region.open(f"/assessment/{CALL}/calibration/"))
    # A member of the panel reads numbers instead of names.
    page = opened("evaluator").open(f"/assessment/{CALL}/panel/")
    page.get_by_role("link", name="Robot Gentile").click()
    expect(judged(page).locator("main")).to_contain_text("Evaluator 2")
    expect(page.locator("main")).not_to_contain_text("Lucia Ferrari")


def test_one_person_drafts_the_ranking_another_publishes_it_everyone_reads_it(opened: Opened) -> None:
    region, second, visitor = opened("region"), opened("region2"), opened(None)
    page = judged(region.open(f"/assessment/{CALL}/ranking/"))
    press(page, "Make a draft")
    page.get_by_label("Budget (EUR)").fill("1000000")
    press(judged(page), "Make the draft")
    expect(judged(page).locator("main")).to_contain_text("a second person of the Region publishes it")

    page = judged(second.open("/desk/"))
    page.get_by_role("link", name="Read the draft").first.click()
    press(judged(page), "Publish")
    press(judged(page), "Publish the ranking")
    expect(page.locator("body")).to_contain_text("The ranking is published.")
    press(page, "Compute again")
    expect(judged(page).locator("main")).to_contain_text("It comes out the same.")

    page = visitor.open(f"/calls/{CALL}/")
    page.get_by_role("link", name="Ranking and list of exclusions").click()
    main = judged(page).locator("main")
    expect(main).to_contain_text("The budget of")
    expect(main).to_contain_text("Etichetta Parlante")
    expect(main).to_contain_text("Two partners have not signed this version off.")
