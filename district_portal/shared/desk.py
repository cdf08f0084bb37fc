"""What waits for a person: each app says it for its own rows, the desk page puts it in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class DeskTask:
    """One row of "What needs me now": a sentence with a verb, one line of context, one action."""

    title: str
    context: str
    icon: str
    action: str
    url: str
    due: datetime | None = None
    created: datetime | None = None

    def urgency(self, now: datetime) -> str:
        """`late` (overdue or due within a day), `soon` (within a week) or empty."""
        if self.due is None:
            return ""
        if self.due <= now + timedelta(days=1):
            return "late"
        return "soon" if self.due <= now + timedelta(days=7) else ""


Provider = Callable[[Any, datetime], Iterable[DeskTask]]
_providers: list[tuple[Provider, frozenset[str]]] = []


def register(*providers: Provider, roles: Iterable[str] = ()) -> None:
    """Add providers (in `apps.ready`): each gets the person and the moment, and must ask a fixed number of queries.

    `roles` (of `User.roles`): nobody else is asked for; none: everyone is.
    """
    _providers.extend((provider, frozenset(roles)) for provider in providers)


def tasks_for(user: Any, now: datetime) -> list[DeskTask]:
    """Everything that waits for the person: overdue first, then by due date, then the newest."""
    asked = [provider for provider, roles in _providers if not roles or roles & user.roles]
    tasks = [task for provider in asked for task in provider(user, now)]
    return sorted(tasks, key=lambda task: (task.due is None, task.due or now, -(task.created or now).timestamp()))
