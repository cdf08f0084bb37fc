"""The page of the work plan and its forms, as partners and others see them."""

import pytest
from django.urls import reverse

from projects.models import BudgetLine, Deliverable, Milestone, Network, Partner, WorkPackage
from projects.operations.plan import KINDS, seen_of
from projects.panels.activity import WORDS
from tests.factories.accounts import UserFactory
from tests.factories.enterprises import MembershipFactory
from tests.factories.projects import NetworkFactory, PartnerFactory
from tests.factories.proposals import (
    DeliverableFactory,
    ExpectedIndicatorFactory,
    MilestoneFactory,
    RiskFactory,
    WorkPackageFactory,
    lead_of,
    owner_of,
    whole_network,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    return whole_network()


@pytest.fixture
def lead(client, network):
    user = lead_of(network)
    client.force_login(user)
    return user


def address(name, network, *more):
    return reverse(f"projects:{name}", args=[network.pk, *more])


def test_the_plan_is_shown_with_its_chart_and_its_numbers(client, network, lead):
    page = client.get(address("plan", network))
    assert page.status_code == 200
    text = page.content.decode()
    assert "3 work packages until month 24 of 24; the longest is WP1, from month 1 to month 8." in text
    assert "M1.1" in text
    assert "The membrane comes late" in text
    assert "Enterprises supported" in text


def test_an_empty_plan_says_what_to_do_first(client):
    network = NetworkFactory()
    user = UserFactory()
    MembershipFactory(organisation=network.partners.get().organisation, user=user)
    client.force_login(user)
    text = client.get(address("plan", network)).content.decode()
    assert "Add the first work package" in text
    assert "No risk yet" in text
    assert "No expected indicator yet" in text


def test_the_page_asks_the_same_number_of_queries_whatever_the_size(client, django_assert_max_num_queries):
    small, large = whole_network(partners=2), whole_network(partners=20)
    owner = lead_of(large)
    MembershipFactory(organisation=small.partners.get(role=Partner.Role.LEAD).organisation, user=owner)
    for number in range(4, 21):
        package = WorkPackageFactory(network=large, number=number, lead=large.partners.last())
        MilestoneFactory(work_package=package)
        DeliverableFactory(work_package=package, responsible=large.partners.last())
        RiskFactory(network=large, owner=large.partners.last())
        ExpectedIndicatorFactory(network=large, code="", name=f"Own {number}")
    client.force_login(owner)
    counts = []
    for network in (small, large):
        client.get(address("plan", network))
        with django_assert_max_num_queries(16) as queries:
            client.get(address("plan", network))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_month_beyond_the_project_is_refused_beside_its_field(client, network, lead):
    values = {"title": "Late", "aim": "", "lead": "", "starts_month": 20, "ends_month": 25}
    answer = client.post(address("package_new", network), values)
    assert answer.status_code == 422
    assert "The project lasts 24 months: enter a month from 1 to 24." in answer.content.decode()
    assert answer.context["form"]["ends_month"].errors
    assert network.work_packages.count() == 3


def test_a_stale_save_is_answered_with_both_texts(client, network, lead):
    package = network.work_packages.get(number=1)
    url = address("package_edit", network, package.pk)
    values = {"title": "Design by A", "aim": "A", "lead": "", "starts_month": 1, "ends_month": 8, "version": 1}
    assert client.post(url, values).status_code == 302
    answer = client.post(url, {**values, "title": "Design by B"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Design by A" in text
    assert "Design by B" in text
    assert client.post(url, {**values, "title": "Design by B", "version": 2}).status_code == 302
    package.refresh_from_db()
    assert (package.title, package.version) == ("Design by B", 3)


def deliverable_of(network):
    return Deliverable.objects.filter(work_package__network=network).first()


ROWS = [
    (
        "plan_milestone_edit",
        lambda network: Milestone.objects.filter(work_package__network=network).first(),
        {"month": 4},
    ),
    ("deliverable_edit", deliverable_of, {"month": 4}),
    ("risk_edit", lambda network: network.risks.get(), {"likelihood": 1, "impact": 3, "response": "Two suppliers"}),
]


@pytest.mark.parametrize(("route", "find", "values"), ROWS)
def test_the_second_of_two_editors_of_a_row_gets_both_and_overwrites_nothing(
    client, network, lead, route, find, values
):
    row = find(network)
    url, seen = address(route, network, row.pk), seen_of(row)
    assert f'value="{seen}"' in client.get(url).content.decode()
    assert client.post(url, {**values, "title": "By A", "seen": seen}).status_code == 302
    assert client.post(url, {**values, "title": "By A", "seen": seen}).status_code == 302  # sent twice
    stale = client.post(url, {**values, "title": "By B", "seen": seen})
    text = stale.content.decode()
    assert stale.status_code == 409 and "By A" in text and "By B" in text
    assert find(network).title == "By A"
    newest = stale.context["form"]["seen"].value()
    assert client.post(url, {**values, "title": "By B", "seen": newest}).status_code == 302
    assert find(network).title == "By B"


def test_an_indicator_changed_by_two_is_shown_in_both_versions(client, network, lead):
    indicator = network.indicators.get()
    url, seen = address("indicator_edit", network, indicator.pk), seen_of(indicator)
    assert client.post(url, {"code": indicator.code, "target": "7", "seen": seen}).status_code == 302
    assert client.post(url, {"code": indicator.code, "target": "7", "seen": seen}).status_code == 302  # 7 is 7.00
    stale = client.post(url, {"code": indicator.code, "target": "9", "seen": seen})
    assert stale.status_code == 409
    assert "7.00" in stale.content.decode() and stale.context["form"]["target"].value() == "9"
    assert client.post(url, {"code": indicator.code, "target": "9"}).status_code == 422


def test_a_refused_change_stays_on_the_page_with_the_reason(client, network, lead):
    package, risk = network.work_packages.first(), network.risks.get()
    plan = {"title": "Typed for an hour", "aim": "All of it", "lead": "", "starts_month": 1, "ends_month": 8}
    weighed = {"title": "Typed for an hour", "likelihood": 1, "impact": 1, "response": "R"}
    Network.objects.filter(pk=network.pk).update(state="submitted")
    for url, values in (
        (address("package_new", network), plan),
        (address("package_edit", network, package.pk), {**plan, "version": 1}),
        (address("risk_new", network), weighed),
        (address("risk_edit", network, risk.pk), {**weighed, "seen": seen_of(risk)}),
    ):
        answer = client.post(url, values)
        text = answer.content.decode()
        assert answer.status_code == 409
        assert (
            "Typed for an hour" in text and "cannot be changed now" in text and "what you typed is still here" in text
        )
        assert client.get(url).status_code == 409


def test_the_removal_of_a_package_names_what_goes_with_it(client, network, lead):
    package = network.work_packages.get(number=2)
    url = address("package_remove", network, package.pk)
    text = client.get(url).content.decode()
    assert "1 milestone, 1 deliverable and 3 cells of the budget (€\xa030,000), for good" in text
    assert client.post(url).status_code == 302
    assert list(network.work_packages.values_list("number", flat=True)) == [1, 2]
    assert BudgetLine.objects.filter(network=network).count() == 6


def test_a_removed_milestone_can_be_brought_back_once(client, network, lead):
    milestone = Milestone.objects.filter(work_package__network=network).first()
    before = Milestone.objects.filter(work_package__network=network).count()
    client.post(address("plan_milestone_remove", network, milestone.pk))
    assert "Undo" in client.get(address("plan", network)).content.decode()
    client.post(address("plan_undo", network))
    client.post(address("plan_undo", network))
    assert Milestone.objects.filter(work_package__network=network).count() == before
    back = Milestone.objects.get(work_package=milestone.work_package)
    assert (back.title, back.month) == (milestone.title, milestone.month)


def test_moving_changes_places_and_nothing_else(client, network, lead):
    first, second, third = network.work_packages.all()
    client.post(address("package_move", network, second.pk), {"up": "1"})
    assert list(network.work_packages.values_list("pk", flat=True)) == [second.pk, first.pk, third.pk]
    client.post(address("package_move", network, third.pk), {"up": "0"})
    assert list(network.work_packages.values_list("pk", flat=True)) == [second.pk, first.pk, third.pk]


@pytest.mark.parametrize("state", ["submitted", "approved", "sent"])
def test_nothing_can_be_changed_once_it_is_out_of_hands(client, state):
    network = whole_network(state=state)
    client.force_login(lead_of(network))
    text = client.get(address("plan", network)).content.decode()
    assert "Add a work package" not in text
    answer = client.post(address("package_new", network), {"title": "New", "starts_month": 1, "ends_month": 2})
    assert answer.status_code == 409
    assert WorkPackage.objects.filter(network=network).count() == 3


def test_who_was_only_invited_reads_and_does_not_write(client, network):
    user = UserFactory()
    invited = PartnerFactory(network=network, invited=True)
    MembershipFactory(organisation=invited.organisation, user=user)
    client.force_login(user)
    assert client.get(address("plan", network)).status_code == 200
    assert client.get(address("package_new", network)).status_code == 403


def test_every_partner_writes_the_plan(client, network):
    partner = network.partners.exclude(role=Partner.Role.LEAD).first()
    client.force_login(owner_of(partner))
    values = {"title": "Sterile packs", "aim": "", "lead": partner.pk, "starts_month": 3, "ends_month": 5}
    assert client.post(address("package_new", network), values).status_code == 302
    assert network.work_packages.get(number=4).lead == partner


def test_an_indicator_is_common_or_named_and_in_the_list_once(client, network, lead):
    url = address("indicator_new", network)
    assert client.post(url, {"code": "", "name": "", "target": "3"}).status_code == 422
    assert client.post(url, {"code": "RCO01", "target": "3"}).status_code == 422  # there already
    assert client.post(url, {"code": "RCO10", "name": "ignored", "target": "-1"}).status_code == 422
    assert client.post(url, {"code": "RCO10", "name": "ignored", "target": "2"}).status_code == 302
    assert client.post(url, {"code": "", "name": "Trial sites", "unit": "wards", "target": "1.5"}).status_code == 302
    assert list(network.indicators.values_list("code", "name")) == [
        ("RCO01", ""),
        ("RCO10", ""),
        ("", "Trial sites"),
    ]


def test_what_was_done_is_in_the_list_of_activity_in_words(client, network, lead):
    milestone = Milestone.objects.filter(work_package__network=network).first()
    values = {"title": "It works", "month": 4, "seen": seen_of(milestone)}
    client.post(address("plan_milestone_edit", network, milestone.pk), values)
    client.post(address("risk_remove", network, network.risks.get().pk))
    client.post(address("package_move", network, network.work_packages.first().pk), {"up": "0"})
    kinds = set(network.activities.values_list("kind", flat=True))
    assert kinds == {"milestone_changed", "risk_removed", "package_moved"}
    assert kinds <= set(WORDS)
    words = {f"{kind.name}_{verb}" for kind in KINDS.values() for verb in ("added", "changed", "removed")}
    assert words <= set(WORDS)
