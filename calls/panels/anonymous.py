"""The public face of interests that are shown without a name: groups made from totals, never from rows.

A group's words (kind, size class, province) are shared by at least five listed organisations of the district that do
not show their name for the call, so that a member can be any of them. Which words describe which organisation follows
from the directory and from who shows its name, never from who does not: else the words chosen for a rare one would give
it away. Groups are ordered by their words; a number below three is "fewer than 3", and one that comes near to all of
those who could be meant is not told exactly.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.models import Call, Interest, Visibility
from calls.models.interest import latest_size
from calls.models.querysets import FEWEST_TOLD
from district_portal.shared.counts import remembered
from enterprises.models import EnterpriseSize, Organisation, OrganisationKind

SHARED_BY = 5
SIZES = {
    EnterpriseSize.MICRO: gettext_lazy("Micro enterprise"),
    EnterpriseSize.SMALL: gettext_lazy("Small enterprise"),
    EnterpriseSize.MEDIUM: gettext_lazy("Medium enterprise"),
    EnterpriseSize.LARGE: gettext_lazy("Large enterprise"),
}


class Traits(NamedTuple):
    """What may be told of an organisation; None is unknown, or left out."""

    kind: str | None
    size: str | None
    province: str | None

    def coarser(self) -> Iterable[Traits]:
        """Itself, and then with fewer words."""
        yield self
        yield Traits(self.kind, self.size, None)
        yield Traits(self.kind, None, None)
        yield Traits(None, None, None)

    @property
    def words(self) -> str:
        if self.kind is None:
            return _("Organisation")
        kind = SIZES[EnterpriseSize(self.size)] if self.size else OrganisationKind(self.kind).label
        if self.province is None:
            return str(kind)
        return _("%(kind)s, province of %(province)s") % {"kind": kind, "province": self.province}


class Face(NamedTuple):
    """Organisations that show themselves without their names: what they are, and how many."""

    words: str
    number: str


def few(number: int) -> str:
    """A count for somebody who does not see what is counted; 0, 1 and 2 look alike."""
    return str(number) if number >= FEWEST_TOLD else _("fewer than 3")


def faces(call: Call) -> list[Face]:
    """The groups of those who are interested in the call without showing their name; the same for every reader."""
    members: dict[int, Counter[Traits]] = defaultdict(Counter)
    for district, traits, number in _counted(
        _organisations(call.interests.active().filter(visibility=Visibility.ANONYMOUS)).exclude(district=None)
    ):
        members[district][traits] += number
    if not members:
        return []
    groups: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for district, counted in members.items():
        candidates = _candidates(call, district)
        described = describe(candidates)
        for traits, number in counted.items():
            face = _face_of(traits, described)
            if face is not None:
                groups[face.words][0] += number
        for face in {face for traits in counted if (face := _face_of(traits, described))}:
            groups[face.words][1] += sum(n for traits, n in candidates.items() if described.get(traits) == face)
    return [Face(words, _number(*sizes)) for words, sizes in sorted(groups.items())]


def face_of(organisation: Organisation, call: Call) -> str:
    """What others would read of this organisation; empty where it is only counted."""
    if organisation.district_id is None:
        return ""
    counted = _counted(Organisation.objects.filter(pk=organisation.pk))
    face = _face_of(counted[0][1], describe(_candidates(call, organisation.district_id)))
    return face.words if face else ""


def describe(candidates: Mapping[Traits, int]) -> dict[Traits, Traits]:
    """For the traits of each listed organisation, those that at least five share: where not all of them do, fewer.

    Every group of the answer stands for at least five of the candidates, who are in no other group.
    """
    described: dict[Traits, Traits] = {}
    for fewer in range(4):
        rest = {traits: list(traits.coarser())[fewer] for traits in candidates if traits not in described}
        sizes: Counter[Traits] = Counter()
        for traits, coarse in rest.items():
            sizes[coarse] += candidates[traits]
        described |= {traits: coarse for traits, coarse in rest.items() if sizes[coarse] >= SHARED_BY}
    return described


def _face_of(traits: Traits, described: Mapping[Traits, Traits]) -> Traits | None:
    """The words for an organisation, which may be an unlisted one whose traits no listed one has."""
    if traits in described:
        return described[traits]
    known = set(described.values())
    return next((coarse for coarse in traits.coarser() if coarse in known), None)


def _number(members: int, candidates: int) -> str:
    if members >= FEWEST_TOLD and 2 * members > candidates:
        return _("3 or more")
    return few(members)


def _candidates(call: Call, district: int) -> Counter[Traits]:
    """How many listed organisations of the district have which traits, without those that show their name here."""
    listed = Organisation.objects.filter(listed=True, district=district)
    everyone = remembered(
        ("listed organisations by traits", district),
        lambda: _counted(listed),
        rows=lambda cells: sum(number for _district, _traits, number in cells),
    )
    named = call.interests.active().filter(visibility__in=[Visibility.DISTRICT, Visibility.PUBLIC])
    found = Counter({traits: number for _district, traits, number in everyone})
    found.subtract({traits: number for _district, traits, number in _counted(listed & _organisations(named))})
    return +found


def _organisations(interests: QuerySet[Interest]) -> QuerySet[Organisation]:
    return Organisation.objects.filter(pk__in=interests.values("organisation"))


def _counted(organisations: QuerySet[Organisation]) -> list[tuple[int, Traits, int]]:
    """(district, traits, number); the size is that of the latest declaration, of enterprises only."""
    rows = (
        organisations.annotate(size=Subquery(latest_size(OuterRef("pk"))))
        .order_by()
        .values_list("district", "kind", "size", "municipality__province")
        .annotate(Count("pk"))
    )
    return [
        (district, Traits(kind, size if kind == OrganisationKind.ENTERPRISE else None, province), number)
        for district, kind, size, province, number in rows
    ]
