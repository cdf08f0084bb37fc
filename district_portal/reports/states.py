"""The life of a report run."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    BUILDING = "building", _("Building")
    READY = "ready", _("Ready")
    STOPPED = "stopped", _("Stopped")
    CANCELLED = "cancelled", _("Cancelled")


RUN_MOVES: dict[RunState, set[RunState]] = {
    RunState.WAITING: {RunState.BUILDING, RunState.CANCELLED},
    # Building again: a killed build is taken up by another worker.
    RunState.BUILDING: {RunState.BUILDING, RunState.READY, RunState.STOPPED, RunState.CANCELLED},
    RunState.STOPPED: {RunState.WAITING},
    RunState.READY: set(),
    RunState.CANCELLED: set(),
}
