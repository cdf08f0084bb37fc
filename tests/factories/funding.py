"""Funded projects, their awards and payments."""

from datetime import date
from decimal import Decimal

import factory

from projects.models import Award, Payment, Project
from tests.factories.accounts import DistrictFactory
from tests.factories.calls import CallFactory
from tests.factories.enterprises import OrganisationFactory


class ProjectFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Project

    slug = factory.Sequence(lambda n: f"project-{n}")
    acronym = factory.Sequence(lambda n: f"PRJ{n:03}")
    title = factory.Sequence(lambda n: f"Project {n:03}")
    call = factory.SubFactory(CallFactory, concluded=True)
    district = factory.SubFactory(DistrictFactory)
    starts_on = date(2024, 3, 1)


class AwardFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Award

    project = factory.SubFactory(ProjectFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    cost = Decimal("100000.00")
    grant = Decimal("40000.00")
    size = "small"
    awarded_on = date(2024, 2, 1)


class PaymentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Payment

    award = factory.SubFactory(AwardFactory)
    kind = Payment.Kind.ADVANCE
    amount = Decimal("10000.00")
    paid_on = date(2024, 6, 30)
