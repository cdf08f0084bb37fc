"""De minimis aid: three years, single undertakings, declarations and awards of this portal, counted once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.aid.de_minimis import first_day, headroom_of
from projects.models import Award, DeMinimisAid, DeMinimisStatement
from projects.parties import known_of, party_of
from tests.factories.accounts import UserFactory
from tests.factories.calls import CallFactory
from tests.factories.enterprises import OrganisationFactory
from tests.factories.funding import ProjectFactory
from tests.factories.proposals import (
    DeMinimisAidFactory,
    DeMinimisStatementFactory,
    lead_of,
    owner_of,
    whole_network,
)

pytestmark = pytest.mark.django_db

ON = date(2026, 6, 1)
CEILING = Decimal(300_000)


def room(*organisations, on=ON):
    found = headroom_of(organisations, on, ceiling=CEILING, years=3)
    return found[organisations[0].pk]


def stated(**more):
    return DeMinimisStatementFactory(organisation=OrganisationFactory(**more)).organisation


def aid(organisation, amount, granted_on=date(2026, 1, 1)):
    return DeMinimisAidFactory(organisation=organisation, granted_on=granted_on, amount=Decimal(amount))


@pytest.mark.parametrize(
    ("granted_on", "on", "counts"),
    [
        # The example of the national register of State aid, FAQ 15.1.
        (date(2021, 2, 11), date(2024, 2, 10), True),
        (date(2021, 2, 10), date(2024, 2, 10), False),
        (date(2026, 6, 1), date(2026, 6, 1), True),
        (date(2024, 2, 29), date(2027, 2, 28), True),  # three years from a leap day end on 28 February
        (date(2024, 2, 29), date(2027, 3, 1), False),
        (date(2025, 2, 28), date(2028, 2, 29), False),
        (date(2025, 3, 1), date(2028, 2, 29), True),
    ],
)
def test_aid_counts_for_three_years_to_the_day(granted_on, on, counts):
    firm = stated()
    aid(firm, 1000, granted_on)
    assert room(firm, on=on).counted == (1000 if counts else 0)
    assert (granted_on >= first_day(on, 3)) is counts


def test_what_is_left_reaches_zero_exactly_and_is_never_below():
    firm = stated()
    aid(firm, "299999.99")
    assert room(firm).left == Decimal("0.01")
    aid(firm, "0.01")
    assert room(firm).left == 0
    aid(firm, "5000")
    assert (room(firm).left, room(firm).counted) == (0, 305_000)


def test_without_a_statement_nothing_is_known_and_no_aid_is_a_statement():
    firm = OrganisationFactory(name="Alfa")
    assert (room(firm).known, room(firm).unstated) == (False, ("Alfa",))
    DeMinimisStatementFactory(organisation=firm)
    assert (room(firm).known, room(firm).left) == (True, CEILING)


def test_a_group_is_one_undertaking_also_beyond_the_network():
    mother = stated(name="Holding Rossi")
    one, two, alone = stated(group="holding rossi"), stated(group="Holding Rossi"), stated()
    for each in (mother, one, two, alone):
        aid(each, 100_000)
    assert room(one).counted == room(mother).counted == 300_000
    assert room(alone).counted == 100_000
    third = OrganisationFactory(name="Zeta", group="Holding Rossi")
    assert room(one).unstated == (third.name,)


def test_two_organisations_of_the_same_name_are_two():
    one, two = stated(name="Alfa"), stated(name="Alfa")
    aid(two, 7)
    assert room(one).counted == 0


def test_awards_of_this_portal_count_once_where_the_calls_aid_is_de_minimis():
    firm = stated()
    de_minimis, other = CallFactory(), CallFactory()
    de_minimis.rules.create(kind="de_minimis", parameters={"ceiling": "300000", "years": 3})
    de_minimis.rules.create(kind="grant", parameters={"share": "0.5"})
    for call, state, grant, day in [
        (de_minimis, "running", 10_000, date(2025, 1, 1)),
        (de_minimis, "running", 200, None),  # of an unknown day: nobody can say that it is old
        (de_minimis, "running", 50_000, date(2020, 1, 1)),
        (de_minimis, "revoked", 60_000, date(2025, 1, 1)),
        (other, "running", 70_000, date(2025, 1, 1)),
    ]:
        Award.objects.create(
            project=ProjectFactory(call=call, state=state), organisation=firm, grant=grant, awarded_on=day
        )
    assert room(firm).counted == 10_200


def test_the_rule_of_the_call_hears_of_it():
    network = whole_network(partners=2, cells=2, amount=Decimal(200_000))
    network.call.rules.create(kind="grant", parameters={"share": "1"})
    network.call.rules.create(kind="de_minimis", parameters={"ceiling": "300000", "years": 3})
    lead, partner = network.partners.select_related("organisation")
    DeMinimisStatementFactory(organisation=lead.organisation)
    aid(lead.organisation, 100_000, timezone.localdate() - timedelta(days=30))

    def members():
        fresh = type(network).objects.select_related("call").get(pk=network.pk)
        found = party_of(fresh, [lead, partner], known_of([fresh])[fresh.pk]).members
        return [(each.headroom, each.aid) for each in found]

    assert members() == [(200_000, 200_000), (None, 200_000)]


def test_who_acts_for_an_organisation_declares_states_and_removes(client):
    network = whole_network(partners=2)
    firm, owner = network.partners.last().organisation, owner_of(network.partners.last())
    client.force_login(owner)
    url = reverse("projects:de_minimis", args=[firm.slug])
    form = {"granted_on": "2025-03-01", "amount": "12.500,50", "authority": " Chamber  of commerce "}
    for _twice in range(2):
        assert client.post(url, form).status_code == 302
    entry = DeMinimisAid.objects.get()
    assert (entry.amount, entry.authority, entry.declared_by) == (Decimal("12500.50"), "Chamber of commerce", owner)
    assert client.post(reverse("projects:de_minimis_state", args=[firm.slug])).status_code == 302
    assert DeMinimisStatement.objects.get().stated_by == owner
    text = client.get(url).content.decode()
    assert "€\xa0287,499.50 of €\xa0300,000" in text and "no longer counts" not in text
    old = aid(firm, 5, date(2019, 1, 1))
    assert client.get(url).content.decode().count("no longer counts") == 1
    old.delete()
    client.post(reverse("projects:de_minimis_remove", args=[firm.slug, entry.pk]))
    assert DeMinimisAid.objects.count() == 0


def test_aid_to_come_and_amounts_that_are_none_are_refused_with_what_was_typed(client):
    firm = OrganisationFactory(owner=UserFactory())
    client.force_login(firm.memberships.get().user)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    form = {"granted_on": tomorrow, "amount": "-3", "authority": "INPS"}
    answer = client.post(reverse("projects:de_minimis", args=[firm.slug]), form)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "still to come" in text and "above 0" in text and 'value="INPS"' in text
    assert DeMinimisAid.objects.count() == 0


def test_the_budget_shows_what_is_left_only_where_the_call_asks(client):
    network = whole_network(partners=2)
    client.force_login(lead_of(network))
    url = reverse("projects:budget", args=[network.pk])
    assert "Still left" not in client.get(url).content.decode()
    network.call.rules.create(kind="de_minimis", parameters={"ceiling": "300000", "years": 3})
    text = client.get(url).content.decode()
    assert "Still left" in text
    assert text.count("/de-minimis/") == 1
