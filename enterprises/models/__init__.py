"""Organisations: what they are, where, who acts for them, what they offer and seek."""

from enterprises.models.competence import Competence
from enterprises.models.membership import Membership, MembershipInvitation, MembershipRole
from enterprises.models.organisation import EnterpriseSize, Organisation, OrganisationKind, SizeDeclaration
from enterprises.models.vocabulary import Concept, Municipality

__all__ = [
    "Competence",
    "Concept",
    "EnterpriseSize",
    "Membership",
    "MembershipInvitation",
    "MembershipRole",
    "Municipality",
    "Organisation",
    "OrganisationKind",
    "SizeDeclaration",
]
