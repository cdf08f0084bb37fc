"""A process that assigns 1,000 proposals to 5 evaluators each, lets a panel take over as many scores and ranks them.

Prints JSON: seconds. Everything is made in one transaction and taken back.
"""

from __future__ import annotations

import json
import os
import time
from decimal import Decimal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "district_portal.settings")
django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from assessment.operations.assignment import assign_all, plan_assignments  # noqa: E402
from assessment.operations.meetings import open_meeting  # noqa: E402
from assessment.operations.panel import close_agreed  # noqa: E402
from assessment.operations.ranking import draft_ranking  # noqa: E402
from assessment.states import AssessmentState  # noqa: E402
from district_portal.accounts.models import District  # noqa: E402
from tests.factories.assessment import assessed_call, score_all  # noqa: E402

PROPOSALS, EACH, POOL = 1000, 5, 300
"""How many, evaluators of one, and those there are to choose from."""


@transaction.atomic
def main() -> None:
    district = District.objects.select_related("region").first()
    assert district is not None
    print(json.dumps(_assign(district) | _rank(district)))
    transaction.set_rollback(True)


def _assign(district: District) -> dict[str, float]:
    rules = {"selection": {"evaluators": EACH, "integration_days": 10}}
    selection = assessed_call(PROPOSALS, POOL, state=AssessmentState.ADMITTED, district=district, rules=rules)
    began = time.perf_counter()
    plan = plan_assignments(selection.call).plan
    planned = time.perf_counter()
    made = assign_all(selection.call, digest=plan.digest, due_on=None, actor=selection.staff, moment=timezone.now())
    assert len(made) == PROPOSALS * EACH
    return {"planned": planned - began, "assigned": time.perf_counter() - planned}


def _rank(district: District) -> dict[str, float]:
    selection = assessed_call(PROPOSALS, EACH, state=AssessmentState.ADMITTED, district=district)
    score_all(
        selection,
        each=EACH,
        points=lambda proposal, _evaluator, weight: Decimal(weight) * (60 + proposal % 37) / 100,
    )
    today = timezone.localdate()
    meeting = open_meeting(
        selection.call, held_on=today, members=selection.evaluators, chair=None, actor=selection.staff
    )
    began = time.perf_counter()
    closed = close_agreed(meeting, actor=selection.staff)
    taken = time.perf_counter()
    assert closed == PROPOSALS
    draft_ranking(selection.call, budget=Decimal(50_000_000), actor=selection.staff)
    return {"taken": taken - began, "ranked": time.perf_counter() - taken}


main()
