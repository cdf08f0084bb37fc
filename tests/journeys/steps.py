"""Steps of the journeys in Chromium that several of them take: looking closely at a page, and the selection."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.browsers import Visit
from tests.journeys.crawl import AXE, OVERFLOW, RUN_AXE

REASON = "The work plan and the budget of the proposal bear this out."
Opened = Callable[[str | None], Visit]
"""Gives the window of an account, or of a visitor; each is opened once."""


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


def proposal(visit: Visit, call: str, title: str) -> Page:
    """The Region's page of a proposal, by way of the call's list."""
    page = visit.open(f"/assessment/{call}/")
    page.get_by_role("link", name=title, exact=True).first.click()
    return page


def check(page: Page, stage: str, *, not_met: str = "") -> None:
    """Tick every line of a stage as met, or the first one as not met with its reason."""
    section = page.locator(f"section[aria-labelledby={stage}]")
    for radio in section.locator("input[type=radio][value=met]").all():
        radio.check(force=True)
    if not_met:
        section.locator("input[type=radio][value=not_met]").first.check(force=True)
        section.locator("textarea").first.fill(not_met)
    press(page, f"Save the {stage} checks")


def admit_and_assign(region: Visit, call: str, title: str) -> None:
    """Both checklists met, admitted, given to the two evaluators of the demonstration."""
    page = judged(proposal(region, call, title))
    press(page, "Go through the checklists")
    check(page, "formal")
    check(page, "substantive")
    press(judged(page), "Admit to evaluation")
    press(page, "Admit to evaluation")
    press(page, "See the evaluators")
    for evaluator in ("Andrea Conti", "Lucia Ferrari"):
        page.get_by_role("button", name=f"Assign {evaluator}").click()
    judged(page)


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


def take_the_means(region: Visit, call: str) -> Page:
    """The panel follows the evaluators wherever they agree."""
    page = judged(region.open(f"/assessment/{call}/panel/"))
    press(page, "Take the means where all agree")
    press(judged(page), "Take the means")
    return page


def rank_and_publish(region: Visit, second: Visit, call: str, budget: str) -> None:
    """One person drafts the ranking, the other one publishes it."""
    page = judged(region.open(f"/assessment/{call}/ranking/"))
    press(page, "Make a draft")
    page.get_by_label("Budget (EUR)").fill(budget)
    press(judged(page), "Make the draft")
    expect(judged(page).locator("main")).to_contain_text("a second person of the Region publishes it")

    page = judged(second.open("/desk/"))
    page.get_by_role("link", name="Read the draft").first.click()
    press(judged(page), "Publish")
    press(judged(page), "Publish the ranking")
    expect(page.locator("body")).to_contain_text("The ranking is published.")
    press(page, "Compute again")
    expect(judged(page).locator("main")).to_contain_text("It comes out the same.")


def published_ranking(visitor: Visit, call: str) -> Page:
    """As everyone finds it: from the page of the call."""
    page = visitor.open(f"/calls/{call}/")
    page.get_by_role("link", name="Ranking and list of exclusions").click()
    return judged(page)
