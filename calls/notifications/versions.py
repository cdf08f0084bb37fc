"""What people are told when a call that they could read has changed."""

from __future__ import annotations

from calls.changes import shown_changes
from calls.concerned import people_concerned
from calls.models import CallVersion
from district_portal.notifications.outbox import Content, Message, announce, path_of
from district_portal.shared.ui import localised


def _load(about: str) -> Content:
    """`about`: id of the version."""
    version = CallVersion.objects.select_related("call").get(pk=about)
    call, before = version.call, version.before()
    return Content(
        path=path_of("calls:version", call.slug, version.number),
        context={
            "version": version,
            "call": call,
            "title": localised(call, "title"),
            "changes": shown_changes(before.content if before else {}, version.content),
        },
    )


CALL_CHANGED = Message("calls/call_changed", load=_load)


def call_changed(version: CallVersion) -> None:
    """To all whom the call concerns, once for each version, but not to who made the change."""
    users = people_concerned(version.call).exclude(pk=version.author_id)
    announce(CALL_CHANGED, about=version.pk, key=str(version.pk), users=users)
