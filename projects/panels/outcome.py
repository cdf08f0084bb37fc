"""What became of a proposal that was sent: a higher room, which selects, tells the page of the network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from district_portal.accounts.models import User
from projects.models import Network


@dataclass(frozen=True)
class Outcome:
    status: str
    """Of the table of `district_portal.shared.ui`: its words stand in the last step."""
    decided: bool = False
    kind: str = ""
    """Of the note, as `components/note.html` knows it."""
    text: str = ""
    """What to know or to do, in one sentence; empty: no note."""
    url: str = ""
    action: str = ""


Teller = Callable[[Network, User, datetime], Outcome | None]
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """Add a teller (in `apps.ready`); it is asked about networks that are sent, and asks one query."""
    _tellers.append(teller)


def outcome_of(network: Network, user: User, now: datetime) -> Outcome | None:
    """None while nobody has taken the proposal up."""
    return next(filter(None, (teller(network, user, now) for teller in _tellers)), None)
