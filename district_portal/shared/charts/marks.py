"""Bars, the table behind a chart, and the colours that all charts share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from district_portal.shared.ui import number

Number = Decimal | int

COLOURS = {"c1": "#0059b3", "c2": "#00868b", "c3": "#8a63c9", "c4": "#b5c8db"}
TRACK, INK, INK_2, GRID, LAND, LAND_MARKED = "#e4ebf2", "#17324d", "#40566c", "#e7edf3", "#e3ebf3", "#cfdfee"


def _bar(parts: Iterable[tuple[str, str, float, float]], css: str) -> SafeString:
    """One bar of 100 by 8 units. parts: (class, colour, start, width)."""
    rects = format_html_join(
        "",
        '<rect class="{}" fill="{}" x="{}" width="{}" height="8"/>',
        ((name, colour, f"{start:.2f}", f"{width:.2f}") for name, colour, start, width in parts),
    )
    return format_html(
        '<svg class="{}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">{}</svg>',
        css,
        rects,
    )


def bar(value: Number, maximum: Number, colour: str = "c1", css: str = "dn-bar") -> SafeString:
    """A bar for `value` of `maximum`; decoration, the number stands beside it. A maximum of 0 gives an empty bar."""
    width = min(100.0, max(0.0, float(value / maximum * 100))) if maximum else 0.0
    return _bar([("t", TRACK, 0, 100), (colour, COLOURS[colour], 0, width)], css)


def stacked(parts: Sequence[tuple[str, Number, str]]) -> SafeString:
    """One bar of all parts and a legend with the numbers. parts: (label, value, colour)."""
    total = sum(value for _label, value, _colour in parts)
    marks, start = [], 0.0
    for _label, value, colour in parts:
        width = float(value / total * 100) if total else 0.0
        if width:
            marks.append((colour, COLOURS[colour], start, max(width - 0.5, 0.5)))
        start += width
    legend = format_html_join(
        "",
        '<li><svg class="dn-sw" viewBox="0 0 1 1" aria-hidden="true" focusable="false">'
        '<rect class="{}" fill="{}" width="1" height="1"/></svg>{} <b class="num">{}</b></li>',
        ((colour, COLOURS[colour], label, number(value)) for label, value, colour in parts),
    )
    return format_html('{}<ul class="dn-legend">{}</ul>', _bar(marks, "dn-bar mb-2"), legend)


def table(caption: str, first: str, columns: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]]) -> SafeString:
    """The numbers of a chart behind "Show as a table". rows: (label, cells ready to show)."""
    head = format_html_join("", '<th scope="col" class="r">{}</th>', ((column,) for column in columns))
    body = format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        ((label, format_html_join("", '<td class="r">{}</td>', ((cell,) for cell in cells))) for label, cells in rows),
    )
    return format_html(
        '<details class="dn-data"><summary>{}</summary><div class="dn-tablewrap" tabindex="0" role="region"'
        ' aria-label="{}"><table class="dn-table"><thead><tr><th scope="col">{}</th>{}</tr></thead>'
        "<tbody>{}</tbody></table></div></details>",
        _("Show as a table"),
        caption,
        first,
        head,
        body,
    )
