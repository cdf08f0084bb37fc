"""What belongs together with a call: other editions of its family, and the two tiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef

from calls.models import Call, SelectedActuator, Tier
from calls.operations.tiers import SELECTED_IN
from calls.permissions import can_prepare_call
from calls.states import CallState
from district_portal.accounts.models import Role, User
from enterprises.models import Organisation

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

HIDDEN = ["body_it", "body_en", "plain_it", "plain_en", "search_it", "search_en"]
EDITIONS_MAX = 20


@dataclass(frozen=True)
class Selected:
    """One actuator of a first call, and its call for networks as far as the reader may see it."""

    actuator: SelectedActuator
    call: Call | None


@dataclass(frozen=True)
class Related:
    """What the page of a call links to."""

    editions: Sequence[Call]
    first: Call | None
    selected: Sequence[Selected]

    def __bool__(self) -> bool:
        return bool(self.editions or self.first or self.selected)


def panel(call: Call, user: User | AnonymousUser) -> dict[str, Any]:
    """What the page of a call shows: `related`, the journal's entry of its cancellation, whether the reader prepares
    it. No query for an ordinary call and reader."""
    cancelled = None
    if call.state == CallState.CANCELLED:
        cancelled = call.decisions.filter(to_state=CallState.CANCELLED).first()
    works_here = user.is_authenticated and (user.is_staff or bool(user.current_appointments))
    return {
        "related": related(call, user),
        "cancelled": cancelled,
        "can_prepare": works_here and can_prepare_call(user, call),
    }


def related(call: Call, user: User | AnonymousUser) -> Related:
    """As far as the reader may see the other calls: none for a call that stands alone, five queries at most."""
    visible = Call.objects.visible_to(user).defer(*HIDDEN)
    editions = visible.filter(family=call.family_id).exclude(pk=call.pk).order_by("-edition", "-pk")[:EDITIONS_MAX]
    return Related(
        editions=list(editions) if call.family_id else [],
        first=visible.filter(pk=call.first_tier_id).first() if call.first_tier_id else None,
        selected=_selected(call, user) if call.tier == Tier.ACTUATORS else [],
    )


def _selected(call: Call, user: User | AnonymousUser) -> list[Selected]:
    seconds = Call.objects.visible_to(user).filter(first_tier=call).prefetch_related("districts").defer(*HIDDEN)
    by_place = {(second.actuator_id, district.pk): second for second in seconds for district in second.districts.all()}
    rows = call.selected_actuators.select_related("organisation", "district")
    return [Selected(row, by_place.get((row.organisation_id, row.district_id))) for row in rows]


def waiting_actuators(user: User | AnonymousUser) -> list[SelectedActuator]:
    """Selections of an organisation for which a facilitator acts, that have no call for networks yet."""
    if not user.is_authenticated or not user.holds(Role.FACILITATOR):
        return []
    second = Call.objects.filter(
        first_tier=OuterRef("call"), actuator=OuterRef("organisation"), districts=OuterRef("district")
    )
    return list(
        SelectedActuator.objects.filter(
            ~Exists(second),
            call__state__in=SELECTED_IN,
            organisation__in=Organisation.objects.acted_for_by(user).values("pk"),
        ).select_related("call", "organisation", "district")
    )
