"""Networks, and the projects that were funded."""

from projects.models.funding import Award, Payment, Project, ProjectQuerySet
from projects.models.networks import Decision, Network, NetworkQuerySet, Partner, PartnerQuerySet

__all__ = [
    "Award",
    "Decision",
    "Network",
    "NetworkQuerySet",
    "Partner",
    "PartnerQuerySet",
    "Payment",
    "Project",
    "ProjectQuerySet",
]
