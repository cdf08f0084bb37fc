"""Charts carry their numbers, escape their labels and survive empty data."""

import re
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import translation

from district_portal.shared import charts

PROVINCES = settings.BASE_DIR / "reference/er_provinces.geojson"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def widths(svg: str) -> list[str]:
    return re.findall(r'width="([\d.]+)"', svg)


@pytest.mark.parametrize(("value", "width"), [(Decimal("3.7"), "50.00"), (0, "0.00"), (99, "100.00"), (-1, "0.00")])
def test_a_bar_is_as_long_as_its_share_of_the_maximum(value, width):
    assert widths(charts.bar(value, Decimal("7.4"))) == ["100.00", width]


def test_a_bar_of_nothing_is_empty():
    assert widths(charts.bar(0, 0)) == ["100.00", "0.00"]


def test_marks_carry_their_colour_as_an_attribute():
    assert 'fill="#00868b"' in charts.bar(1, 2, "c2")


def test_a_stacked_bar_names_every_part_with_its_number():
    chart = charts.stacked([("Micro", 1000, "c4"), ("<Small>", 3000, "c1")])
    assert widths(chart)[:2] == ["24.50", "74.50"]
    assert '&lt;Small&gt; <b class="num">3,000</b>' in chart


def test_a_stacked_bar_without_data_has_a_legend_and_no_marks():
    chart = charts.stacked([("Micro", 0, "c4")])
    assert 'Micro <b class="num">0</b>' in chart
    assert 'height="8"' not in chart


@pytest.mark.parametrize(
    ("maximum", "ticks"),
    [("7.9", "0 3 6 9"), ("0.4", "0.0 0.2 0.4 0.6"), ("120", "0 40 80 120"), ("0", "0 1")],
)
def test_an_axis_starts_at_zero_and_has_round_ticks(maximum, ticks):
    assert charts.nice_ticks(Decimal(maximum)) == [Decimal(tick) for tick in ticks.split()]


def test_a_line_holds_every_number_in_its_table():
    committed = charts.Series("committed", "c1", [Decimal("0"), Decimal("4.5"), Decimal("9")])
    paid = charts.Series("paid", "c2", [Decimal("0"), Decimal("3")])
    chart = charts.line(["2025", "2026", "2027"], [committed, paid], finding="It grew", axis="Year")
    assert 'role="img" aria-label="It grew"' in chart
    assert 'points="0.00,100.00 50.00,50.00 100.00,0.00"' in chart
    assert '<tr><th scope="row">2027</th><td class="r">9.0</td><td class="r">–</td></tr>' in chart
    assert "Show as a table" in chart


def test_numbers_of_a_chart_follow_the_language():
    series = [charts.Series("impegnati", "c1", [Decimal("1234.5")])]
    with translation.override("it"):
        assert '<td class="r">1.234,5</td>' in charts.line(["2026"], series, finding="x", axis="Anno")


def test_a_line_without_data_is_an_empty_plot():
    assert "<polyline" not in charts.line([], [], finding="Nothing yet", axis="Year")


def test_the_area_of_a_circle_is_proportional_to_its_value():
    geo = charts.load_geo(PROVINCES)
    bubbles = [charts.Bubble("A", Decimal(4), "€ 4", 11, 44.5), charts.Bubble("<B>", Decimal(1), "€ 1", 10, 44.6)]
    chart = charts.bubble_map(geo, bubbles, finding="Most is in A")
    assert re.findall(r' r="([\d.]+)"', chart) == ["31.0", "15.5"]
    assert "&lt;B&gt;" in chart


def test_a_map_of_nothing_still_shows_the_region():
    chart = charts.bubble_map(charts.load_geo(PROVINCES), [], finding="Nothing yet")
    assert chart.count("<path") == 9
    assert "<circle" not in chart


def test_a_locator_map_marks_the_province():
    chart = charts.locator_map(
        charts.load_geo(PROVINCES), "Mirandola", 11.066, 44.888, marked={"MO"}, finding="Mirandola is in the north"
    )
    assert chart.count('class="p hi"') == 1
