"""The selection: admissibility, evaluation, panel, ranking."""

from assessment.models.assessing import AdmissibilityCheck, AnnouncedRejection, Assessment, JournalEntry
from assessment.models.ranking import Ranking, RankingLine, Waiver
from assessment.models.scoring import (
    Assignment,
    ConsensusScore,
    EvaluatorProfile,
    PanelMeeting,
    Score,
)

__all__ = [
    "AdmissibilityCheck",
    "AnnouncedRejection",
    "Assessment",
    "Assignment",
    "ConsensusScore",
    "EvaluatorProfile",
    "JournalEntry",
    "PanelMeeting",
    "Ranking",
    "RankingLine",
    "Score",
    "Waiver",
]
