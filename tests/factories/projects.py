"""Networks with their partners."""

from typing import Any

import factory
from django.utils import timezone

from projects.models import Decision, Network, Partner
from projects.states import NetworkState, PartnerState
from tests.factories.accounts import DistrictFactory, UserFactory
from tests.factories.calls import CallFactory
from tests.factories.enterprises import OrganisationFactory


class NetworkFactory(factory.django.DjangoModelFactory):
    """A network of an open call, with its lead and, after the first state, an entry in its journal.

    `NetworkFactory(state=…, lead=organisation)`; without `lead` a new organisation of the district leads.
    """

    class Meta:
        model = Network
        skip_postgeneration_save = True

    call = factory.SubFactory(CallFactory)
    district = factory.SubFactory(DistrictFactory)
    title = factory.Sequence(lambda n: f"Network {n:03}")
    idea = "A disposable line with built-in sensors."
    state = NetworkState.FORMING
    submitted_at = factory.LazyAttribute(lambda network: None if network.state == "forming" else timezone.now())
    decided_at = factory.LazyAttribute(lambda network: network.submitted_at)

    @factory.post_generation
    def lead(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        organisation = extracted or OrganisationFactory(district=self.district)
        PartnerFactory(network=self, organisation=organisation, role=Partner.Role.LEAD)

    @factory.post_generation
    def journal(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if self.state != NetworkState.FORMING:
            Decision.objects.create(network=self, actor=UserFactory(), to_state=self.state, reason="As we discussed.")


class PartnerFactory(factory.django.DjangoModelFactory):
    """A confirmed partner. `PartnerFactory(network=…, invited=True)` has not answered yet."""

    class Meta:
        model = Partner

    class Params:
        invited = factory.Trait(state=PartnerState.INVITED, answered_at=None)
        declined = factory.Trait(state=PartnerState.DECLINED)

    network = factory.SubFactory(NetworkFactory)
    organisation = factory.SubFactory(OrganisationFactory, district=factory.SelfAttribute("..network.district"))
    state = PartnerState.ACCEPTED
    answered_at = factory.LazyFunction(timezone.now)
