"""A new call from one that there is: its texts, rules, documents and steps, never what others did with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.base import File
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.models import Call, CallDocument, CallFamily, CallMilestone, CallRule, SelectedActuator, Tier
from calls.operations.publishing import save_unique
from calls.operations.versions import record_version
from calls.states import CallState
from district_portal.accounts.models import District, User
from district_portal.shared.errors import DomainError

COPIED = [
    "programme_id", "tier", "summary_it", "summary_en", "body_it", "body_en", "plain_it", "plain_en", "roles",
    "facilitator_id", "budget", "grant_share", "grant_max", "project_cost_min", "project_cost_max", "duration_months",
    "partners_min", "aid_table_id", "specific_objective", "illustrative",
]  # fmt: skip
"""Columns that a copy shares with its original. Dates, deadlines, figures, interests and questions are never copied."""


@dataclass(frozen=True)
class CopyDetails:
    """What is new about a copy: address, titles, opening, and either its district or that it is the next edition."""

    slug: str
    title_it: str
    title_en: str = ""
    opens_at: datetime | None = None
    district: District | None = None
    """None: the next edition of the call's family, for the same districts."""


@transaction.atomic
def copy_call(call: Call, *, actor: User, details: CopyDetails) -> Call:
    """Make a draft like the call. Steps move by as many days as the opening; without both openings they are left out.

    Raises `DomainError` for a new edition of a call without family, and for a district without actuator.
    """
    # Who copies waits for who changes the original, so that a copy is not half of each.
    call = Call.objects.select_for_update(of=["self"]).select_related("family").get(pk=call.pk)
    copy = Call(
        state=CallState.DRAFT, slug=details.slug, title_it=details.title_it, title_en=details.title_en,
        opens_at=details.opens_at, **{name: getattr(call, name) for name in COPIED},
    )  # fmt: skip
    if details.district is None:
        _as_edition(copy, call)
    if call.tier == Tier.NETWORKS:
        copy.first_tier_id = call.first_tier_id
        copy.actuator_id = _actuator(call, details.district)
    save_unique(copy)
    copy.districts.set(call.districts.all() if details.district is None else [details.district])
    copy.themes.set(call.themes.all())
    CallRule.objects.bulk_create(
        CallRule(call=copy, kind=rule.kind, parameters=rule.parameters) for rule in call.rules.all()
    )
    _copy_milestones(call, copy)
    _copy_documents(call, copy)
    record_version(copy, actor=actor, note="")
    return copy


def _as_edition(copy: Call, call: Call) -> None:
    if call.family is None:
        raise DomainError(_("This call belongs to no family: enter one first, then copy it into a new edition."))
    # Two copies at once come one after the other, and get two numbers.
    CallFamily.objects.select_for_update().get(pk=call.family.pk)
    latest = call.family.calls.aggregate(latest=Max("edition"))["latest"]
    copy.family, copy.edition = call.family, (latest or 0) + 1


def _actuator(call: Call, district: District | None) -> int | None:
    """The organisation that runs the second tier for the district, or the one that ran the edition before."""
    if district is None:
        return call.actuator_id
    selected = SelectedActuator.objects.filter(call=call.first_tier_id, district=district).first()
    if selected is None:
        raise DomainError(_("No actuator is recorded for this district in the first of the two calls."))
    return selected.organisation_id


def _copy_milestones(call: Call, copy: Call) -> None:
    if not (call.opens_at and copy.opens_at):
        return
    shift: timedelta = timezone.localdate(copy.opens_at) - timezone.localdate(call.opens_at)
    CallMilestone.objects.bulk_create(
        CallMilestone(
            call=copy,
            name_it=step.name_it,
            name_en=step.name_en,
            starts_on=step.starts_on + shift,
            ends_on=step.ends_on + shift if step.ends_on else None,
        )
        for step in call.milestones.all()
    )


def _copy_documents(call: Call, copy: Call) -> None:
    """Files of their own: the copy's documents can be replaced without touching the original's."""
    for document in call.documents.current():
        with document.file.open("rb") as content:
            CallDocument.objects.create(
                call=copy,
                title_it=document.title_it,
                title_en=document.title_en,
                language=document.language,
                file=File(content, name=f"copy.{document.extension}"),
            )
