"""The selection in a browser: from sent proposals over checks, evaluators and panel to the published ranking."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browsers import chromium, needs_chromium, windows
from tests.journeys.stack import Stack
from tests.journeys.steps import (
    Opened,
    admit_and_assign,
    check,
    judged,
    press,
    proposal,
    published_ranking,
    rank_and_publish,
    score,
    take_the_means,
)

needs_chromium()
pytestmark = pytest.mark.browser

CALL = f"automazione-del-confezionamento-{date.today().year}"
NOT_SIGNED = "Two partners have not signed this version off."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def opened(browser: Browser, stack: Stack) -> Iterator[Opened]:
    with windows(browser, stack) as visit:
        yield visit


def test_proposals_are_checked_admitted_and_assigned(opened: Opened) -> None:
    region = opened("region")
    admit_and_assign(region, CALL, "Robot Gentile")

    page = proposal(region, CALL, "Etichetta Parlante")
    press(page, "Go through the checklists")
    check(page, "formal", not_met=NOT_SIGNED)
    press(page, "Exclude")
    page.locator("textarea").first.fill(NOT_SIGNED)
    press(judged(page), "Show as published")
    expect(judged(page).locator("main")).to_contain_text(NOT_SIGNED)
    page.get_by_role("button", name="Exclude", exact=True).click()
    expect(page.locator("body")).to_contain_text("Rejected. Every member of the network gets a message")


def test_two_evaluators_declare_and_score(opened: Opened) -> None:
    first, second = opened("evaluator"), opened("evaluator2")
    score(first, "Robot Gentile", 0.8, declare=True)
    score(first, "Confezione Fredda", 0.7, declare=True)
    score(first, "Visione Doppia", 0.75, declare=False)
    score(second, "Robot Gentile", 0.8, declare=True)
    score(second, "Confezione Fredda", 0.7, declare=False)


def test_the_panel_agrees(opened: Opened) -> None:
    region = opened("region")
    page = take_the_means(region, CALL)
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
    rank_and_publish(opened("region"), opened("region2"), CALL, "1000000")
    main = published_ranking(opened(None), CALL).locator("main")
    expect(main).to_contain_text("The budget of")
    expect(main).to_contain_text("Etichetta Parlante")
    expect(main).to_contain_text(NOT_SIGNED)
