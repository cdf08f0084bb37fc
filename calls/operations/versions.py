"""What a call says, as one value; and its versions: every change of a call that everyone can read makes one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.differences import Snapshot
from calls.models import Call, CallDocument, CallVersion
from calls.notifications import versions as notifications
from calls.operations.drafts import call_touched
from calls.states import CallState
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError

TEXTS = ["title", "summary", "plain", "body"]
MOMENTS = ["opens_at", "closes_at", "questions_until"]
NUMBERS = ["budget", "grant_share", "grant_max", "project_cost_min", "project_cost_max"]
PLAIN = [
    "deadline_has_time",
    "duration_months",
    "partners_min",
    "specific_objective",
    "tier",
    "edition",
    "illustrative",
]


def snapshot(call: Call) -> Snapshot:
    """All that readers are told of the call, as JSON knows it.

    Moments are ISO 8601 in UTC, amounts (EUR) and shares text with all their places, what is unknown is None; `rules`,
    `documents`, `milestones` and `actuators` are dictionaries by what tells one from another. State and journal are
    not part of it: they have their own history; nor is the facilitator, a person.
    """
    content: Snapshot = {f"{name}_{lang}": getattr(call, f"{name}_{lang}") for name in TEXTS for lang in ("it", "en")}
    content |= {name: _moment(getattr(call, name)) for name in MOMENTS}
    content |= {name: _number(call, name) for name in NUMBERS}
    content |= {name: getattr(call, name) for name in PLAIN}
    content |= {
        "programme": call.programme.slug,
        "family": call.family.name_it if call.family else None,
        "first_tier": call.first_tier.slug if call.first_tier else None,
        "actuator": call.actuator.name if call.actuator else None,
        "aid_table": call.aid_table.code if call.aid_table else None,
        "districts": sorted(call.districts.values_list("slug", flat=True)),
        "themes": sorted(call.themes.values_list("slug", flat=True)),
        "roles": sorted(call.roles),
    }
    return content | _parts(call)


def _parts(call: Call) -> Snapshot:
    return {
        "rules": dict(call.rules.values_list("kind", "parameters")),
        "documents": {
            str(first): {
                "title_it": document.title_it,
                "title_en": document.title_en,
                "language": document.language,
                "type": document.extension,
                "size": document.size,
                "sha256": document.sha256,
                "published_on": document.published_on.isoformat(),
            }
            for first, document in _current_documents(call)
        },
        "milestones": {
            str(step.pk): {
                "name_it": step.name_it,
                "name_en": step.name_en,
                "starts_on": step.starts_on.isoformat(),
                "ends_on": step.ends_on.isoformat() if step.ends_on else None,
            }
            for step in call.milestones.all()
        },
        "actuators": {
            chosen.district.slug: {
                "organisation": chosen.organisation.name,
                "budget": str(chosen.budget) if chosen.budget is not None else None,
            }
            for chosen in call.selected_actuators.select_related("organisation", "district")
        },
    }


def _current_documents(call: Call) -> Iterator[tuple[int, CallDocument]]:
    """Each with the id of the first of the row that it ends by replacing: a corrected document is the same one."""
    documents = list(call.documents.all())
    before = {document.replaced_by_id: document.pk for document in documents if document.replaced_by_id}
    for document in documents:
        if document.replaced_by_id is None and document.withdrawn_at is None:
            first = document.pk
            while first in before:
                first = before[first]
            yield first, document


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _number(call: Call, name: str) -> str | None:
    value = getattr(call, name)
    places = cast("models.DecimalField[Any, Any]", call._meta.get_field(name)).decimal_places
    return None if value is None else str(Decimal(value).quantize(Decimal(1).scaleb(-places)))


def digest(content: Snapshot) -> str:
    """SHA-256 of a snapshot, the same for the same content."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def begin_change(call: Call, *, actor: User) -> Call:
    """Read the call again and hold it for a change.

    A public call that has no version yet (it is older than versions) gets its first one, so that what it said before
    the change is not lost.
    """
    call = Call.objects.select_for_update().get(pk=call.pk)
    if call.state != CallState.DRAFT and not call.versions.exists():
        _keep(call, snapshot(call), number=1, author=actor, note="")
    return call


@transaction.atomic
def record_version(call: Call, *, actor: User, note: str) -> CallVersion | None:
    """Keep what the call says from now on, and tell those concerned what changed and why (`note`).

    Call it last in each operation that changes what readers are told. A draft, and a call that says what it said
    before, has no new version and nobody is told: None. The first version is told by the publication itself.
    Raises `DomainError` where a public call was changed without a note.
    """
    call = Call.objects.select_for_update().get(pk=call.pk)
    content = snapshot(call)
    call_touched(call, actor=actor, digest=digest(content))
    if call.state == CallState.DRAFT:
        return None
    latest = call.versions.order_by("-number").first()
    if latest is not None and latest.content == content:
        return None
    if latest is not None and not note.strip():
        raise DomainError(_("Everyone can read this call: say in one sentence what changed, and why."))
    version = _keep(call, content, number=latest.number + 1 if latest else 1, author=actor, note=note.strip())
    # Feeds and open data tell by this moment that there is news, also where only a document changed.
    call.save(update_fields=["updated_at"])
    if latest is not None:
        notifications.call_changed(version)
    return version


def _keep(call: Call, content: Snapshot, *, number: int, author: User, note: str) -> CallVersion:
    return CallVersion.objects.create(
        call=call, number=number, content=content, author=author, note=note[:500], at=timezone.now()
    )
