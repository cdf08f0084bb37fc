"""Plausible rows for tests. One module per app; this package gives the ones that every app needs."""

from tests.factories.accounts import PASSWORD, AppointmentFactory, DistrictFactory, RegionFactory, UserFactory
from tests.factories.enterprises import (
    AtecoFactory,
    CompetenceFactory,
    ConceptFactory,
    InvitationFactory,
    MembershipFactory,
    MunicipalityFactory,
    OrganisationFactory,
    SizeDeclarationFactory,
)

__all__ = [
    "PASSWORD",
    "AppointmentFactory",
    "AtecoFactory",
    "CompetenceFactory",
    "ConceptFactory",
    "DistrictFactory",
    "InvitationFactory",
    "MembershipFactory",
    "MunicipalityFactory",
    "OrganisationFactory",
    "RegionFactory",
    "SizeDeclarationFactory",
    "UserFactory",
]
