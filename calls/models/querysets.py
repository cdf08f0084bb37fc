"""How calls are found: by the clock, by reader, by filter, by words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from django.contrib.postgres.aggregates import BoolOr
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchRank
from django.db import models
from django.db.models import Case, Count, F, FloatField, Func, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Greatest

from calls.states import CallState
from district_portal.accounts.models import Appointment, Role, User
from district_portal.shared.search import headline, text_query
from enterprises.models import Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from calls.models.call import Call  # noqa: F401  (the base class names it)
    from calls.models.interest import InterestQuerySet

CLOSING_SOON = timedelta(days=14)
# A smaller number of interested organisations is told to nobody who does not see who they are.
FEWEST_TOLD = 3


def _open(moment: datetime) -> Q:
    return Q(state=CallState.PUBLISHED, opens_at__lte=moment, closes_at__gt=moment)


def _closing_soon(moment: datetime) -> Q:
    return _open(moment) & Q(closes_at__lte=moment + CLOSING_SOON)


def _opening_soon(moment: datetime) -> Q:
    return Q(state=CallState.PLANNED) | Q(state=CallState.PUBLISHED, opens_at__gt=moment)


def _in_assessment(moment: datetime) -> Q:
    return Q(state=CallState.IN_ASSESSMENT)


def _closed(moment: datetime) -> Q:
    return Q(state=CallState.PUBLISHED, closes_at__lte=moment) | Q(
        state__in=[CallState.RANKED, CallState.CONCLUDED, CallState.CANCELLED]
    )


# The statuses by which calls are listed, as conditions at a moment; `all` has none.
CONDITIONS: dict[str, Callable[[datetime], Q]] = {
    "open": _open,
    "closing_soon": _closing_soon,
    "opening_soon": _opening_soon,
    "in_assessment": _in_assessment,
    "closed": _closed,
    "all": lambda moment: Q(),
}


_BY_THE_CLOCK = {"open", "closing_soon", "opening_soon", "closed"}
_STORED = {
    "opening_soon": [CallState.PLANNED],
    "in_assessment": [CallState.IN_ASSESSMENT],
    "closed": [CallState.RANKED, CallState.CONCLUDED, CallState.CANCELLED],
}


class _AnyOf(Func):
    """Whether a value is in an array: one that is given, or one that a subquery makes first."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()


class CallQuerySet(models.QuerySet["Call"]):
    def published(self) -> CallQuerySet:
        """What everyone reads: planned or published, at whatever stage since."""
        return self.exclude(state=CallState.DRAFT)

    def visible_to(self, user: User | AnonymousUser) -> CallQuerySet:
        """Everyone reads what is planned or published; drafts are read by those who prepare them."""
        if not user.is_authenticated:
            return self.published()
        if user.is_staff:
            return self
        return self.filter(~Q(state=CallState.DRAFT) | self._prepared_by(user))

    def prepared_by(self, user: User | AnonymousUser) -> CallQuerySet:
        """Calls that the person may prepare, publish and change: regional staff those of their region, facilitators
        those of the actuator to which they belong, administrators all."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_staff else self.filter(self._prepared_by(user))

    @classmethod
    def _prepared_by(cls, user: User) -> Q:
        condition = Q(programme__region__in=cls._regions_of(user))
        if user.holds(Role.FACILITATOR):
            condition |= Q(actuator__in=cls._actuators_of(user))
        return condition

    @staticmethod
    def _regions_of(user: User) -> list[int]:
        return [office.region_id for office in user.current_appointments if office.role == Role.REGIONAL_STAFF]

    @staticmethod
    def _actuators_of(user: User) -> models.QuerySet[Membership, int]:
        return Membership.objects.current().acting().filter(user=user).values_list("organisation", flat=True)

    @classmethod
    def scopes_of(cls, user: User | AnonymousUser) -> list[str]:
        """Which calls `visible_to` shows the person, as `facet_counts` names them."""
        if not user.is_authenticated:
            return ["public"]
        if user.is_staff:
            return ["public", "draft"]
        actuators = cls._actuators_of(user) if user.holds(Role.FACILITATOR) else []
        return [
            "public",
            *(f"region:{region}" for region in cls._regions_of(user)),
            *(f"actuator:{organisation}" for organisation in actuators),
        ]

    def answered_by(self, user: User | AnonymousUser) -> CallQuerySet:
        """Calls whose questions the person answers: who accompanies the call, and who prepares it."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            Q(pk__in=self.model.objects.facilitated_by(user).values("pk"))
            | Q(pk__in=self.model.objects.prepared_by(user).values("pk"))
        )

    def facilitated_by(self, user: User | AnonymousUser) -> CallQuerySet:
        """Calls that the person accompanies: named in the call, or facilitator of one of its districts."""
        if not user.is_authenticated:
            return self.none()
        condition = Q(facilitator=user)
        for office in user.current_appointments:
            if office.role == Role.FACILITATOR:
                condition |= Q(pk__in=self.model.objects.within(office).values("pk"))
        return self.filter(condition)

    def within(self, office: Appointment) -> CallQuerySet:
        """Calls of the region or district of an appointment; a call without districts is for all of its region's."""
        named = Q(districts__region=office.region_id) if office.district_id is None else Q(districts=office.district_id)
        return self.filter(named | Q(districts=None, programme__region=office.region_id))

    def open_at(self, moment: datetime) -> CallQuerySet:
        """Published, opened, and before the deadline (a call without a known deadline is never open)."""
        return self.filter(_open(moment))

    def in_statuses(self, statuses: Iterable[str], moment: datetime) -> CallQuerySet:
        """Calls in at least one of the statuses (keys of `CONDITIONS`)."""
        condition = Q(pk__in=[])
        for status in statuses:
            if status == "all":
                return self
            condition |= CONDITIONS[status](moment)
        return self.filter(condition)

    def parts(self, statuses: Iterable[str], moment: datetime, *, drafts: bool) -> list[Q]:
        """The stored states of calls in these statuses, each with how far its dates reach: what an index can tell.

        The statuses themselves still have to be asked for. An order over one state is read along an index, over several
        it is not: so `keyset_page` reads each state alone.
        """
        wanted = set(statuses)
        if "all" in wanted:
            return [Q(state=state) for state in CallState.values if drafts or state != CallState.DRAFT]
        parts = [Q(state=state) for status, states in _STORED.items() if status in wanted for state in states]
        return [self._published(wanted, moment), *parts] if wanted & _BY_THE_CLOCK else parts

    def _published(self, wanted: set[str], moment: datetime) -> Q:
        condition = Q(state=CallState.PUBLISHED)
        if not wanted & {"open", "closing_soon", "closed"}:
            # All of them first, and then in order: that they are few of the published calls the planner cannot know.
            coming = self.model._default_manager.filter(condition, opened_key__gt=moment).values("pk")
            return condition & Q(_AnyOf(F("pk"), ArraySubquery(coming)))
        if "closed" not in wanted:
            condition &= Q(deadline_key__gt=moment)
        if "opening_soon" not in wanted:
            condition &= Q(opened_key__lte=moment)
        if not wanted & {"open", "opening_soon"}:
            condition &= Q(deadline_key__lte=moment + (CLOSING_SOON if "closing_soon" in wanted else timedelta()))
        return condition

    def among(self, ids: list[int]) -> CallQuerySet:
        """As `pk__in`, which looks at each of thousands of numbers several times."""
        return self.filter(_AnyOf(F("pk"), Value(ids, ArrayField(models.BigIntegerField()))))

    def for_districts(self, slugs: Iterable[str]) -> CallQuerySet:
        """Calls for at least one of the districts; a call that names none is for all."""
        # One look at each call's links, of which the planner cannot make one at all links of all calls.
        links = self.model.districts.through.objects.filter(call=OuterRef("pk")).order_by().values("call")
        among = links.values(among=BoolOr(Q(district__slug__in=list(slugs))))
        return self.filter(Coalesce(Subquery(among), True))

    def on_themes(self, slugs: Iterable[str]) -> CallQuerySet:
        return self.filter(pk__in=self.model.themes.through.objects.filter(theme__slug__in=slugs).values("call"))

    def for_kinds(self, kinds: Iterable[str]) -> CallQuerySet:
        """Calls in which at least one of the kinds of organisation may take part; a call that names none is for all."""
        return self.filter(Q(roles__overlap=list(kinds)) | Q(roles=[]))

    def matching(self, words: str, language: str, begun: Sequence[str] = ()) -> CallQuerySet:
        """Full-text search in the texts that a reader of this language (`it`, `en`) sees.

        Understands "quoted words", or, and -without; `begun`: see `text_query`. Where the English title is missing the
        Italian text is shown, and searched.
        """
        italian = Q(search_it=text_query(words, "italian", begun))
        if language == "it":
            return self.filter(italian)
        return self.filter(Q(search_en=text_query(words, "english", begun)) | Q(title_en="") & italian)

    def best_of_newest(self, words: str, language: str, begun: Sequence[str], most: int) -> CallQuerySet:
        """The newest `most` of these calls with `rank`: higher where the words stand in the title, then the summary.

        Only so many, because to rank all that a common word finds is to read all. A whole number: what the database
        computes as a fraction would not be found again by the fraction that an address holds.
        """
        newest = self.order_by("-opened_key", "-pk").values("pk")[:most]
        rank: models.Expression = SearchRank(F("search_it"), text_query(words, "italian", begun))
        if language != "it":
            english = SearchRank(F("search_en"), text_query(words, "english", begun))
            nothing = Value(0.0, output_field=FloatField())
            rank = Greatest(english, Case(When(title_en="", then=rank), default=nothing), output_field=FloatField())
        ranked = self.model._default_manager.filter(pk__in=newest)
        return ranked.annotate(rank=Cast(rank * 1_000_000, IntegerField()))

    def with_headlines(self, words: str, language: str, begun: Sequence[str]) -> CallQuerySet:
        """Adds `title_found` and `summary_found`: what a reader of this language sees, as `marked` takes it.

        For what is read with a limit: the database makes them for the rows of the page only, after putting in order. It
        takes far longer than to find them.
        """
        found = {}
        for field in ("title", "summary"):
            shown: models.Expression = headline(f"{field}_it", text_query(words, "italian", begun), "italian")
            if language != "it":
                english = headline(f"{field}_en", text_query(words, "english", begun), "english")
                shown = Case(When(**{f"{field}_en": ""}, then=shown), default=english)
            found[f"{field}_found"] = shown
        return self.annotate(**found)

    def with_places(self) -> CallQuerySet:
        """Adds `district_ids` and `theme_ids`, for who knows the names already."""
        links = {
            name: getattr(self.model, f"{name}s").through.objects.filter(call=OuterRef("pk")).order_by()
            for name in ("district", "theme")
        }
        return self.annotate(**{f"{name}_ids": ArraySubquery(of.values(f"{name}_id")) for name, of in links.items()})

    def with_interest_counts(self, *, exact: bool = False) -> CallQuerySet:
        """Adds `interested`: how many organisations have registered interest and not withdrawn it.

        Below three it is NULL unless `exact`, which is for those who see all of them (`docs/disclosure.md`).
        """
        interests = cast("InterestQuerySet", self.model.interests.rel.related_model._default_manager.all())
        active = interests.active().filter(call=OuterRef("pk")).order_by().values("call").annotate(n=Count("pk"))
        if exact:
            return self.annotate(interested=Coalesce(Subquery(active.values("n")), 0))
        return self.annotate(interested=Subquery(active.filter(n__gte=FEWEST_TOLD).values("n")))
