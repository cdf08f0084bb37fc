"""A network is measured against the rules of its call."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from calls.models import CallRule
from district_portal.shared.desk import tasks_for
from district_portal.shared.errors import DomainError
from enterprises.models import OrganisationKind
from projects.models import Network
from projects.operations.checks import Check
from projects.operations.networks import submit_network
from projects.operations.readiness import readiness
from tests.factories import UserFactory
from tests.factories.calls import CallFactory
from tests.factories.enterprises import SizeDeclarationFactory
from tests.factories.projects import NetworkFactory, PartnerFactory
from tests.projects.test_network_lists import lead_of, owner

pytestmark = pytest.mark.django_db


def checks(network: Network) -> list[Check]:
    partners = network.partners.select_related("organisation")
    return readiness(network, network.call, partners, moment=timezone.now())


def rule_check(network: Network) -> Check:
    """The check of the only rule of the call: the first line."""
    return checks(network)[0]


def test_what_is_not_known_yet_does_not_hold_a_network_up() -> None:
    network = NetworkFactory(call=CallFactory(rules={"minimum_smes": {"fewest": 1}}))
    unknown = rule_check(network)
    assert (unknown.met, unknown.blocks, unknown.later) == (None, False, False)
    assert unknown.detail == f"0 of 1 small or medium enterprise. Enter the size of {lead_of(network).name}."
    submit_network(network, actor=UserFactory(), moment=timezone.now())


def test_what_is_known_to_break_a_rule_does() -> None:
    network = NetworkFactory(call=CallFactory(rules={"minimum_smes": {"fewest": 1}}))
    SizeDeclarationFactory(organisation=lead_of(network), year=2025, size="large")
    with pytest.raises(DomainError, match="1 more small or medium enterprise is needed."):
        submit_network(network, actor=UserFactory(), moment=timezone.now())
    small = PartnerFactory(network=network).organisation
    SizeDeclarationFactory(organisation=small, year=2025, size="small")
    submit_network(network, actor=UserFactory(), moment=timezone.now())


def test_members_of_one_group_count_once() -> None:
    network = NetworkFactory(call=CallFactory(rules={"minimum_independent_smes": {"fewest": 2}}))
    partner = PartnerFactory(network=network).organisation
    for organisation in (lead_of(network), partner):
        SizeDeclarationFactory(organisation=organisation, year=2025, size="small")
    assert rule_check(network).met is True
    partner.group = lead_of(network).name
    partner.save()
    assert rule_check(network).met is False


def test_only_who_has_confirmed_counts_but_who_is_invited_must_be_allowed() -> None:
    rules = {"roles": {"kinds": ["enterprise"]}, "minimum_members": {"fewest": 2}}
    network = NetworkFactory(call=CallFactory(rules=rules))
    invited = PartnerFactory(network=network, invited=True, organisation__kind=OrganisationKind.AUTHORITY)
    who, together, *_rest = checks(network)
    assert who.detail.startswith(f"1 of 2 organisations. The call is not for {invited.organisation.name}:")
    assert together.detail == "1 of 2 organisations. 1 more organisation is needed."


def test_costs_and_papers_come_later() -> None:
    rules = {"project_cost": {"lowest": "1000"}, "documents": {"documents": [{"name_it": "Piano", "code": "piano"}]}}
    network = NetworkFactory(call=CallFactory(rules=rules))
    assert [(check.met, check.later) for check in checks(network)[:2]] == [(None, True), (None, True)]


def test_a_rule_that_no_class_understands_holds_nobody_up() -> None:
    network = NetworkFactory()
    CallRule.objects.create(call=network.call, kind="wizardry", parameters={})
    assert rule_check(network).blocks is False
    submit_network(network, actor=UserFactory(), moment=timezone.now())


def test_the_desk_asks_as_many_queries_for_one_network_as_for_many() -> None:
    """The rules of each call are read, and the sizes and places of all partners."""

    def start(lead=None) -> Network:
        call = CallFactory(rules={"minimum_smes": {"fewest": 1}}, closes_at=timezone.now() + timedelta(days=5))
        network = NetworkFactory(call=call, **({"lead": lead} if lead else {}))
        partner = PartnerFactory(network=network)
        SizeDeclarationFactory(organisation=partner.organisation, year=2025, size="small")
        return network

    first = start()
    person = owner(lead_of(first))

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            found = [task for task in tasks_for(person, timezone.now()) if task.title.startswith("Submit")]
        assert found
        return len(queries)

    count()  # reads once what the person may do
    one = count()
    for _number in range(6):
        start(lead_of(first))
    assert count() == one
