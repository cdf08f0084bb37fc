"""Lines over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from district_portal.shared.charts.marks import COLOURS, GRID, INK, INK_2, Number, table
from district_portal.shared.ui import number

PLOT_HEIGHT = 232  # px of the plot in portal.css (14.5rem): the labels beside it are drawn 1:1
THIN = mark_safe(' vector-effect="non-scaling-stroke"')  # the plot is stretched, its strokes are not


@dataclass(frozen=True)
class Series:
    """One line. `values` may be shorter than the axis: the line then ends earlier."""

    label: str
    colour: str
    values: Sequence[Number]


def nice_ticks(maximum: Number, steps: int = 3) -> list[Decimal]:
    """Round ticks from 0 to at least `maximum`: for 7.9 they are 0, 3, 6, 9."""
    if maximum <= 0:
        return [Decimal(0), Decimal(1)]
    raw = Decimal(maximum) / steps
    magnitude = Decimal(10) ** math.floor(math.log10(float(raw)))
    step = next(magnitude * factor for factor in (1, 2, 3, 4, 5, 10) if magnitude * factor >= raw)
    return [step * index for index in range(steps + 1)]


def _points(values: Sequence[Number], count: int, top: Decimal) -> list[tuple[str, str]]:
    gap = 100 / max(count - 1, 1)
    return [(f"{index * gap:.2f}", f"{100 - float(value / top) * 100:.2f}") for index, value in enumerate(values)]


def _plot(series: Sequence[Series], count: int, ticks: Sequence[Decimal]) -> SafeString:
    """Grid, one soft area below the first line, and the lines, in a box of 100 by 100."""
    top = ticks[-1]
    grid = format_html_join(
        "",
        '<line class="g" stroke="{}"{} x1="0" x2="100" y1="{}" y2="{}"/>',
        ((GRID, THIN, *[f"{100 - float(tick / top) * 100:.1f}"] * 2) for tick in ticks),
    )
    marks = []
    for index, line_ in enumerate(series):
        points = _points(line_.values, count, top)
        path = " ".join(f"{x},{y}" for x, y in points)
        colour = COLOURS[line_.colour]
        if index == 0 and points:
            area = '<polygon class="a1" fill="{}" opacity=".08" points="0,100 {} {},100"/>'
            marks.append(format_html(area, colour, path, points[-1][0]))
        polyline = '<polyline class="l l{}" fill="none" stroke="{}" stroke-width="2.5"{} points="{}"/>'
        marks.append(format_html(polyline, index + 1, colour, THIN, path))
    return format_html("{}{}", grid, mark_safe("".join(marks)))


def _end_labels(series: Sequence[Series], top: Number, height: int) -> SafeString:
    """Dot, last value and name at the end of each line; labels that would overlap are pushed apart."""
    ends = sorted(
        (height - float(line_.values[-1] / top) * height, index, line_)
        for index, line_ in enumerate(series)
        if line_.values
    )
    marks, previous = [], -math.inf
    for y, index, line_ in ends:
        text_y = max(y, previous + 36)
        previous = text_y
        marks.append(
            format_html(
                '<circle class="d{}" fill="{}" cx="0" cy="{}" r="4.5"/>'
                '<text x="12" y="{}" font-size="15" font-weight="700" fill="{}">{}</text>'
                '<text class="s" x="12" y="{}" font-size="12.5" fill="{}">{}</text>',
                index + 1,
                COLOURS[line_.colour],
                f"{y:.0f}",
                f"{text_y + 1:.0f}",
                INK,
                number(line_.values[-1], 1),
                f"{text_y + 16:.0f}",
                INK_2,
                line_.label,
            )
        )
    return format_html(
        '<svg viewBox="0 0 100 {}" aria-hidden="true" focusable="false">{}</svg>', height, mark_safe("".join(marks))
    )


def line(
    labels: Sequence[str], series: Sequence[Series], *, finding: str, axis: str, marks: Sequence[str] | None = None
) -> SafeString:
    """Lines over time on an axis from 0, for the screen, with their table.

    labels: one per point ("2026 Q1"); marks: the few words below the axis (none: `labels` as they are);
    finding: the sentence that screen readers hear; axis: head of the table's first column.
    """
    highest = max((value for line_ in series for value in line_.values), default=0)
    ticks = nice_ticks(highest)
    places = 0 if all(tick == tick.to_integral_value() for tick in ticks) else 1
    plot = _plot(series, len(labels), ticks)
    rows = (
        (label, [number(s.values[index], 1) if index < len(s.values) else "–" for s in series])
        for index, label in enumerate(labels)
    )
    return format_html(
        '<div class="dn-line" role="img" aria-label="{}"><div class="dn-line__y" aria-hidden="true">{}</div>'
        '<div class="dn-line__p"><svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"'
        ' focusable="false">{}</svg></div><div class="dn-line__e" aria-hidden="true">{}</div>'
        '<div class="dn-line__x" aria-hidden="true">{}</div></div>{}',
        finding,
        format_html_join("", "<span>{}</span>", ((number(tick, places),) for tick in ticks)),
        plot,
        _end_labels(series, ticks[-1], PLOT_HEIGHT),
        format_html_join("", "<span>{}</span>", ((mark,) for mark in (labels if marks is None else marks))),
        table(finding, axis, [line_.label for line_ in series], rows),
    )
