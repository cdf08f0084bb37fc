"""Calls in two tiers: a first one selects actuators, each of which then runs a call for networks of its district."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from calls.models import Call, SelectedActuator, Tier
from calls.operations.slugs import free_slug
from calls.operations.versions import begin_change, record_version
from calls.states import CallState
from district_portal.accounts.models import District, User
from district_portal.shared.errors import DomainError
from district_portal.shared.ui import localised
from enterprises.models import Organisation

SELECTED_IN = [CallState.RANKED, CallState.CONCLUDED]
"""States of a first call in which it is public who was selected."""


@transaction.atomic
def select_actuator(
    call: Call, *, actor: User, organisation: Organisation, district: District, budget: Decimal | None = None
) -> SelectedActuator:
    """Record who runs the second call for a district; `budget` in EUR, None where it is not known.

    Raises `DomainError` where the call selects nobody, or has for this district.
    """
    call = _held(call, actor=actor)
    if call.selected_actuators.filter(district=district).exists():
        words = _("An actuator is recorded for %(district)s already. Remove it first.")
        raise DomainError(words % {"district": localised(district, "name")})
    selected = SelectedActuator.objects.create(call=call, organisation=organisation, district=district, budget=budget)
    words = _("%(organisation)s is the actuator for %(district)s.") % _names(selected)
    record_version(call, actor=actor, note=words)
    return selected


@transaction.atomic
def remove_actuator(selected: SelectedActuator, *, actor: User) -> None:
    """Raises `DomainError` once its call for networks exists."""
    call = _held(selected.call, actor=actor)
    selected = _read_again(selected)
    if second_call(selected) is not None:
        raise DomainError(_("The actuator has a call for networks already: it stays recorded."))
    words = _("%(organisation)s is not the actuator for %(district)s any more.") % _names(selected)
    selected.delete()
    record_version(call, actor=actor, note=words)


@transaction.atomic
def start_second_tier(selected: SelectedActuator, *, actor: User) -> Call:
    """Make the draft of the actuator's call for networks of its district. Raises `DomainError` if it has one."""
    first = _held(selected.call, actor=actor)
    selected = _read_again(selected)
    if second_call(selected) is not None:
        raise DomainError(_("The actuator's call for networks exists already."))
    district = selected.district
    draft = Call.objects.create(
        programme_id=first.programme_id,
        slug=free_slug(f"{first.slug}-{district.slug}"),
        tier=Tier.NETWORKS,
        first_tier=first,
        actuator=selected.organisation,
        title_it=f"{first.title_it}: {district.name_it}"[:200],
        title_en=f"{first.title_en or first.title_it}: {district.name_en}"[:200],
        summary_it=first.summary_it,
        summary_en=first.summary_en,
        budget=selected.budget,
        illustrative=first.illustrative,
    )
    draft.districts.set([district])
    draft.themes.set(first.themes.all())
    record_version(draft, actor=actor, note="")
    return draft


def second_call(selected: SelectedActuator) -> Call | None:
    """The call for networks that this actuator runs for the district, at whatever stage."""
    return Call.objects.filter(
        first_tier=selected.call_id, actuator=selected.organisation_id, districts=selected.district_id
    ).first()


def _held(call: Call, *, actor: User) -> Call:
    """The first call, held for a change. Raises `DomainError` where it selects nobody."""
    call = begin_change(call, actor=actor)
    require_selecting(call)
    return call


def require_selecting(call: Call) -> None:
    """Raises `DomainError` for a call that is not the first of two, or whose ranking is not published."""
    if call.tier != Tier.ACTUATORS:
        raise DomainError(_("This call is not the first of two: it selects no actuators."))
    if call.state not in SELECTED_IN:
        raise DomainError(_("Publish the ranking of this call first: it says who was selected."))


def _read_again(selected: SelectedActuator) -> SelectedActuator:
    """Once its call is held. Raises `DomainError` where somebody else has removed it meanwhile."""
    found = SelectedActuator.objects.select_related("organisation", "district").filter(pk=selected.pk).first()
    if found is None:
        raise DomainError(_("No actuator is recorded for this district in the first of the two calls."))
    return found


def _names(selected: SelectedActuator) -> dict[str, str]:
    return {"organisation": selected.organisation.name, "district": localised(selected.district, "name")}
