"""Versions of the demonstration's calls: the first one of each, and of the open one two changes that one can read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile

from calls.models import Call, CallDocument, CallVersion
from calls.operations.versions import snapshot
from calls.states import CallState
from district_portal.accounts.models import User
from district_portal.management.demo.call_texts import MAIN
from district_portal.management.demo.dates import days
from district_portal.management.demo.files import TABLE

INFO_DAY = "La data della giornata informativa è fissata."
BUDGET = "Piano dei costi corretto: mancava la riga dei materiali."


def make(users: dict[str, User], current: dict[str, Call], moment: datetime) -> None:
    """To be called when the calls are as they stay."""
    main, author = current[MAIN], users["region"]
    old = _earlier_budget(main)
    for call in Call.objects.exclude(state=CallState.DRAFT):
        content = snapshot(call)
        if call == main:
            _history(call, old, content, author, moment)
        else:
            _version(call, 1, content, author, call.published_at or call.created_at, "")


def _earlier_budget(call: Call) -> CallDocument:
    """The table of costs as it was first published, without its last row."""
    new = call.documents.get(title_en="Budget by partner")
    old = CallDocument.objects.create(
        call=call,
        title_it=new.title_it,
        title_en=new.title_en,
        language=new.language,
        published_on=new.published_on,
        file=ContentFile(TABLE.rpartition(";Materiali")[0].encode(), "piano-dei-costi.csv"),
        replaced_by=new,
    )
    CallDocument.objects.filter(pk=new.pk).update(published_on=new.published_on + days(6), note=BUDGET)
    return old


def _history(call: Call, old: CallDocument, now: dict[str, Any], author: User, moment: datetime) -> None:
    opened = call.opens_at or moment
    first_table = {
        **now["documents"][str(old.pk)],
        "sha256": old.sha256,
        "size": old.size,
        "published_on": old.published_on.isoformat(),
    }
    second = now | {"documents": now["documents"] | {str(old.pk): first_table}}
    first_step = next(iter(now["milestones"]), None)
    first = second | {"milestones": {key: step for key, step in now["milestones"].items() if key != first_step}}
    _version(call, 1, first, author, opened, "")
    _version(call, 2, second, author, opened + days(3), INFO_DAY)
    _version(call, 3, now, author, opened + days(6), BUDGET)


def _version(call: Call, number: int, content: dict[str, Any], author: User, at: datetime, note: str) -> None:
    CallVersion.objects.create(call=call, number=number, content=content, author=author, at=at, note=note)
