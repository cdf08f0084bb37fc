"""Tables of legal moves (`dict[state, set[state]]`), and the one check of a move."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from district_portal.shared.errors import DomainError

State = TypeVar("State", bound=TextChoices)


def check_move(moves: Mapping[State, Set[State]], current: str, target: State) -> None:
    """Raise `DomainError` unless `moves` allows to go from `current` to `target`."""
    state = type(target)(current)
    if target not in moves[state]:
        raise DomainError(
            _("This is not possible any more: it is now “%(now)s”. Reload the page to see what happened.")
            % {"now": state.label}
        )
