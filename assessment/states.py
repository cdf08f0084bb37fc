"""The life of an assessed proposal, of an evaluator's assignment, and of a ranking."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AssessmentState(models.TextChoices):
    RECEIVED = "received", _("Received")
    INTEGRATION = "integration", _("Integration asked for")
    REJECTION_ANNOUNCED = "rejection_announced", _("Rejection announced")
    ADMITTED = "admitted", _("Admitted to evaluation")
    EXCLUDED = "excluded", _("Excluded")
    NOT_ADMISSIBLE = "not_admissible", _("Not admissible")
    EVALUATED = "evaluated", _("Evaluated")
    FUNDED = "funded", _("Admitted and funded")
    NOT_FUNDED = "not_funded", _("Admissible, not funded")
    WAIVED = "waived", _("Waived")
    WITHDRAWN = "withdrawn", _("Withdrawn")


S = AssessmentState
ASSESSMENT_MOVES: dict[AssessmentState, set[AssessmentState]] = {
    S.RECEIVED: {S.INTEGRATION, S.REJECTION_ANNOUNCED, S.ADMITTED, S.EXCLUDED, S.NOT_ADMISSIBLE, S.WITHDRAWN},
    S.INTEGRATION: {S.RECEIVED, S.WITHDRAWN},
    S.REJECTION_ANNOUNCED: {S.ADMITTED, S.EXCLUDED, S.NOT_ADMISSIBLE, S.WITHDRAWN},
    S.ADMITTED: {S.EVALUATED, S.WITHDRAWN},
    # Below the points that are needed: not admissible, with the ranking.
    S.EVALUATED: {S.ADMITTED, S.FUNDED, S.NOT_FUNDED, S.NOT_ADMISSIBLE, S.WITHDRAWN},
    S.FUNDED: {S.WAIVED},
    S.NOT_FUNDED: {S.FUNDED, S.WITHDRAWN},  # later funding down the ranking (scorrimento)
    S.EXCLUDED: set(),
    S.NOT_ADMISSIBLE: set(),
    S.WAIVED: set(),
    S.WITHDRAWN: {S.RECEIVED},  # sent again before the deadline
}

REJECTIONS = {S.EXCLUDED, S.NOT_ADMISSIBLE}


class Conflict(models.TextChoices):
    """What an evaluator declares on one proposal; nothing declared is NULL, and then nothing can be scored."""

    NONE = "none", _("No conflict of interest")
    CONFLICT = "conflict", _("Conflict of interest")


class RankingState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    DISCARDED = "discarded", _("Discarded")
    SUPERSEDED = "superseded", _("Replaced by a later one")


RANKING_MOVES: dict[RankingState, set[RankingState]] = {
    RankingState.DRAFT: {RankingState.PUBLISHED, RankingState.DISCARDED},
    RankingState.PUBLISHED: {RankingState.SUPERSEDED},
    RankingState.DISCARDED: set(),
    RankingState.SUPERSEDED: set(),
}
