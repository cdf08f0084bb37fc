"""A process that lets a panel take over the scores of 1,000 proposals by 5 evaluators each and ranks them: prints JSON.

Everything is made in one transaction and taken back.
"""

from __future__ import annotations

import json
import time
from decimal import Decimal

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from assessment.operations.meetings import open_meeting  # noqa: E402
from assessment.operations.panel import close_agreed  # noqa: E402
from assessment.operations.ranking import draft_ranking  # noqa: E402
from assessment.states import AssessmentState  # noqa: E402
from district_portal.accounts.models import District  # noqa: E402
from tests.factories.assessment import assessed_call, score_all  # noqa: E402

PROPOSALS, EVALUATORS = 1000, 5


@transaction.atomic
def main() -> None:
    district = District.objects.select_related("region").first()
    selection = assessed_call(PROPOSALS, EVALUATORS, state=AssessmentState.ADMITTED, district=district)
    score_all(
        selection,
        each=EVALUATORS,
        points=lambda proposal, _evaluator, weight: Decimal(weight) * (60 + proposal % 37) / 100,
    )
    today = timezone.localdate()
    meeting = open_meeting(
        selection.call, held_on=today, members=selection.evaluators, chair=None, actor=selection.staff
    )
    began = time.perf_counter()
    closed = close_agreed(meeting, actor=selection.staff)
    taken = time.perf_counter()
    draft_ranking(selection.call, budget=Decimal(50_000_000), actor=selection.staff)
    print(json.dumps({"proposals": closed, "taken": taken - began, "ranked": time.perf_counter() - taken}))
    transaction.set_rollback(True)


main()
