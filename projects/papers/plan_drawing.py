"""The Gantt chart of a work plan for PDFs: bars of work packages, diamonds for milestones, circles for deliverables."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, Rect, String
from reportlab.lib.colors import HexColor

LABELS, ROW, TOP, BOTTOM, MONTHS_WIDTH = 165, 20, 18, 18, 300
BAR, MILESTONE, DELIVERABLE, GRID, INK, WHITE = (
    HexColor(code) for code in ("#0059b3", "#8a63c9", "#00868b", "#d3dce5", "#17324d", "#ffffff")
)


def gantt(packages: list[dict[str, Any]], months: int) -> Drawing:
    """`packages` as in `projects.content` (`plan`); months count from 1."""
    months = max([months, *(package["ends_month"] for package in packages), 1])
    height = TOP + ROW * len(packages) + BOTTOM
    drawing, step = Drawing(LABELS + MONTHS_WIDTH, height), MONTHS_WIDTH / months
    for month in range(0, months + 1, 3 if months > 6 else 1):
        x = LABELS + month * step
        drawing.add(Line(x, BOTTOM, x, height - TOP, strokeColor=GRID, strokeWidth=0.5))
        if month < months:
            drawing.add(_words(x + 2, height - 11, str(month + 1)))
    for row, package in enumerate(packages):
        _package(drawing, package, y=height - TOP - ROW * (row + 1), step=step)
    _legend(drawing)
    return drawing


def _package(drawing: Drawing, package: dict[str, Any], *, y: float, step: float) -> None:
    title = f"WP{package['number']} {package['title']}"
    drawing.add(_words(0, y + 6, title if len(title) <= 34 else f"{title[:33]}…"))
    start, end = package["starts_month"] - 1, package["ends_month"]
    drawing.add(Rect(LABELS + start * step, y + 5, (end - start) * step, 9, fillColor=BAR, strokeColor=None))
    for each in package["milestones"]:
        _milestone(drawing, LABELS + each["month"] * step, y + 13)
    for each in package["deliverables"]:
        _deliverable(drawing, LABELS + each["month"] * step, y + 5)


def _milestone(drawing: Drawing, x: float, y: float) -> None:
    points = [x - 4.5, y, x, y + 4.5, x + 4.5, y, x, y - 4.5]
    drawing.add(Polygon(points, fillColor=MILESTONE, strokeColor=WHITE, strokeWidth=0.75))


def _deliverable(drawing: Drawing, x: float, y: float) -> None:
    drawing.add(Circle(x, y, 3.5, fillColor=DELIVERABLE, strokeColor=WHITE, strokeWidth=0.75))


def _legend(drawing: Drawing) -> None:
    _milestone(drawing, LABELS + 6, 5)
    drawing.add(_words(LABELS + 15, 2, _("Milestone")))
    _deliverable(drawing, LABELS + 106, 5)
    drawing.add(_words(LABELS + 115, 2, _("Deliverable")))


def _words(x: float, y: float, text: str) -> String:
    return String(x, y, text, fontName="DejaVu", fontSize=8, fillColor=INK)
