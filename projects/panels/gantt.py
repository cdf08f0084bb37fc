"""The work plan as a chart: bars, diamonds for milestones, circles for deliverables, over months.

One SVG for screen and print: every mark carries its geometry and its colour as attributes, as the content security
policy allows no inline style, and makers of documents know no style sheet of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from district_portal.shared.charts.marks import COLOURS, GRID, INK, INK_2
from projects.models import WorkPackage

LABELS, PLOT, HEAD, ROW = 216, 664, 48, 44
"""Units: widths of the names and of the months, heights of the axis and of a package."""
WIDTH = LABELS + PLOT + 8
QUARTER = 3
ROOM = 62
"""Units that a label of the axis needs."""
BAND = "#f4f7fa"
FONT = "Titillium Web, Arial, sans-serif"


def gantt(
    packages: Sequence[WorkPackage], months: int | None, language: str, *, start: date | None = None
) -> SafeString:
    """The chart of packages with their milestones and deliverables, which the caller has prefetched.

    `months` is the duration of the project (None: not known); the axis is longer where a package is. With `start` the
    axis shows real months. An empty plan gives an empty text.
    """
    if not packages:
        return mark_safe("")
    with translation.override(language):
        last = last_month(packages)
        axis = max(months or 0, last)
        height = HEAD + ROW * len(packages) + 6
        return format_html(
            '<svg class="dn-gantt" viewBox="0 0 {} {}" role="img" aria-label="{}" font-family="{}" font-size="13"'
            ' fill="{}">{}{}{}</svg>',
            WIDTH,
            height,
            finding(packages, months),
            FONT,
            INK,
            _bands(len(packages)),
            _axis(axis, height, start),
            format_html_join("", "{}", ((_row(place, each, axis),) for place, each in enumerate(packages))),
        )


def finding(packages: Sequence[WorkPackage], months: int | None) -> str:
    """What the chart shows, in one sentence of the active language."""
    longest = max(packages, key=lambda each: each.ends_month - each.starts_month)
    words = ngettext(
        "%(count)s work package until month %(last)s%(of)s; the longest is WP%(number)s, from month %(starts)s to"
        " month %(ends)s.",
        "%(count)s work packages until month %(last)s%(of)s; the longest is WP%(number)s, from month %(starts)s to"
        " month %(ends)s.",
        len(packages),
    )
    return words % {
        "count": len(packages),
        "last": last_month(packages),
        "of": _(" of %(months)s") % {"months": months} if months else "",
        "number": longest.number,
        "starts": longest.starts_month,
        "ends": longest.ends_month,
    }


def last_month(packages: Iterable[WorkPackage]) -> int:
    """The last month in which anything is planned; 0 for an empty plan."""
    found = [0]
    for package in packages:
        found.append(package.ends_month)
        found += [each.month for each in package.milestones.all()]
        found += [each.month for each in package.deliverables.all()]
    return max(found)


def month_of(start: date, month: int) -> date:
    """The first day of a month of the project, counted from 1; `start` lies in month 1."""
    whole = start.year * 12 + start.month - 1 + month - 1
    return date(whole // 12, whole % 12 + 1, 1)


def _bands(rows: int) -> SafeString:
    return format_html_join(
        "",
        '<rect x="0" y="{}" width="{}" height="{}" fill="{}"/>',
        ((HEAD + ROW * place, WIDTH, ROW, BAND) for place in range(0, rows, 2)),
    )


def _axis(months: int, height: int, start: date | None) -> SafeString:
    """A line for each quarter, and as many labels as there is room for."""
    step = PLOT / months
    every = next((each for each in (QUARTER, 6, 12, 24) if each * step >= ROOM), 48)
    lines = [f"{LABELS + month * step:.1f}" for month in range(0, months + 1, QUARTER)]
    marks = []
    for month in range(1, months + 1, every):
        x = f"{LABELS + (month - 1) * step + 3:.1f}"
        real = date_format(month_of(start, month), "M Y") if start else ""
        marks.append((x, _("month %(month)s") % {"month": month}, x, INK_2, real))
    return format_html(
        "{}{}",
        format_html_join(
            "",
            '<line x1="{}" y1="8" x2="{}" y2="{}" stroke="{}" stroke-width="1"/>',
            ((x, x, height, GRID) for x in lines),
        ),
        format_html_join(
            "",
            '<text x="{}" y="22" font-weight="600">{}</text><text x="{}" y="39" font-size="12" fill="{}">{}</text>',
            marks,
        ),
    )


def _row(place: int, package: WorkPackage, months: int) -> SafeString:
    top, step = HEAD + ROW * place, PLOT / months
    x = LABELS + (package.starts_month - 1) * step
    width = max((package.ends_month - package.starts_month + 1) * step - 2, 3)
    return format_html(
        '<text x="8" y="{}" font-weight="600">WP{}</text><text x="50" y="{}">{}</text>'
        '<rect x="{}" y="{}" width="{}" height="15" rx="3" fill="{}"/>{}{}',
        top + 26,
        package.number,
        top + 26,
        Truncator(package.title).chars(24),
        f"{x + 1:.1f}",
        top + 6,
        f"{width:.1f}",
        COLOURS["c1"],
        format_html_join("", "{}", ((_diamond(each.month, step, top),) for each in package.milestones.all())),
        format_html_join("", "{}", ((_circle(each.month, step, top),) for each in package.deliverables.all())),
    )


def _centre(month: int, step: float) -> float:
    return LABELS + (month - 0.5) * step


def _diamond(month: int, step: float, top: int) -> SafeString:
    """At the left of the middle of its month, so that a deliverable of the same month stands beside it."""
    x, y = _centre(month, step) - min(step / 4, 7), top + 31
    points = " ".join(f"{x + dx:.1f},{y + dy}" for dx, dy in ((0, -7), (7, 0), (0, 7), (-7, 0)))
    return format_html('<polygon points="{}" fill="{}" stroke="#fff" stroke-width="1"/>', points, COLOURS["c3"])


def _circle(month: int, step: float, top: int) -> SafeString:
    x = _centre(month, step) + min(step / 4, 7)
    return format_html(
        '<circle cx="{}" cy="{}" r="5.5" fill="{}" stroke="#fff" stroke-width="1"/>',
        f"{x:.1f}",
        top + 31,
        COLOURS["c2"],
    )
