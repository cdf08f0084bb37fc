"""How calls are found: by the clock, by reader, by filter, by words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from calls.states import CallState
from district_portal.accounts.models import Appointment, Role, User
from district_portal.shared.search import fold
from enterprises.models import Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from calls.models.call import Call  # noqa: F401  (the base class names it)
    from calls.models.interest import InterestQuerySet

CLOSING_SOON = timedelta(days=14)


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


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, user: User | AnonymousUser) -> CallQuerySet:
        """Everyone reads what is planned or published; drafts are read by those who prepare them."""
        if not user.is_authenticated:
            return self.exclude(state=CallState.DRAFT)
        if user.is_staff:
            return self
        return self.filter(~Q(state=CallState.DRAFT) | self._prepared_by(user))

    def prepared_by(self, user: User | AnonymousUser) -> CallQuerySet:
        """Calls that the person may prepare, publish and change: regional staff those of their region, facilitators
        those of the actuator to which they belong, administrators all."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_staff else self.filter(self._prepared_by(user))

    @staticmethod
    def _prepared_by(user: User) -> Q:
        regions = [office.region_id for office in user.current_appointments if office.role == Role.REGIONAL_STAFF]
        condition = Q(programme__region__in=regions)
        if user.holds(Role.FACILITATOR):
            mine = Membership.objects.current().acting().filter(user=user)
            condition |= Q(actuator__in=mine.values("organisation"))
        return condition

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

    def for_districts(self, slugs: Iterable[str]) -> CallQuerySet:
        """Calls for at least one of the districts; a call that names none is for all."""
        links = self.model.districts.through.objects
        named = Q(pk__in=links.filter(district__slug__in=slugs).values("call"))
        return self.filter(named | ~Exists(links.filter(call=OuterRef("pk"))))

    def on_themes(self, slugs: Iterable[str]) -> CallQuerySet:
        return self.filter(pk__in=self.model.themes.through.objects.filter(theme__slug__in=slugs).values("call"))

    def for_kinds(self, kinds: Iterable[str]) -> CallQuerySet:
        """Calls in which at least one of the kinds of organisation may take part; a call that names none is for all."""
        return self.filter(Q(roles__overlap=list(kinds)) | Q(roles=[]))

    def matching(self, words: str, language: str) -> CallQuerySet:
        """Full-text search in the texts that a reader of this language (`it`, `en`) sees.

        Understands "quoted words", or, and -without. Where the English title is missing the Italian text is shown,
        and searched.
        """
        italian = Q(search_it=SearchQuery(fold(words), config="italian", search_type="websearch"))
        if language == "it":
            return self.filter(italian)
        english = Q(search_en=SearchQuery(fold(words), config="english", search_type="websearch"))
        return self.filter(english | Q(title_en="") & italian)

    def with_interest_counts(self) -> CallQuerySet:
        """Adds `interested`: how many organisations have registered interest and not withdrawn it."""
        interests = cast("InterestQuerySet", self.model.interests.rel.related_model._default_manager.all())
        active = interests.active().filter(call=OuterRef("pk")).order_by().values("call")
        return self.annotate(interested=Coalesce(Subquery(active.annotate(n=Count("pk")).values("n")), 0))
