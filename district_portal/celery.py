"""The worker's and beat's application: `celery -A district_portal.celery`. Nobody imports it; tasks are shared."""

import os

from celery import Celery
from celery.signals import setup_logging
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
