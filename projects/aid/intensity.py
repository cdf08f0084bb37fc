"""Which share of a cost aid may cover, by the rules of a call."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from calls.rules import Member, Rule
from calls.rules.aid import Activity, AidLine, AidVersion, aid_share
from calls.rules.kinds.grants import FlatIntensity, Grant, IntensityByTable

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Intensity:
    """The highest share of a member's cost for an activity, with its reasons; the lines add up to it."""

    share: Decimal
    lines: tuple[AidLine, ...]
    known: bool = True
    """False: reckoned as for a large enterprise, because no size is declared."""


class Intensities:
    """The intensities of one call for one project; each pair of size and activity is reckoned once.

    The rule `intensity_by_table` comes first, then the call's own shares (`flat_intensity`), then the share of its rule
    `grant`. A call that says nothing of them gives no aid, and `stated` is False.
    """

    def __init__(self, rules: Sequence[Rule], bonuses: Collection[str]) -> None:
        self.by_table = next((rule for rule in rules if isinstance(rule, IntensityByTable)), None)
        self.flat = next((rule for rule in rules if isinstance(rule, FlatIntensity)), None)
        self.grant = next((rule for rule in rules if isinstance(rule, Grant)), None)
        self.bonuses = frozenset(bonuses)
        self._reckoned: dict[tuple[str | None, str], Intensity] = {}

    @property
    def stated(self) -> bool:
        return bool(self.by_table or self.flat or (self.grant and self.grant.share is not None))

    @property
    def version(self) -> AidVersion | None:
        """The version of the tables of aid that is used; None where the call has shares of its own."""
        return self.by_table.table if self.by_table else None

    @property
    def provisional(self) -> bool:
        """The version of the day of the award decides, which nobody knows yet (Regulation 651/2014)."""
        return self.by_table is not None

    def of(self, member: Member, activity: str) -> Intensity:
        size = (member.size or "unknown") if member.kind == "enterprise" else None
        if (size, activity) not in self._reckoned:
            self._reckoned[size, activity] = self._reckon(size, activity)
        return self._reckoned[size, activity]

    def _reckon(self, size: str | None, activity: str) -> Intensity:
        """`size` is None of who is no enterprise, and gets no more for being small."""
        if self.by_table:
            return self._from_table(self.by_table, size, activity)
        if self.flat:
            shares = {each.value: share for each, share in self.flat.shares.items()}
            return _plain(shares.get(activity, NOTHING), _("%(activity)s, by the call") % {"activity": _name(activity)})
        if self.grant and self.grant.share is not None:
            return _plain(self.grant.share, _("Any eligible cost, by the call"))
        return _plain(NOTHING, _("The call says no share"))

    def _from_table(self, rule: IntensityByTable, size: str | None, activity: str) -> Intensity:
        if activity not in rule.activities:
            return _plain(NOTHING, _("%(activity)s: not aided by this call") % {"activity": _name(activity)})
        reckoned_as = "large" if size in (None, "unknown") else str(size)
        known = self.bonuses & set(rule.table.tables["bonuses"])
        share = aid_share(rule.table, activity=activity, size=reckoned_as, bonuses=known)
        return Intensity(share.share, (_first(size, activity, share.lines[0]), *share.lines[1:]), size != "unknown")


def _first(size: str | None, activity: str, line: AidLine) -> AidLine:
    """Says so where somebody is reckoned as a large enterprise without being one."""
    if size is None:
        return AidLine(_("%(activity)s, not an enterprise: as a large one") % {"activity": _name(activity)}, line.share)
    if size == "unknown":
        words = _("%(activity)s, no size declared: as a large enterprise")
        return AidLine(words % {"activity": _name(activity)}, line.share)
    return line


def _plain(share: Decimal, text: str) -> Intensity:
    return Intensity(share, (AidLine(text, share),))


def _name(activity: str) -> str:
    return str(Activity(activity).label)
