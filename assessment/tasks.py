"""Beat's hint: something may be waiting. Safe to lose and to repeat."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from assessment.operations.due import remind_of_scores


@shared_task
def remind_evaluators() -> int:
    """Scores may be awaited soon. Returns how many reminders are due, sent before or not."""
    return remind_of_scores(timezone.localdate())
