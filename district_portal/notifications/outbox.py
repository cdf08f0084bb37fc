"""Announcing: how every app tells people what happened.

An app declares each message once (`INTEREST_REGISTERED = Message("calls/interest_registered", load=...)`) in its
`notifications.py` and calls `announce` inside the transaction of the change. Nothing here talks to a broker or a mail
server: rows are inserted, workers deliver them (`delivery.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import get_language

from district_portal.accounts.models import User
from district_portal.notifications.models import Channel, OutboxRow
from district_portal.shared.errors import current_request_id


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True)
class Guest:
    """A recipient without account, found through what the message is about."""

    name: str
    email: str
    language: str


def without_language(path: str) -> str:
    """An address as `Content` has it: each reader gets their own language."""
    return path.removeprefix(f"/{get_language()}")


def path_of(route: str, *args: object) -> str:
    """The address of a route, without language."""
    return without_language(reverse(route, args=args))


@dataclass(frozen=True)
class Content:
    """What a message needs to be written. `path` is the address of its subject without language (`/networks/…/`).

    `headers` are more headers of the mail, such as List-Unsubscribe.
    """

    path: str
    context: dict[str, Any]
    guest: Guest | None = None
    attachments: list[Attachment] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


class NoLongerTrue(Exception):
    """Raised by `Message.load`: what was to be told holds no longer, and nobody misses it. No error: it is dropped."""


@dataclass(frozen=True)
class Message:
    """A kind of message. Templates: `<app>/emails/<name>.subject.txt`, `.txt` and `.html`.

    `load(about)` reads the subject afresh at delivery, in the reader's language, and raises `ObjectDoesNotExist`
    when it is gone; the message is then given up. With `NoLongerTrue` it is dropped.
    """

    name: str
    load: Callable[[str], Content]

    def __post_init__(self) -> None:
        if self.name in MESSAGES:
            raise ValueError(f"message {self.name} is declared twice")
        MESSAGES[self.name] = self

    @property
    def template(self) -> str:
        app, name = self.name.split("/")
        return f"{app}/emails/{name}"


MESSAGES: dict[str, Message] = {}


def announce(message: Message, *, about: object, key: str, users: Iterable[User]) -> None:
    """Tell `users` (mail and inbox each) of `about`, once per `key` and person, with the current transaction."""
    unique = {user.pk: user for user in users}
    announce_each(message, ((about, key, user) for user in unique.values()))


def announce_each(message: Message, entries: Iterable[tuple[object, str, User]]) -> None:
    """Tell many people, each of something of their own, in one insertion: (about, key, person)."""
    rows = [
        OutboxRow(
            key=f"{message.name}:{key}:{user.pk}:{channel}",
            message=message.name,
            channel=channel,
            about=str(about),
            user_id=user.pk,
        )
        for about, key, user in entries
        if user.is_active
        for channel in Channel
    ]
    _insert(rows)


def announce_to_guest(message: Message, *, about: object, key: str) -> None:
    """Tell the guest whom `message.load(about)` names, by mail, once per `key`, with the current transaction."""
    _insert(
        [OutboxRow(key=f"{message.name}:{key}:guest", message=message.name, channel=Channel.MAIL, about=str(about))]
    )


def _insert(rows: list[OutboxRow]) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("announce inside the transaction of the change that the message tells of")
    for row in rows:
        row.request_id = current_request_id()
    OutboxRow.objects.bulk_create(rows, ignore_conflicts=True)
