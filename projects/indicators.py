"""The common indicators of the ERDF by which networks say what they expect to reach (`reference/indicators.json`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from calls.rules import words
from projects.models import ExpectedIndicator

FILE = settings.BASE_DIR / "reference" / "indicators.json"


@dataclass(frozen=True)
class Indicator:
    code: str
    """Such as RCO10."""
    names: tuple[str, str]
    """Italian and English."""
    units: tuple[str, str]

    @property
    def name(self) -> str:
        """In the reader's language."""
        return words.named(self.names)

    @property
    def unit(self) -> str:
        return words.named(self.units)


@cache
def common_indicators() -> Mapping[str, Indicator]:
    """By code, in the order of the file."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))["indicators"]
    return {
        row["code"]: Indicator(row["code"], (row["name_it"], row["name_en"]), (row["unit_it"], row["unit_en"]))
        for row in rows
    }


def name_of(indicator: ExpectedIndicator) -> str:
    """The network's own words, or the common name, in the reader's language."""
    common = common_indicators().get(indicator.code)
    return indicator.name or (common.name if common else indicator.code)


def unit_of(indicator: ExpectedIndicator) -> str:
    common = common_indicators().get(indicator.code)
    return indicator.unit or (common.unit if common else "")
