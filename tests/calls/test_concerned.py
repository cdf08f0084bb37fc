"""Whom a change of a call concerns."""

import pytest
from django.utils import timezone

from calls.concerned import people_concerned
from calls.models import Follow
from enterprises.models import MembershipRole
from tests.factories import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.calls import CallFactory, InterestFactory
from tests.factories.projects import NetworkFactory, PartnerFactory

pytestmark = pytest.mark.django_db


def test_followers_owners_of_the_interested_and_who_acts_in_its_networks_are_concerned_once() -> None:
    call = CallFactory()
    follower, owner, lead, invited = (UserFactory() for _person in range(4))
    Follow.objects.create(user=follower, call=call)
    firm = OrganisationFactory(owner=owner)
    InterestFactory(call=call, organisation=firm)
    Follow.objects.create(user=owner, call=call)
    network = NetworkFactory(call=call, lead=OrganisationFactory(owner=lead))
    PartnerFactory(network=network, organisation=firm)
    other = OrganisationFactory()
    MembershipFactory(organisation=other, user=invited, role=MembershipRole.EDITOR)
    PartnerFactory(network=network, organisation=other, invited=True)
    assert sorted(person.pk for person in people_concerned(call)) == [follower.pk, owner.pk, lead.pk, invited.pk]


def test_who_left_declined_withdrew_or_only_looks_is_not() -> None:
    call = CallFactory()
    Follow.objects.create(user=UserFactory(is_active=False), call=call)
    Follow.objects.create(user=UserFactory(), call=CallFactory())
    InterestFactory(call=call, organisation=OrganisationFactory(owner=UserFactory()), withdrawn_at=timezone.now())
    viewed = OrganisationFactory()
    MembershipFactory(organisation=viewed, role=MembershipRole.VIEWER)
    network = NetworkFactory(call=call, lead=viewed)
    PartnerFactory(network=network, organisation=OrganisationFactory(owner=UserFactory()), declined=True)
    NetworkFactory(call=call, state="withdrawn", lead=OrganisationFactory(owner=UserFactory()))
    assert list(people_concerned(call)) == []
