"""The demonstration: the programme's facts, and around them a made-up present, all of it marked illustrative.

Each module makes one part and is called in this order by `load`. Rows are made through models, not operations:
operations would tell people of things that nobody did.
"""

from __future__ import annotations

from django.db import transaction

from calls.models import Programme
from district_portal.management.demo import (
    alerts,
    assessment,
    calls,
    event,
    facts,
    interests,
    networks,
    organisations,
    people,
    projects,
    proposals,
    publishing,
    questions,
    renewal,
    versions,
)
from district_portal.management.demo.dates import now

PROGRAMME = calls.PROGRAMME["slug"]


@transaction.atomic
def load() -> bool:
    """Make the demonstration, once. Later runs only move past deadlines of its calls forward. Returns whether made."""
    moment = now()
    if Programme.objects.filter(slug=PROGRAMME).exists():
        renewal.renew(moment)
        return False
    users = people.make(moment.date())
    firms = organisations.make(users, moment.date())
    facts.make()
    current = calls.make(users, moment)
    publishing.make(users, current, moment)
    interests.make(users, firms, current, moment)
    questions.make(users, current, moment)
    networks.make(users, firms, current, moment)
    proposals.make(users, firms, current, moment)
    assessment.make(users, firms, current, moment)
    projects.make(users, firms, current, moment.date())
    event.make(firms, moment)
    alerts.make(users, current, moment)
    versions.make(users, current, moment)
    return True
