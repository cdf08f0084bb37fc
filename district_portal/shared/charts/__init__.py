"""Charts as SVG written by the server: no script, and they work in print and in PDF.

Every mark carries its geometry and its colour as SVG attributes, plus a class: the content security policy allows no
inline style, a PDF maker applies no page CSS to inline SVG, and CSS still wins over attributes on screen. Bars and
lines are stretched to their box (`preserveAspectRatio="none"`); all text of a screen chart is HTML.
Values are Decimal or int; labels are escaped; colours are the names in `COLOURS`.
"""

from district_portal.shared.charts.lines import Series, line, nice_ticks
from district_portal.shared.charts.maps import Bubble, Geo, bubble_map, load_geo, locator_map
from district_portal.shared.charts.marks import bar, stacked, table

__all__ = [
    "Bubble",
    "Geo",
    "Series",
    "bar",
    "bubble_map",
    "line",
    "load_geo",
    "locator_map",
    "nice_ticks",
    "stacked",
    "table",
]
