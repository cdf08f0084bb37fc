"""Beat's hints: something may be waiting. Safe to lose and to repeat."""

from __future__ import annotations

import time

from celery import shared_task
from django.utils import timezone

from district_portal.shared.arrival import moment_of_arrival
from projects.operations.integration import close_integrations
from projects.operations.papers import claim_paper
from projects.operations.review import remind_replies
from projects.papers.work import make_paper

# Then the next hint goes on, so that no task reaches the worker's time limit because of many documents.
LONG_ENOUGH = 60.0


@shared_task
def make_papers() -> int:
    """Documents may be waiting. Returns how many attempts were made."""
    began, made = time.monotonic(), 0
    while time.monotonic() - began < LONG_ENOUGH and (paper := claim_paper()):
        make_paper(paper)
        made += 1
    return made


@shared_task
def close_rounds() -> int:
    """The time of integration rounds may be over. Returns how many were closed."""
    return close_integrations(moment_of_arrival())


@shared_task
def remind_of_replies() -> int:
    """Leads may have to reply to a facilitator soon. Returns how many replies are awaited by the next working day."""
    return remind_replies(timezone.localdate())
