"""Everything that changes the saved answers of an eligibility self-check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from calls.models import Call, EligibilityAnswers
from district_portal.accounts.models import User
from enterprises.models import Organisation


@transaction.atomic
def save_answers(call: Call, *, actor: User, organisation: Organisation, answers: Mapping[str, Any]) -> None:
    """Keep an organisation's answers (`eligibility.answers_to_keep`) in the place of earlier ones; none: no row."""
    if not answers:
        clear_answers(call, organisation=organisation)
        return
    EligibilityAnswers.objects.update_or_create(
        call=call,
        organisation=organisation,
        defaults={"answers": dict(answers), "saved_by": actor, "saved_at": timezone.now()},
    )


def clear_answers(call: Call, *, organisation: Organisation) -> None:
    """Forget what was answered: the check shows again what is known of the organisation."""
    EligibilityAnswers.objects.filter(call=call, organisation=organisation).delete()
