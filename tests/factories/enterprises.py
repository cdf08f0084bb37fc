"""Organisations, their members, and what they offer and seek."""

import secrets
from datetime import timedelta
from decimal import Decimal

import factory
from django.utils import timezone
from stdnum import luhn

from enterprises.models import (
    Competence,
    Concept,
    EnterpriseSize,
    Membership,
    MembershipInvitation,
    MembershipRole,
    Municipality,
    Organisation,
    SizeDeclaration,
)
from tests.factories.accounts import DistrictFactory, UserFactory


def vat_number(n: int) -> str:
    """A valid Italian VAT number, another for each `n` below ten million: company, office of Modena, check digit."""
    digits = f"{n:07}036"
    return f"IT{digits}{luhn.calc_check_digit(digits)}"


class MunicipalityFactory(factory.django.DjangoModelFactory):
    """`MunicipalityFactory()` is Mirandola, the same row each time."""

    class Meta:
        model = Municipality
        django_get_or_create = ("istat",)

    istat = "036022"
    name = "Mirandola"
    province = "MO"
    nuts = "ITH54"
    latitude = Decimal("44.8873")
    longitude = Decimal("11.0655")


class ConceptFactory(factory.django.DjangoModelFactory):
    """A competence of the portal's list."""

    class Meta:
        model = Concept

    scheme = Concept.Scheme.COMPETENCE
    version = "2026"
    code = factory.Sequence(lambda n: f"competence-{n}")
    name_it = factory.Sequence(lambda n: f"Competenza {n:03}")
    name_en = factory.Sequence(lambda n: f"Competence {n:03}")


class AtecoFactory(ConceptFactory):
    """`AtecoFactory()` is the class of medical devices, the same row each time."""

    class Meta:
        model = Concept
        django_get_or_create = ("scheme", "version", "code")

    scheme = Concept.Scheme.ATECO
    version = "2025"
    code = "32.50"
    name_it = "Fabbricazione di strumenti e forniture mediche e dentistiche"
    name_en = ""


class OrganisationFactory(factory.django.DjangoModelFactory):
    """An enterprise of Mirandola in a district of its own; `OrganisationFactory(owner=user)` gives it an owner."""

    class Meta:
        model = Organisation
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Organisation {n:03}")
    slug = factory.Sequence(lambda n: f"organisation-{n}")
    vat_number = factory.Sequence(lambda n: vat_number(n + 1))
    district = factory.SubFactory(DistrictFactory)
    municipality = factory.SubFactory(MunicipalityFactory)

    @factory.post_generation
    def owner(self, create, extracted, **kwargs):
        if create and extracted:
            MembershipFactory(organisation=self, user=extracted)


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    organisation = factory.SubFactory(OrganisationFactory)
    user = factory.SubFactory(UserFactory)
    role = MembershipRole.OWNER


class InvitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MembershipInvitation

    organisation = factory.SubFactory(OrganisationFactory)
    email = factory.Sequence(lambda n: f"guest{n}@example.org")
    token = factory.LazyFunction(secrets.token_urlsafe)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=14))


class CompetenceFactory(factory.django.DjangoModelFactory):
    """An offer that everyone may read."""

    class Meta:
        model = Competence

    organisation = factory.SubFactory(OrganisationFactory)
    concept = factory.SubFactory(ConceptFactory)
    direction = Competence.Direction.OFFERS
    level = Competence.Level.PUBLIC


class SizeDeclarationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SizeDeclaration

    organisation = factory.SubFactory(OrganisationFactory)
    year = 2025
    size = EnterpriseSize.SMALL
