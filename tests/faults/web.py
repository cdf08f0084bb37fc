"""The web application, and a switch that takes its protection from the broker away."""

import os

from district_portal.wsgi import application  # first: it sets Django up

# isort: split
from district_portal.celery import app
from district_portal.notifications import outbox

__all__ = ["application"]


def publishing_in_the_request() -> None:
    """Whoever announces tells the broker at once, as `delay()` in a view would."""
    insert = outbox._insert

    def insert_and_publish(rows) -> None:
        insert(rows)
        app.send_task("district_portal.notifications.tasks.deliver")

    outbox._insert = insert_and_publish


if os.environ.get("FAULTS_WITHOUT") == "outbox":
    publishing_in_the_request()
