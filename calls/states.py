"""The life of a call. Open and closed follow from the clock and are computed, never stored."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CallState(models.TextChoices):
    """What is stored."""

    DRAFT = "draft", _("Draft")
    PLANNED = "planned", _("Planned")
    PUBLISHED = "published", _("Published")
    IN_ASSESSMENT = "in_assessment", _("In assessment")
    RANKED = "ranked", _("Ranked")
    CONCLUDED = "concluded", _("Concluded")
    CANCELLED = "cancelled", _("Cancelled")


CALL_MOVES: dict[CallState, set[CallState]] = {
    CallState.DRAFT: {CallState.PLANNED, CallState.PUBLISHED},
    CallState.PLANNED: {CallState.DRAFT, CallState.PUBLISHED, CallState.CANCELLED},
    CallState.PUBLISHED: {CallState.IN_ASSESSMENT, CallState.CANCELLED},
    CallState.IN_ASSESSMENT: {CallState.RANKED, CallState.CANCELLED},
    CallState.RANKED: {CallState.CONCLUDED},
    CallState.CONCLUDED: set(),
    CallState.CANCELLED: set(),
}
