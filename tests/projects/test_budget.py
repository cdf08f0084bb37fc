"""The budget: cells entered by those concerned, summed exactly, never silently overwritten."""

from decimal import Decimal

import pytest
from django.urls import reverse

from district_portal.shared.errors import DomainError
from enterprises.models import SizeDeclaration
from projects.aid.budget import budget_of
from projects.models import Activity, BudgetLine, Network
from projects.operations.budget import StaleBudget, cells_of, token, write_cells
from projects.states import NetworkState
from tests.factories.accounts import UserFactory
from tests.factories.projects import PartnerFactory
from tests.factories.proposals import HelperFactory, WorkPackageFactory, lead_of, owner_of, whole_network

pytestmark = pytest.mark.django_db

INDUSTRIAL = "industrial_research"


@pytest.fixture
def network():
    """Three partners, three work packages, no cell yet; half of every cost is aided."""
    network = whole_network(cells=0)
    network.call.rules.create(kind="grant", parameters={"share": "0.5"})
    return Network.objects.select_related("call").get(pk=network.pk)


@pytest.fixture
def partner(network):
    return network.partners.filter(role="partner").first()


def packages(network):
    return list(network.work_packages.values_list("pk", flat=True))


def page(partner, **query):
    url = reverse("projects:budget_edit", args=[partner.network_id, partner.pk])
    return url + "".join(f"?{name}={value}" for name, value in query.items())


def typed(partner, **amounts):
    """What a browser sends: `staff` and `equipment` are amounts of the first work package."""
    first = packages(partner.network)[0]
    cells = {f"wp{first}-{category}": amount for category, amount in amounts.items()}
    return cells | {"seen": token(cells_of(partner, INDUSTRIAL))}


def test_what_a_partner_enters_is_its_budget_with_the_aid_for_it(client, network, partner):
    client.force_login(owner_of(partner))
    answer = client.post(page(partner, type=INDUSTRIAL), typed(partner, staff="1.250,55", equipment="100"))
    assert answer.status_code == 302
    budget = budget_of(network)
    assert (budget.cost, budget.aid) == (Decimal("1350.55"), Decimal("675.27"))
    assert budget.partners[partner.pk].share == 1
    assert Activity.objects.get(kind="budget_changed").detail == {"name": partner.organisation.name}


def test_amounts_are_read_as_people_write_them(client, network, partner):
    client.force_login(owner_of(partner))
    for written in ("1,250.55", "1.250,55", "1250.55", "€ 1250,55"):
        BudgetLine.objects.all().delete()
        client.post(page(partner, type=INDUSTRIAL), typed(partner, staff=written))
        assert BudgetLine.objects.get().amount == Decimal("1250.55"), written


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("a lot", "Enter an amount, such as 1,250.50."),
        ("-5", "An amount can&#x27;t be below 0."),
        ("12345678901234", "This amount is too high."),
        ("0,12345", "Enter whole cents: at most two decimals."),
    ],
)
def test_a_number_that_is_none_is_refused_and_everything_typed_stays(client, partner, written, words):
    client.force_login(owner_of(partner))
    answer = client.post(page(partner, type=INDUSTRIAL), typed(partner, staff=written, equipment="77"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text and f'value="{written}"' in text and 'value="77"' in text
    assert BudgetLine.objects.count() == 0


def test_an_empty_cell_and_a_zero_cost_nothing(client, network, partner):
    client.force_login(owner_of(partner))
    client.post(page(partner, type=INDUSTRIAL), typed(partner, staff="100", equipment="50"))
    client.post(page(partner, type=INDUSTRIAL), typed(partner, staff="0", equipment=""))
    assert BudgetLine.objects.count() == 0


def test_a_research_type_is_saved_without_touching_the_others(network, partner):
    first = packages(network)[0]
    actor = owner_of(partner)
    write_cells(partner, INDUSTRIAL, {(first, "staff"): Decimal("10.00")}, seen=token({}), actor=actor)
    write_cells(partner, "dissemination", {(first, "staff"): Decimal("7.00")}, seen=token({}), actor=actor)
    assert sorted(BudgetLine.objects.values_list("activity", "amount")) == [
        ("dissemination", Decimal("7.00")),
        (INDUSTRIAL, Decimal("10.00")),
    ]


def test_of_two_who_change_the_same_amounts_the_second_reads_both(client, network, partner):
    form = typed(partner, staff="200")
    first = packages(network)[0]
    write_cells(partner, INDUSTRIAL, {(first, "staff"): Decimal("150.00")}, seen=token({}), actor=lead_of(network))
    client.force_login(owner_of(partner))
    answer = client.post(page(partner, type=INDUSTRIAL), form)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "€\xa0200" in text and "€\xa0150" in text and 'value="200"' in text
    assert BudgetLine.objects.get().amount == 150
    # What the page says: saved now, they replace the others.
    assert client.post(page(partner, type=INDUSTRIAL), typed(partner, staff="200")).status_code == 302
    assert BudgetLine.objects.get().amount == 200


def test_saving_the_same_again_changes_nothing(network, partner):
    cells = {(packages(network)[0], "staff"): Decimal("10.00")}
    write_cells(partner, INDUSTRIAL, cells, seen=token({}), actor=owner_of(partner))
    row = BudgetLine.objects.get().pk
    write_cells(partner, INDUSTRIAL, cells, seen=token({}), actor=owner_of(partner))
    assert BudgetLine.objects.get().pk == row
    assert Activity.objects.filter(kind="budget_changed").count() == 1


def test_a_work_package_that_was_removed_meanwhile_loses_nothing_else(network, partner):
    with pytest.raises(DomainError, match="removed meanwhile"):
        write_cells(partner, INDUSTRIAL, {(999_999, "staff"): Decimal(1)}, seen=token({}), actor=lead_of(network))
    assert BudgetLine.objects.count() == 0


def test_cells_of_another_networks_work_package_are_refused(network, partner):
    elsewhere = WorkPackageFactory()
    with pytest.raises(DomainError, match="removed meanwhile"):
        write_cells(partner, INDUSTRIAL, {(elsewhere.pk, "staff"): Decimal(1)}, seen=token({}), actor=lead_of(network))


def test_the_lead_and_helpers_write_for_a_partner_but_another_partner_does_not(client, network, partner):
    other = network.partners.filter(role="partner").last()
    for person, status in [
        (lead_of(network), 200),
        (HelperFactory(network=network).user, 200),
        (owner_of(other), 403),
        (UserFactory(), 404),
    ]:
        client.force_login(person)
        assert client.get(page(partner)).status_code == status


def test_under_review_nobody_changes_the_budget(client, network, partner):
    Network.objects.filter(pk=network.pk).update(state=NetworkState.SUBMITTED)
    client.force_login(owner_of(partner))
    assert client.get(page(partner)).status_code == 409
    assert client.post(page(partner), typed(partner, staff="1")).status_code == 409


def test_only_confirmed_partners_have_a_budget(client, network):
    invited = PartnerFactory(network=network, invited=True)
    client.force_login(lead_of(network))
    assert client.get(page(invited)).status_code == 404


def test_the_page_shows_the_sums_and_how_the_grant_is_reckoned(client, network, partner):
    write_cells(
        partner,
        INDUSTRIAL,
        {(packages(network)[0], "staff"): Decimal("1000.01")},
        seen=token({}),
        actor=lead_of(network),
    )
    client.force_login(owner_of(partner))
    text = client.get(reverse("projects:budget", args=[network.pk])).content.decode()
    for words in ("€\xa01,000.01", "€\xa0500.01", "€\xa0500", "Any eligible cost, by the call", "By work package"):
        assert words in text, words


def test_the_cells_come_as_a_file_with_the_aid_for_each(client, network, partner):
    cells = {(packages(network)[0], "staff"): Decimal("10.02")}
    write_cells(partner, INDUSTRIAL, cells, seen=token({}), actor=lead_of(network))
    client.force_login(owner_of(partner))
    answer = client.get(reverse("projects:budget", args=[network.pk]), {"format": "csv"})
    text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
    assert text.splitlines()[1] == f"{partner.organisation.name},1,staff,{INDUSTRIAL},10.02,5.01"


def test_the_size_that_counts_is_the_latest_declared_one(network, partner):
    network.call.rules.all().delete()
    network.call.rules.create(
        kind="flat_intensity", parameters={"shares": [{"activity": INDUSTRIAL, "share": "0.333"}]}
    )
    SizeDeclaration.objects.create(organisation=partner.organisation, year=2030, size="large")
    cells = {(packages(network)[0], "staff"): Decimal("100.00")}
    write_cells(partner, INDUSTRIAL, cells, seen=token({}), actor=lead_of(network))
    assert budget_of(Network.objects.get(pk=network.pk)).aid == Decimal("33.30")


def test_the_page_asks_the_same_number_of_questions_for_2000_cells(client, django_assert_max_num_queries):
    network = whole_network(partners=20, cells=2000)
    client.force_login(lead_of(network))
    url = reverse("projects:budget", args=[network.pk])
    client.get(url)
    with django_assert_max_num_queries(15) as asked:
        assert client.get(url).status_code == 200
    whole = len(asked)
    BudgetLine.objects.all().delete()
    with django_assert_max_num_queries(whole):
        client.get(url)


def test_amounts_typed_for_a_work_package_that_was_removed_meanwhile_are_told(client, network, partner):
    form = typed(partner, staff="300") | {f"wp{packages(network)[1]}-staff": "12,50"}
    network.work_packages.get(pk=packages(network)[1]).delete()
    client.force_login(owner_of(partner))
    answer = client.post(page(partner, type=INDUSTRIAL), form)
    assert answer.status_code == 422
    assert "What you typed for it is not saved: 12,50." in answer.content.decode()
    assert 'value="300"' in answer.content.decode()
    assert BudgetLine.objects.count() == 0


def test_the_editor_opens_on_what_most_calls_aid_or_where_the_most_figures_are(client, network, partner):
    client.force_login(owner_of(partner))
    network.call.rules.all().delete()
    assert client.get(page(partner)).context["activity"] == INDUSTRIAL
    first = packages(network)[0]
    for activity, amount in [("dissemination", "7.00"), ("experimental_development", "9.00")]:
        cells = {(first, "staff"): Decimal(amount)}
        write_cells(partner, activity, cells, seen=token({}), actor=owner_of(partner))
    assert client.get(page(partner)).context["activity"] == "experimental_development"
    network.call.rules.create(
        kind="flat_intensity", parameters={"shares": [{"activity": "feasibility_study", "share": "0.5"}]}
    )
    BudgetLine.objects.all().delete()
    assert client.get(page(partner)).context["activity"] == "feasibility_study"


def test_the_calls_bounds_stand_where_one_types_and_follow_every_save(client, network, partner):
    rules = {
        "project_cost": {"lowest": "500", "highest": "1000"},
        "cost_limits": {"limits": [{"category": "materials", "share": "0.2"}]},
        "cost_share": {"lowest": "0.1", "highest": "0.5"},
    }
    for kind, parameters in rules.items():
        network.call.rules.create(kind=kind, parameters=parameters)
    client.force_login(owner_of(partner))

    def verdicts(address):
        return {line.check.key: line.check.met for line in client.get(address).context["bounds"]}

    overview = reverse("projects:budget", args=[network.pk])
    # The planned shares count until there is a budget.
    nothing = {"project_cost": None, "cost_share": True, "cost_limits": None, "grant": None}
    assert verdicts(page(partner)) == verdicts(overview) == nothing
    saved = client.post(page(partner, type=INDUSTRIAL), typed(partner, staff="500", materials="700"))
    assert saved["Location"] == page(partner, type=INDUSTRIAL)
    text = client.get(saved["Location"]).content.decode()
    assert "Lower the cost by €\xa0200." in text
    assert "Move €\xa0460 from materials to other costs." in text
    assert "Change the share of" in text and partner.organisation.name in text
    met = {"project_cost": False, "cost_share": False, "cost_limits": False, "grant": True}
    assert verdicts(saved["Location"]) == verdicts(overview) == met
    client.post(page(partner, type=INDUSTRIAL), typed(partner, staff="500", materials="100"))
    assert verdicts(page(partner))["project_cost"] and verdicts(page(partner))["cost_limits"]


def test_what_each_gets_can_be_followed_line_by_line_through_the_cut(client, network, partner):
    network.call.rules.filter(kind="grant").update(parameters={"share": "0.5", "highest": "300"})
    cells = {(packages(network)[0], "staff"): Decimal("1000.00")}
    write_cells(partner, INDUSTRIAL, cells, seen=token({}), actor=owner_of(partner))
    client.force_login(owner_of(partner))
    answer = client.get(reverse("projects:budget", args=[network.pk]))
    (each,) = answer.context["reckonings"]
    assert (each.part.cost, each.share, each.full, each.cut, each.part.aid) == (1000, Decimal("0.5"), 500, 200, 300)
    assert "Its part of the cut" in answer.content.decode()


def test_a_stale_budget_says_what_it_is_now(network, partner):
    first = packages(network)[0]
    write_cells(partner, INDUSTRIAL, {(first, "staff"): Decimal("5.00")}, seen=token({}), actor=lead_of(network))
    with pytest.raises(StaleBudget) as refused:
        write_cells(partner, INDUSTRIAL, {}, seen="0" * 64, actor=lead_of(network))
    assert refused.value.theirs == {(first, "staff"): Decimal("5.00")}
