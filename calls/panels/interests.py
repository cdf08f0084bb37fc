"""Who is interested in a call, as far as a reader may see it: the panel of its page, a preview, what is missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.utils.translation import gettext as _

from calls.models import Call, Interest, Visibility
from calls.models.interest import TOLD
from calls.models.querysets import FEWEST_TOLD
from calls.panels.anonymous import face_of, faces, few
from calls.permissions import can_see_interests
from district_portal.accounts.models import User
from district_portal.shared.ui import localised
from enterprises.models import Competence, Concept, EnterpriseSize, Organisation, OrganisationKind

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

ROWS = 4


@dataclass(frozen=True)
class Row:
    """One interested organisation as others read it."""

    name: str
    url: str
    kind: str
    place: str
    offered: list[str]
    sought: list[str]
    offers: str
    seeks: str
    wants_to_lead: bool
    network: str = ""
    illustrative: bool = False

    @classmethod
    def of(cls, interest: Interest) -> Row:
        """Of a row that came `as_seen_by` the reader."""
        organisation = interest.organisation
        return cls(
            name=organisation.name,
            url=organisation.get_absolute_url(),
            kind=kind_words(organisation, interest.size),
            place=str(organisation.municipality or ""),
            offered=interest.shown_offered,
            sought=interest.shown_sought,
            offers=interest.offers,
            seeks=interest.seeks,
            wants_to_lead=interest.wants_to_lead,
            network=interest.network or "",
            illustrative=organisation.illustrative,
        )


def kind_words(organisation: Organisation, size: str | None) -> str:
    """ "Enterprise, small", as far as it is known."""
    kind = organisation.get_kind_display()
    if size is None or organisation.kind != OrganisationKind.ENTERPRISE:
        return str(kind)
    return _("%(kind)s, %(size)s") % {"kind": kind, "size": str(EnterpriseSize(size).label).lower()}


# --- The panel ---------------------------------------------------------------------------------------------------


def panel(call: Call, user: User | AnonymousUser) -> dict[str, Any]:
    """What `templates/calls/_interest.html` shows, in a fixed number of queries.

    `mine` and `withdrawn`: interests of the organisations that the reader acts for. `interested`: `rows` (at most four
    others), `count` (how many are shown with their name), `words` (how many there are), `seeking`, `faces`.
    """
    own = call.interests.of_actor(user).as_seen_by(user) if user.is_authenticated else Interest.objects.none()
    mine = sorted(own, key=lambda interest: interest.name)
    may_see = user.is_authenticated and can_see_interests(user, call)
    named = call.interests.active().as_seen_by(user)
    others = named.exclude(pk__in=[interest.pk for interest in mine])
    # First who gathers partners for a network: that is what a reader who hesitates looks for.
    alone = ExpressionWrapper(Q(network=None), BooleanField())
    others = others.alias(alone=alone).order_by("alone", "-registered_at", "-pk")
    return {
        "mine": [interest for interest in mine if interest.withdrawn_at is None],
        "withdrawn": [interest for interest in mine if interest.withdrawn_at is not None],
        "can_see_interests": may_see,
        "interested": {
            "rows": [Row.of(interest) for interest in others[:ROWS]],
            **totals(call, user, in_full=may_see),
        },
    }


def totals(call: Call, user: User | AnonymousUser, *, in_full: bool) -> dict[str, Any]:
    """How many are interested: `words`, `total` (None below three for whoever does not see them all), `count` and
    `seeking` of those whose name the reader sees, and the `faces` of those who show none."""
    active = call.interests.active()
    total = active.count()
    seen = active.visible_to(user).aggregate(count=Count("pk"), seeking=Count("pk", filter=_seeking(user)))
    known = in_full or total >= FEWEST_TOLD
    return {
        "words": str(total) if known else few(total),
        "total": total if known else None,
        "faces": [] if in_full else faces(call),
        **seen,
    }


def _seeking(user: User | AnonymousUser) -> Q:
    return ~Q(seeks="") | Q(pk__in=Interest.objects.told_to(user, "sought").values("interest"))


# --- The preview -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Preview:
    """What others will get of an interest that is being written."""

    visibility: str
    views: list[tuple[str, Row]]
    """Readers, and the row as they get it."""
    kept: list[str]
    """Competences that were chosen and that the readers do not get."""
    face: str
    """The words of an anonymous one; empty where it is only counted."""
    listed: bool


Chosen = list[tuple[Concept, Competence.Direction]]


def preview(
    call: Call, organisation: Organisation, told: dict[str, Any], offered: list[Concept], sought: list[Concept]
) -> Preview:
    """`told`: visibility, opens_competences, offers, seeks, wants_to_lead, as the form has them."""
    visibility = Visibility(told["visibility"])
    chosen = [(concept, Competence.Direction.OFFERS) for concept in offered]
    chosen += [(concept, Competence.Direction.SEEKS) for concept in sought]
    public = district = chosen
    if not told["opens_competences"]:
        known = {(row.concept_id, row.direction): row.level for row in organisation.competences.all()}
        public = _readable(chosen, known, [Competence.Level.PUBLIC])
        district = _readable(chosen, known, [Competence.Level.PUBLIC, Competence.Level.DISTRICT])
    size = organisation.size_declarations.order_by("-year").values_list("size", flat=True).first()
    kind = kind_words(organisation, size)
    everyone = (_("Everyone"), _previewed(organisation, kind, told, public))
    neighbours = (
        _("People of your district's organisations, signed in"),
        _previewed(organisation, kind, told, district),
    )
    views = {Visibility.PUBLIC: [everyone, neighbours], Visibility.DISTRICT: [neighbours]}.get(visibility, [])
    if len(views) == 2 and views[0][1] == views[1][1]:
        views = [everyone]
    return Preview(
        visibility=visibility,
        views=views if organisation.listed else [],
        kept=_sorted(each[0] for each in chosen if each not in district),
        face=face_of(organisation, call) if visibility == Visibility.ANONYMOUS else "",
        listed=organisation.listed,
    )


def _readable(chosen: Chosen, known: Mapping[tuple[int, str], int], levels: Collection[int]) -> Chosen:
    """What those get who read competences of these levels."""
    return [each for each in chosen if known.get((each[0].pk, each[1])) in levels]


def _previewed(organisation: Organisation, kind: str, told: dict[str, Any], found: Chosen) -> Row:
    return Row(
        name=organisation.name,
        url=organisation.get_absolute_url(),
        kind=kind,
        place=str(organisation.municipality or ""),
        offered=_sorted(concept for concept, direction in found if direction == Competence.Direction.OFFERS),
        sought=_sorted(concept for concept, direction in found if direction == Competence.Direction.SEEKS),
        offers=told["offers"],
        seeks=told["seeks"],
        wants_to_lead=told["wants_to_lead"],
        illustrative=organisation.illustrative,
    )


def _sorted(concepts: Any) -> list[str]:
    return sorted({localised(concept, "name") for concept in concepts})


# --- What is told, and what is missing -----------------------------------------------------------------------------


class Told(NamedTuple):
    """A competence that somebody interested offers or seeks, and how many of them do."""

    pk: int
    code: str
    name_it: str
    name_en: str
    number: int


class Missing(NamedTuple):
    """A competence of which the interested have only one side."""

    concept: Told
    directory: int = 0
    """How many organisations of the directory offer it, as far as the reader may see."""


def told(call: Call, user: User | AnonymousUser) -> dict[str, list[Told]]:
    """The competences `offered` and `sought` by those who are interested, as far as the reader sees them; by name."""
    active = call.interests.active().values("pk")
    columns = ("concept", "concept__code", "concept__name_it", "concept__name_en")
    found = {
        what: Interest.objects.told_to(user, what)
        .filter(interest__in=active)
        .order_by()
        .values_list(*columns)
        .annotate(Count("interest"))
        for what in TOLD
    }
    return {
        what: sorted((Told(*row) for row in rows), key=lambda row: localised(row, "name"))
        for what, rows in found.items()
    }


def missing(concepts: dict[str, list[Told]], user: User) -> dict[str, list[Missing]]:
    """Of what was `told`: `sought` that nobody offers, and `offered` that nobody seeks, the most frequent first."""
    keys = {what: {row.pk for row in rows} for what, rows in concepts.items()}
    offering = Competence.objects.visible_to(user).offers().filter(organisation__listed=True)
    directory = dict(
        offering.filter(concept__in=keys["sought"] - keys["offered"])
        .order_by()
        .values_list("concept")
        .annotate(Count("organisation", distinct=True))
    )
    other = {"sought": keys["offered"], "offered": keys["sought"]}
    return {
        what: sorted(
            (Missing(row, directory.get(row.pk, 0)) for row in rows if row.pk not in other[what]),
            key=lambda row: -row.concept.number,
        )
        for what, rows in concepts.items()
    }
