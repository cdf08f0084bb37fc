"""The coverage matrix: which competence the project needs, and which partner leads it or contributes to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from district_portal.shared.ui import localised
from projects.models import Cover, Need, Network, Partner
from projects.parties import known_of
from projects.states import PartnerState

# A click leads from nothing to contributing, to leading, to nothing.
NEXT = {"": Cover.Level.CONTRIBUTES, Cover.Level.CONTRIBUTES: Cover.Level.LEADS, Cover.Level.LEADS: ""}


@dataclass(frozen=True)
class CoverageCell:
    partner: Partner
    level: str
    """`Cover.Level`, or "": not involved."""

    @property
    def label(self) -> str:
        return str(Cover.Level(self.level).label) if self.level else _("Not involved")

    @property
    def next(self) -> str:
        return NEXT[self.level]


@dataclass(frozen=True)
class CoverageRow:
    need: Need
    name: str
    cells: tuple[CoverageCell, ...]
    query: str
    """Parameters of the partner search that fill the gap in."""

    @property
    def verdict(self) -> str:
        """`covered` by at least two who have confirmed, one of whom leads; `thin` by fewer; `gap` by nobody."""
        levels = [cell.level for cell in self.cells if cell.level and cell.partner.state == PartnerState.ACCEPTED]
        if not levels:
            return "gap"
        return "covered" if Cover.Level.LEADS in levels and len(levels) > 1 else "thin"

    @property
    def status(self) -> str:
        """Key into the table of statuses (`shared.ui.STATUS`)."""
        return f"coverage:{self.verdict}"


@dataclass(frozen=True)
class Matrix:
    partners: tuple[Partner, ...]
    rows: tuple[CoverageRow, ...]

    def count(self, verdict: str) -> int:
        return sum(row.verdict == verdict for row in self.rows)

    @property
    def words(self) -> str:
        """ "6 of 8 covered, 1 thin, 1 gap"."""
        parts = [_("%(covered)s of %(needed)s covered") % {"covered": self.count("covered"), "needed": len(self.rows)}]
        if thin := self.count("thin"):
            parts.append(ngettext("%(count)s thin", "%(count)s thin", thin) % {"count": thin})
        if gaps := self.count("gap"):
            parts.append(ngettext("%(count)s gap", "%(count)s gaps", gaps) % {"count": gaps})
        return ", ".join(parts)


def matrix_of(network: Network, partners: Iterable[Partner], needs: Sequence[Need] | None = None) -> Matrix:
    """The matrix with a column for each partner that has not declined, in a few queries; in none with the `needs` of
    the network (`projects.parties.Known`)."""
    members = tuple(each for each in partners if each.state != PartnerState.DECLINED)
    rows = []
    for need in known_of([network])[network.pk].needs if needs is None else needs:
        levels = {each["partner"]: each["level"] for each in need.levels}  # type: ignore[attr-defined]
        cells = tuple(CoverageCell(each, levels.get(each.pk, "")) for each in members)
        name = need.name or localised(need.concept, "name")
        wanted = {"competence": need.concept.code} if need.concept else {"q": need.name}
        rows.append(CoverageRow(need, name, cells, urlencode({"network": str(network.pk)} | wanted)))
    return Matrix(members, tuple(rows))
