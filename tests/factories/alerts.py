"""What people follow and search for."""

import factory

from calls.models import Follow, SavedSearch
from tests.factories.accounts import UserFactory
from tests.factories.calls import CallFactory


class FollowFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Follow

    user = factory.SubFactory(UserFactory)
    call = factory.SubFactory(CallFactory)


class SavedSearchFactory(factory.django.DjangoModelFactory):
    """All calls that are open or open soon, told of at once."""

    class Meta:
        model = SavedSearch

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Search {n}")
    query = ""
    frequency = "at_once"
