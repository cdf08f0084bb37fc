"""Who is told, in the same transaction, what happens to submissions: rooms above this one add themselves in `ready`."""

from __future__ import annotations

from collections.abc import Callable

from projects.models import IntegrationRound, Submission

Listener = Callable[[Submission], None]

SENT: list[Listener] = []
"""A proposal was sent (also again, after it was withdrawn)."""
WITHDRAWN: list[Listener] = []
"""A submission was withdrawn."""
INTEGRATED: list[Callable[[IntegrationRound], None]] = []
"""An integration round has ended: answered, or its time is over."""
