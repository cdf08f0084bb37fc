"""The Gantt chart of a work plan for PDFs: bars of work packages, diamonds for milestones, circles for deliverables."""

from __future__ import annotations

from typing import Any

from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, Rect, String
from reportlab.lib.colors import HexColor

LABELS, ROW, TOP, MONTHS_WIDTH = 190, 20, 18, 520
BAR, MILESTONE, DELIVERABLE, GRID, INK = (
    HexColor(code) for code in ("#0059b3", "#8a63c9", "#00868b", "#d3dce5", "#17324d")
)


def gantt(packages: list[dict[str, Any]], months: int) -> Drawing:
    """`packages` as in `projects.content` (`plan`); months count from 1."""
    months = max([months, *(package["ends_month"] for package in packages), 1])
    height = TOP + ROW * len(packages)
    drawing, step = Drawing(LABELS + MONTHS_WIDTH, height), MONTHS_WIDTH / months
    for month in range(0, months + 1, 3 if months > 6 else 1):
        x = LABELS + month * step
        drawing.add(Line(x, 0, x, height - TOP, strokeColor=GRID, strokeWidth=0.5))
        if month < months:
            drawing.add(_words(x + 2, height - 11, str(month + 1)))
    for row, package in enumerate(packages):
        _package(drawing, package, y=height - TOP - ROW * (row + 1), step=step)
    return drawing


def _package(drawing: Drawing, package: dict[str, Any], *, y: float, step: float) -> None:
    title = f"WP{package['number']} {package['title']}"
    drawing.add(_words(0, y + 6, title if len(title) <= 38 else f"{title[:37]}…"))
    start, end = package["starts_month"] - 1, package["ends_month"]
    drawing.add(Rect(LABELS + start * step, y + 5, (end - start) * step, 9, fillColor=BAR, strokeColor=None))
    middle = y + 9.5
    for each in package["milestones"]:
        x = LABELS + each["month"] * step
        points = [x - 5, middle, x, middle + 5, x + 5, middle, x, middle - 5]
        drawing.add(Polygon(points, fillColor=MILESTONE, strokeColor=HexColor("#ffffff")))
    for each in package["deliverables"]:
        x = LABELS + each["month"] * step
        drawing.add(Circle(x, middle, 3.5, fillColor=DELIVERABLE, strokeColor=HexColor("#ffffff")))


def _words(x: float, y: float, text: str) -> String:
    return String(x, y, text, fontName="DejaVu", fontSize=8, fillColor=INK)
