"""Events and their guests."""

import secrets
from datetime import timedelta

import factory
from django.utils import timezone

from events.codes import new_code
from events.models import Category, Event, EventFigure, Registration, Session
from events.names import organisation_key
from events.states import RegistrationState
from tests.factories.accounts import DistrictFactory
from tests.factories.enterprises import MunicipalityFactory


class EventFactory(factory.django.DjangoModelFactory):
    """A published event of a district, in ten days, with 10 places. `EventFactory(over=True)` was ten days ago."""

    class Meta:
        model = Event

    class Params:
        over = factory.Trait(
            starts_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=10)),
            ends_at=factory.LazyAttribute(lambda event: event.starts_at + timedelta(hours=8)),
        )

    slug = factory.Sequence(lambda n: f"event-{n}")
    title_it = factory.Sequence(lambda n: f"Giornata {n:03}")
    title_en = factory.Sequence(lambda n: f"Day {n:03}")
    district = factory.SubFactory(DistrictFactory)
    region = factory.LazyAttribute(lambda event: event.district.region)
    starts_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=10))
    ends_at = factory.LazyAttribute(lambda event: event.starts_at and event.starts_at + timedelta(hours=8))
    venue = "Tecnopolo"
    municipality = factory.SubFactory(MunicipalityFactory)
    capacity = 10
    published = True


class SessionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Session

    event = factory.SubFactory(EventFactory)
    starts_at = factory.LazyAttribute(lambda session: session.event.starts_at)
    title_it = "Benvenuto"
    title_en = "Welcome"


class EventFigureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = EventFigure

    event = factory.SubFactory(EventFactory)
    name_it, name_en = "persone", "people"
    value = 180
    scope_it, scope_en = "Distretti Day, prima edizione", "Distretti Day, first edition"
    source_it, source_en = "programma", "programme"
    as_of = 2012


class RegistrationFactory(factory.django.DjangoModelFactory):
    """A guest with a place, which is counted. `state=WAITING` takes none."""

    class Meta:
        model = Registration
        skip_postgeneration_save = True

    event = factory.SubFactory(EventFactory)
    given_name = factory.Sequence(lambda n: f"Ada{n}")
    family_name = factory.Sequence(lambda n: f"Bianchi{n:04}")
    email = factory.Sequence(lambda n: f"guest{n}@example.org")
    organisation = factory.Sequence(lambda n: f"Firm {n:03} srl")
    organisation_key = factory.LazyAttribute(lambda guest: organisation_key(guest.organisation))
    category = Category.ENTERPRISE
    language = "en"
    state = RegistrationState.CONFIRMED
    token = factory.LazyFunction(lambda: secrets.token_urlsafe(32))
    code = factory.LazyFunction(new_code)

    @factory.post_generation
    def counted(self, create, extracted, **kwargs):
        if create and self.state == RegistrationState.CONFIRMED:
            self.event.taken += 1
            self.event.save(update_fields=["taken"])
