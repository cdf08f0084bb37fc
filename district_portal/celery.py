"""The worker's and beat's application: `celery -A district_portal.celery`. Nobody imports it; tasks are shared."""

import os
import time
from typing import Any

from celery import Celery, Task
from celery.signals import beat_init, setup_logging, task_postrun, task_prerun
from django.apps import apps
from django.conf import settings
from django.utils.log import configure_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "district_portal.settings")
# The limit on statements guards the web; a report may take as long as it needs.
os.environ.setdefault("STATEMENT_TIMEOUT_MS", "0")

app = Celery("district_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _log_as_the_web_does(**kwargs: object) -> None:
    """Without a receiver Celery would write lines of its own beside those of LOGGING in the settings."""
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)


@beat_init.connect
def _give_up_soon(**kwargs: Any) -> None:
    """A hint that the broker does not take within half a second is lost: the next one is a second away."""
    app.conf.broker_transport_options = app.conf.broker_transport_options | {"socket_timeout": 0.5}


HEARTBEAT_SECONDS = 5.0
_recorded_at: dict[str, float] = {}


@task_prerun.connect
@task_postrun.connect
def _record_heartbeat(task: Task, **kwargs: Any) -> None:
    """Tell the status page that this worker works, at most once every few seconds for each queue."""
    queue = (task.request.delivery_info or {}).get("routing_key") or "?"
    now = time.monotonic()
    if now - _recorded_at.get(queue, -HEARTBEAT_SECONDS) < HEARTBEAT_SECONDS:
        return
    _recorded_at[queue] = now
    # Celery reads this module before Django has loaded its models.
    apps.get_model("district_portal", "Heartbeat").objects.record(task.request.hostname or "?", queue)
