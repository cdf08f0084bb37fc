"""The worker's and beat's application: `celery -A district_portal.celery`. Nobody imports it; tasks are shared."""

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "district_portal.settings")
# The limit on statements guards the web; a report may take as long as it needs.
os.environ.setdefault("STATEMENT_TIMEOUT_MS", "0")

app = Celery("district_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _leave_the_log_as_it_is(**kwargs: object) -> None:
    """Without a receiver Celery would write its own lines beside Django's (LOGGING in the settings)."""
