"""A process that delivers what waits, and is killed (-9) at the moment that it is told."""

import os
import signal
import sys
from collections.abc import Callable

import django

django.setup()

from district_portal.notifications import delivery
from district_portal.notifications.models import InboxItemQuerySet
from district_portal.notifications.sink import EmailBackend
from tests.faults import worker  # noqa: F401  (settings, and the switches)

MOMENTS = {
    "claimed": (delivery, "claim"),
    "written": (InboxItemQuerySet, "create"),
    "handed": (EmailBackend, "send_messages"),
}


def and_then_die(work: Callable) -> Callable:
    def done_and_dead(*arguments, **named) -> None:
        work(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return done_and_dead


if __name__ == "__main__":
    place, name = MOMENTS[sys.argv[1]]
    setattr(place, name, and_then_die(getattr(place, name)))
    delivery.deliver_waiting()
