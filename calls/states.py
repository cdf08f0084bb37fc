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
    CallState.PLANNED: {CallState.PUBLISHED, CallState.CANCELLED},  # never a draft again: everyone has read it
    CallState.PUBLISHED: {CallState.IN_ASSESSMENT, CallState.CANCELLED},
    CallState.IN_ASSESSMENT: {CallState.RANKED, CallState.CANCELLED},
    CallState.RANKED: {CallState.CONCLUDED},
    CallState.CONCLUDED: set(),
    CallState.CANCELLED: set(),
}


UNAPPROVED = [CallState.DRAFT, CallState.PLANNED]
"""Still to be approved: as a whole, or as a call that opens."""

OVER = [CallState.CONCLUDED, CallState.CANCELLED]
"""What the call said stays as it is."""


class ApprovalState(models.TextChoices):
    """Of the request that a second person approve a draft."""

    WAITING = "waiting", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    VOID = "void", _("Void: the call was changed")


APPROVAL_MOVES: dict[ApprovalState, set[ApprovalState]] = {
    ApprovalState.WAITING: {
        ApprovalState.APPROVED,
        ApprovalState.RETURNED,
        ApprovalState.WITHDRAWN,
        ApprovalState.VOID,
    },
    ApprovalState.APPROVED: set(),
    ApprovalState.RETURNED: set(),
    ApprovalState.WITHDRAWN: set(),
    ApprovalState.VOID: set(),
}


class QuestionState(models.TextChoices):
    ASKED = "asked", _("Waiting for an answer")
    ANSWERED = "answered", _("Answered")
    SET_ASIDE = "set_aside", _("Not answered here")
    WITHDRAWN = "withdrawn", _("Withdrawn")


UNPUBLISHED = [QuestionState.ASKED, QuestionState.SET_ASIDE]
"""Of questions that have no published answer, and may still get one."""

QUESTION_MOVES: dict[QuestionState, set[QuestionState]] = {
    QuestionState.ASKED: {QuestionState.ANSWERED, QuestionState.SET_ASIDE, QuestionState.WITHDRAWN},
    QuestionState.ANSWERED: {QuestionState.ANSWERED},  # an answer may be corrected; all who were told are told again
    QuestionState.SET_ASIDE: {QuestionState.ANSWERED},
    QuestionState.WITHDRAWN: set(),
}


class ImportState(models.TextChoices):
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    APPLYING = "applying", _("Being applied")
    APPLIED = "applied", _("Applied")
    FAILED = "failed", _("Not readable")
    DISCARDED = "discarded", _("Discarded")


IMPORT_MOVES: dict[ImportState, set[ImportState]] = {
    ImportState.CHECKING: {ImportState.CHECKED, ImportState.FAILED},
    ImportState.CHECKED: {ImportState.APPLYING, ImportState.DISCARDED},
    ImportState.APPLYING: {ImportState.APPLIED, ImportState.CHECKED},
    ImportState.APPLIED: set(),
    ImportState.FAILED: set(),
    ImportState.DISCARDED: set(),
}
