"""The chart of a work plan: where its marks stand, and what it says to those who do not see it."""

import re
from datetime import date

import pytest

from projects.models import Deliverable, Milestone, WorkPackage
from projects.panels.gantt import LABELS, PLOT, gantt, month_of


def package(number, starts, ends, milestones=(), deliverables=()):
    """As rows that came with what the chart needs; nothing is in the database."""
    row = WorkPackage(pk=number, number=number, title=f"Part {number}", starts_month=starts, ends_month=ends)
    row._prefetched_objects_cache = {
        "milestones": [Milestone(month=month) for month in milestones],
        "deliverables": [Deliverable(month=month) for month in deliverables],
    }
    return row


def bars(svg):
    """First and last month of each bar, as they are drawn on an axis of 24 months."""
    found = re.findall(r'<rect x="([\d.]+)" y="\d+" width="([\d.]+)" height="15"', svg)
    step = PLOT / 24
    return [(round((float(x) - LABELS) / step) + 1, round((float(x) + float(w) - LABELS) / step)) for x, w in found]


def test_bars_stand_where_their_months_are():
    svg = gantt([package(1, 1, 24), package(2, 7, 12), package(3, 24, 24)], 24, "en")
    assert bars(svg) == [(1, 24), (7, 12), (24, 24)]


def test_a_diamond_for_each_milestone_and_a_circle_for_each_deliverable():
    svg = gantt([package(1, 1, 6, milestones=[3, 6], deliverables=[6])], 24, "en")
    assert (svg.count("<polygon"), svg.count("<circle")) == (2, 1)


def test_it_says_what_it_shows_in_the_readers_language():
    rows = [package(1, 1, 6), package(2, 3, 20, deliverables=[22])]
    assert 'aria-label="2 work packages until month 22 of 24; the longest is WP2, from month 3 to month 20."' in gantt(
        rows, 24, "en"
    )
    assert gantt([], 24, "en") == ""


def test_real_months_stand_below_the_numbers_when_the_start_is_known():
    svg = gantt([package(1, 1, 12)], 12, "en", start=date(2027, 11, 15))
    assert re.findall(r">(\w+ 20\d\d)<", svg) == ["Nov 2027", "Feb 2028", "May 2028", "Aug 2028"]
    assert "2027" not in gantt([package(1, 1, 12)], 12, "en")


@pytest.mark.parametrize(
    ("month", "day"), [(1, (2027, 11, 1)), (2, (2027, 12, 1)), (3, (2028, 1, 1)), (14, (2028, 12, 1))]
)
def test_months_are_counted_over_the_years(month, day):
    assert month_of(date(2027, 11, 30), month) == date(*day)


def test_a_long_project_has_as_many_labels_as_there_is_room_for():
    svg = gantt([package(1, 1, 120)], 120, "en")
    assert len(re.findall(r">month \d+<", svg)) <= PLOT / 62


def test_titles_are_text_and_colours_are_attributes():
    row = package(1, 1, 6)
    row.title = "<b>&"
    svg = gantt([row], 12, "en")
    assert "&lt;b&gt;&amp;" in svg
    assert not re.search(r"style|<b>|on\w+=", svg)
    assert 'font-family="' in svg
