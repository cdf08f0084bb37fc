"""Maps without tiles and without script."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from district_portal.shared.charts.marks import COLOURS, INK, LAND, LAND_MARKED, Number


class Geo:
    """An equirectangular projection of a small GeoJSON file to SVG paths of a given width in px."""

    def __init__(self, path: Path, width: int = 600, padding: int = 6) -> None:
        self.features = json.loads(path.read_text())["features"]
        points = [point for feature in self.features for ring in self._rings(feature) for point in ring]
        xs, ys = [point[0] for point in points], [point[1] for point in points]
        self.west, self.north = min(xs), max(ys)
        self.squeeze = math.cos(math.radians((min(ys) + max(ys)) / 2))
        self.padding, self.width = padding, width
        self.scale = (width - 2 * padding) / ((max(xs) - min(xs)) * self.squeeze)
        self.height = (max(ys) - min(ys)) * self.scale + 2 * padding
        self._paths = [(feature["properties"]["short"], self._path(feature)) for feature in self.features]

    @staticmethod
    def _rings(feature: dict[str, Any]) -> list[list[list[float]]]:
        coordinates = feature["geometry"]["coordinates"]
        if feature["geometry"]["type"] == "Polygon":
            return coordinates
        return [ring for polygon in coordinates for ring in polygon]

    def xy(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Place in px from the upper left corner, of degrees WGS 84."""
        x = (longitude - self.west) * self.squeeze * self.scale + self.padding
        return x, (self.north - latitude) * self.scale + self.padding

    def _path(self, feature: dict[str, Any]) -> str:
        path = ""
        for ring in self._rings(feature):
            pixels = [tuple(round(value) for value in self.xy(*point)) for point in ring]
            distinct = pixels[:1] + [
                after for before, after in zip(pixels, pixels[1:], strict=False) if before != after
            ]
            if len(distinct) > 5:  # smaller rings are islands below one pixel
                path += "M" + " ".join(f"{x},{y}" for x, y in distinct) + "Z"
        return path

    def paths(self, marked: Collection[str] = ()) -> SafeString:
        """All areas; those whose short name (province code) is in `marked` are darker."""
        return format_html_join(
            "",
            '<path class="p{}" fill="{}" stroke="#fff" d="{}"/>',
            ((*((" hi", LAND_MARKED) if short in marked else ("", LAND)), path) for short, path in self._paths),
        )


@lru_cache(maxsize=8)
def load_geo(path: Path, width: int = 640) -> Geo:
    """The projection of a file, made once per process."""
    return Geo(path, width)


@dataclass(frozen=True)
class Bubble:
    """A circle on a map; its area is proportional to `value`. `text` is the value as shown below the name."""

    name: str
    value: Number
    text: str
    longitude: float
    latitude: float
    anchor: str = "start"
    shift: int = 0
    """px that the label moves down, where neighbours would collide."""


def bubble_map(geo: Geo, bubbles: Sequence[Bubble], *, finding: str) -> SafeString:
    """A map with one circle per place, the largest with a radius of 31 px; `finding` is what screen readers hear."""
    largest = max((bubble.value for bubble in bubbles), default=0)
    scale = 31 / math.sqrt(largest) if largest > 0 else 0.0
    circles, labels = [], []
    for bubble in sorted(bubbles, key=lambda bubble: -bubble.value):
        x, y = geo.xy(bubble.longitude, bubble.latitude)
        radius = max(math.sqrt(bubble.value) * scale, 4)
        circle = '<circle class="b" fill="{}" fill-opacity=".82" stroke="#fff" cx="{}" cy="{}" r="{}"/>'
        circles.append(format_html(circle, COLOURS["c1"], f"{x:.0f}", f"{y:.0f}", f"{radius:.1f}"))
        gap = {"start": radius + 5, "end": -(radius + 5)}.get(bubble.anchor, 0)
        labels.append(
            format_html(
                '<text x="{0}" y="{1}" text-anchor="{2}" font-size="13" font-weight="600" fill="{3}">{4}'
                '<tspan class="v" x="{0}" dy="1.2em" font-size="12" font-weight="400">{5}</tspan></text>',
                f"{x + gap:.0f}",
                f"{y + bubble.shift:.0f}",
                bubble.anchor,
                INK,
                bubble.name,
                bubble.text,
            )
        )
    return format_html(
        '<svg class="dn-map" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        geo.width,
        f"{geo.height:.0f}",
        finding,
        geo.paths(),
        mark_safe("".join(circles)),
        mark_safe("".join(labels)),
    )


def locator_map(
    geo: Geo, name: str, longitude: float, latitude: float, *, marked: Collection[str], finding: str
) -> SafeString:
    """Where one place is: its dot and name, with its province (code) darker."""
    x, y = geo.xy(longitude, latitude)
    return format_html(
        '<svg class="dn-map" viewBox="0 0 {} {}" role="img" aria-label="{}">{}'
        '<circle class="b" fill="{}" cx="{}" cy="{}" r="11"/>'
        '<text class="big" font-size="38" x="{}" y="{}">{}</text></svg>',
        geo.width,
        f"{geo.height:.0f}",
        finding,
        geo.paths(marked),
        COLOURS["c1"],
        f"{x:.0f}",
        f"{y:.0f}",
        f"{x + 18:.0f}",
        f"{y + 8:.0f}",
        name,
    )
