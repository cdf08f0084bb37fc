"""People, regions, districts, appointments."""

from functools import cache
from typing import Any

import factory
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from district_portal.accounts.models import Appointment, District, Region, Role, User

PASSWORD = "mirandola-2012"


@cache
def _hashed() -> str:
    """Hashing is slow on purpose: once is enough for all people of a test run."""
    return make_password(PASSWORD)


class UserFactory(factory.django.DjangoModelFactory):
    """A person with a verified address, who signs in with `PASSWORD`. `UserFactory(verified=False)` leaves it open."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    given_name = factory.Sequence(lambda n: f"Anna{n}")
    family_name = "Rossi"
    language = "en"
    password = factory.LazyFunction(_hashed)

    @factory.post_generation
    def verified(self, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if create:
            EmailAddress.objects.create(user=self, email=self.email, verified=extracted is not False, primary=True)


class RegionFactory(factory.django.DjangoModelFactory):
    """`RegionFactory()` is Emilia-Romagna, the same row each time; give `nuts` and `slug` for another region."""

    class Meta:
        model = Region
        django_get_or_create = ("nuts",)

    name_it = "Emilia-Romagna"
    name_en = "Emilia-Romagna"
    slug = factory.LazyAttribute(lambda region: f"region-{region.nuts.lower()}")
    nuts = "ITH5"


class DistrictFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = District

    region = factory.SubFactory(RegionFactory)
    name_it = factory.Sequence(lambda n: f"Distretto {n:03}")
    name_en = factory.Sequence(lambda n: f"District {n:03}")
    slug = factory.Sequence(lambda n: f"district-{n}")


class AppointmentFactory(factory.django.DjangoModelFactory):
    """A facilitator of a district. For the whole region: `district=None, region=…`."""

    class Meta:
        model = Appointment

    user = factory.SubFactory(UserFactory)
    role = Role.FACILITATOR
    district = factory.SubFactory(DistrictFactory)
    region = factory.LazyAttribute(
        lambda appointment: appointment.district.region if appointment.district else RegionFactory()
    )
