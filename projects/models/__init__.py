"""Networks, what they write and send together, and the projects that were funded."""

from projects.models.budget import BudgetLine, DeMinimisAid, DeMinimisStatement
from projects.models.funding import Award, Payment, Project, ProjectQuerySet
from projects.models.networks import Decision, Network, NetworkQuerySet, Partner, PartnerQuerySet
from projects.models.planning import Cover, Deliverable, ExpectedIndicator, Milestone, Need, Risk, WorkPackage
from projects.models.submission import IntegrationRound, Paper, Protocol, SignOff, Submission, SubmissionWithdrawal
from projects.models.writing import (
    Activity,
    Answer,
    Attachment,
    Comment,
    Declaration,
    Helper,
    Look,
    ProposalVersion,
    SectionLock,
)

__all__ = [
    "Activity",
    "Answer",
    "Attachment",
    "Award",
    "BudgetLine",
    "Comment",
    "Cover",
    "DeMinimisAid",
    "DeMinimisStatement",
    "Decision",
    "Declaration",
    "Deliverable",
    "ExpectedIndicator",
    "Helper",
    "IntegrationRound",
    "Look",
    "Milestone",
    "Need",
    "Network",
    "NetworkQuerySet",
    "Paper",
    "Partner",
    "PartnerQuerySet",
    "Payment",
    "Project",
    "ProjectQuerySet",
    "ProposalVersion",
    "Protocol",
    "Risk",
    "SectionLock",
    "SignOff",
    "Submission",
    "SubmissionWithdrawal",
    "WorkPackage",
]
