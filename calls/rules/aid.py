"""How high aid may be: the intensities of one version of a regulation, computed exactly and explained line by line.

Regulation 651/2014, art. 25, as amended in 2023: base intensities by activity and size of the enterprise; of all other
bonuses only one is added, the highest; no bonus lifts an intensity above the cap. The numbers are data (`AidTable`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district_portal.shared.ui import percent, short_day


class Activity(models.TextChoices):
    """What is aided; the tables of a regulation know some of them, a call's own intensities any."""

    FUNDAMENTAL_RESEARCH = "fundamental_research", gettext_lazy("Fundamental research")
    INDUSTRIAL_RESEARCH = "industrial_research", gettext_lazy("Industrial research")
    EXPERIMENTAL_DEVELOPMENT = "experimental_development", gettext_lazy("Experimental development")
    FEASIBILITY_STUDY = "feasibility_study", gettext_lazy("Feasibility study")
    DISSEMINATION = "dissemination", gettext_lazy("Dissemination")


class Bonus(models.TextChoices):
    COLLABORATION = "collaboration", gettext_lazy("Effective collaboration")
    DISSEMINATION = "dissemination", gettext_lazy("Wide dissemination of the results, or open licences")
    ASSISTED_AREA_A = "assisted_area_a", gettext_lazy("Area under article 107(3)(a)")
    ASSISTED_AREA_C = "assisted_area_c", gettext_lazy("Area under article 107(3)(c)")
    THREE_MEMBER_STATES = "three_member_states", gettext_lazy("Collaboration over at least three Member States")


@dataclass(frozen=True)
class AidVersion:
    """One version of the tables; `tables` as in `AidTable.tables`."""

    code: str
    name: str
    """In the reader's language."""
    valid_from: date
    valid_to: date | None
    tables: Mapping[str, Any]

    def holds_on(self, day: date | None) -> bool | None:
        """Whether this version is that of an award on the day; None where the day is not known."""
        if day is None:
            return None
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class AidLine:
    text: str
    share: Decimal
    """What the line adds; the lines add up to the whole."""


@dataclass(frozen=True)
class AidShare:
    """The highest share of the cost that aid may cover, with its reasons."""

    share: Decimal
    lines: tuple[AidLine, ...]
    version: str
    """Code of the version that was used."""
    provisional: bool
    """The day of the award is not known, or this version does not hold on it."""


def aid_share(
    version: AidVersion,
    *,
    activity: str,
    size: str,
    bonuses: Collection[str] = frozenset(),
    award_on: date | None = None,
) -> AidShare:
    """The intensity for an activity, a size of enterprise (`EnterpriseSize`) and the bonuses of the project.

    Raises `KeyError` for an activity, size or bonus that this version does not know.
    """
    base = Decimal(version.tables["intensity"][activity][size])
    lines = [AidLine(f"{_activity(activity)}, {_size(size)}", base)]
    total = base
    added, others = _bonus(version, activity, bonuses)
    if added is not None:
        name, more = added
        total += more
        lines.append(AidLine(_name(Bonus, name), more))
    lines += [
        AidLine(_("%(bonus)s: not added, only one bonus counts") % {"bonus": _name(Bonus, name)}, Decimal(0))
        for name in others
    ]
    cap = max(Decimal(version.tables["cap"]), base)
    if total > cap:
        lines.append(AidLine(_("At most %(share)s") % {"share": percent(cap)}, cap - total))
        total = cap
    return AidShare(total, tuple(lines), version.code, not version.holds_on(award_on))


def _bonus(
    version: AidVersion, activity: str, bonuses: Collection[str]
) -> tuple[tuple[str, Decimal] | None, list[str]]:
    """The highest bonus that exists for the activity, and the others that do, in the order of the version."""
    known = version.tables["bonuses"]
    unknown = set(bonuses) - set(known)
    if unknown:
        raise KeyError(", ".join(sorted(unknown)))
    found = [
        (name, Decimal(known[name]["add"]))
        for name in known
        if name in bonuses and activity in known[name]["activities"]
    ]
    if not found:
        return None, []
    highest = max(found, key=lambda each: each[1])
    return highest, [name for name, _more in found if name != highest[0]]


def _activity(activity: str) -> str:
    return _name(Activity, activity)


def _name(choices: type[models.TextChoices], value: str) -> str:
    return str(choices(value).label) if value in choices.values else value


def _size(size: str) -> str:
    return {
        "micro": _("micro enterprise"),
        "small": _("small enterprise"),
        "medium": _("medium enterprise"),
        "large": _("large enterprise"),
    }[size]


def validity(version: AidVersion) -> str:
    """ "Name, until 31 Dec 2026" in the reader's language."""
    if version.valid_to is None:
        return version.name
    return _("%(name)s, valid until %(day)s") % {"name": version.name, "day": short_day(version.valid_to)}
