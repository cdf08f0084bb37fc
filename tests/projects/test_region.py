"""The Region's dashboard, and that it says the same as the funding report."""

import csv
import io
import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from projects import figures
from projects.figures import FundingFilters
from projects.reports import FundingForm
from tests.factories import (
    AppointmentFactory,
    DistrictFactory,
    MembershipFactory,
    MunicipalityFactory,
    OrganisationFactory,
    RegionFactory,
)
from tests.factories.calls import CallFactory, CallFigureFactory
from tests.factories.funding import AwardFactory, PaymentFactory, ProjectFactory
from tests.factories.projects import NetworkFactory
from tests.reports.test_building import requested

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def staff(client):
    user = AppointmentFactory(role="regional_staff", district=None).user
    client.force_login(user)
    return user


def random_funding(seed: int) -> tuple[list, list]:
    """Calls, districts, and awards among them; about a third of what can be unknown is."""
    chance = random.Random(seed)

    def known(value):
        return value if chance.random() > 0.33 else None

    calls = [CallFactory(concluded=True) for _ in range(3)]
    districts = [DistrictFactory() for _ in range(3)]
    kinds = ["enterprise", "enterprise", "enterprise", "university", "laboratory"]
    organisations = [OrganisationFactory(kind=chance.choice(kinds)) for _ in range(8)]
    for _ in range(12):
        start = known(date(2023, 1, 1) + timedelta(days=chance.randrange(900)))
        project = ProjectFactory(call=chance.choice(calls), district=chance.choice(districts), starts_on=start)
        for organisation in chance.sample(organisations, chance.randrange(4)):
            cost = known(Decimal(chance.randrange(1, 10_000_000)) / 100)
            award = AwardFactory(
                project=project,
                organisation=organisation,
                cost=cost,
                grant=known(((cost or 5000) * Decimal(chance.random())).quantize(Decimal("0.01"))),
                size=known(chance.choice(["micro", "small", "medium", "large"])) or "",
                awarded_on=known(date(2022, 6, 1) + timedelta(days=chance.randrange(900))),
            )
            for _ in range(chance.randrange(3)):
                amount = Decimal(chance.randrange(1, 500_000)) / 100
                PaymentFactory(
                    award=award, amount=amount, paid_on=date(2024, 1, 1) + timedelta(days=chance.randrange(700))
                )
    return calls, districts


def report_rows(tmp_path, **filters) -> list[dict[str, str]]:
    """The report as the command writes it; it sees all, as whole-region staff of the only region do."""
    out = tmp_path / "report.csv"
    options = [f"--{name}={value}" for name, value in filters.items()]
    call_command("export", "funding", "--format=csv", f"--out={out}", *options, verbosity=0)
    return list(csv.DictReader(io.StringIO(out.read_text())))


def total(rows, column) -> Decimal | None:
    amounts = [Decimal(row[column]) for row in rows if row[column]]
    return sum(amounts) if amounts else None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(4))
def test_the_dashboard_and_the_report_have_the_same_rows_and_totals(client, staff, tmp_path, seed):
    calls, districts = random_funding(seed)
    for filters in [
        {},
        {"from": "2023-07-01"},
        {"to": "2024-06-30"},
        {"from": "2023-03-01", "to": "2024-12-31", "district": districts[0].slug},
        {"call": calls[1].slug},
        {"call": calls[2].slug, "district": districts[1].slug},
    ]:
        context = client.get(reverse("projects:region"), filters).context
        shown, rows = context["totals"], report_rows(tmp_path, **filters)
        assert shown.rows == len(rows)
        assert (shown.cost, shown.grant, shown.paid) == tuple(total(rows, name) for name in ("cost", "grant", "paid"))
        enterprises = {row["organisation"] for row in rows if row["kind"] == "enterprise"}
        assert shown.enterprises == len(enterprises)
        assert shown.projects == len({row["project"] for row in rows})
        assert shown.without_cost == sum(row["cost"] == "" for row in rows)
        # Every panel under the same filters.
        chosen = context["form"].filters
        assert sum(figures.by_size(chosen).values()) == len(enterprises)
        by_district = {row["name_en"]: row for row in figures.by_district(chosen)}
        assert by_district.keys() == {row["district"] for row in rows} or translation.get_language() != "it"
        assert sum(row["investment"] or 0 for row in by_district.values()) == (shown.cost or 0)
        quarters = figures.by_quarter(chosen)
        assert sum(amount for what, _day, amount in quarters if what == "paid") == (shown.paid or 0)


def test_an_award_without_any_date_counts_in_no_quarter(staff):
    AwardFactory(awarded_on=None, project__starts_on=None)
    AwardFactory(awarded_on=None, project__starts_on=date(2024, 5, 3), grant=Decimal(7))
    PaymentFactory(paid_on=date(2025, 1, 1), amount=Decimal(5), award__awarded_on=date(2024, 2, 2), award__grant=9)
    assert figures.by_quarter(FundingFilters(staff)) == [
        ("committed", date(2024, 1, 1), 9),
        ("committed", date(2024, 4, 1), 7),
        ("paid", date(2025, 1, 1), 5),
    ]


def test_an_enterprise_with_several_awards_counts_once_with_its_latest_size(staff):
    organisation = OrganisationFactory()
    AwardFactory(organisation=organisation, size="medium", awarded_on=date(2025, 1, 1))
    AwardFactory(organisation=organisation, size="small", awarded_on=date(2024, 1, 1))
    AwardFactory(organisation=OrganisationFactory(kind="university"), size="")
    filters = FundingFilters(staff)
    assert figures.by_size(filters) == {"micro": 0, "small": 0, "medium": 1, "large": 0, "": 0}
    assert figures.totals(filters).enterprises == 1


def test_the_map_shows_what_is_spent_in_each_province(client, staff):
    AwardFactory(cost=Decimal(2_000_000))
    AwardFactory(cost=None, grant=None)
    AwardFactory(cost=Decimal(5), grant=None, organisation__municipality=None)
    ferrara = MunicipalityFactory(istat="038008", name="Ferrara", province="FE", nuts="ITH56")
    AwardFactory(cost=Decimal(90_000), organisation__municipality=ferrara)
    found = figures.by_province(FundingFilters(staff))
    assert {row["province"]: row["investment"] for row in found} == {"MO": 2_000_000, "FE": 90_000}
    content = client.get(reverse("projects:region")).content.decode()
    assert "The largest investment, €\u00a02.0 million, is in the province of Modena." in content


def test_networks_from_the_start_to_funding(staff):
    for state in ["forming", "submitted", "approved", "refused"]:
        network = NetworkFactory(state=state)
    ProjectFactory(network=NetworkFactory(state="approved"))
    ProjectFactory()
    assert figures.funnel(FundingFilters(staff)) == {"started": 5, "submitted": 4, "approved": 2, "funded": 1}
    of_one = FundingFilters(staff, call=network.call)
    assert figures.funnel(of_one) == {"started": 1, "submitted": 1, "approved": 0, "funded": 0}


def test_shares_count_only_awards_of_which_both_amounts_are_known(staff):
    AwardFactory(cost=Decimal(100), grant=Decimal(50))
    AwardFactory(cost=Decimal(900), grant=None)
    totals = figures.totals(FundingFilters(staff))
    assert (totals.grant_share, totals.without_grant) == (Decimal("0.5"), 1)


def test_nothing_funded_is_not_known_and_not_zero(client, staff):
    content = client.get(reverse("projects:region")).content.decode()
    assert "0 awards under these filters" in content
    assert "€ 0" not in content.replace("\u00a0", " ")


def test_staff_see_the_districts_of_their_office_only(client, staff):
    elsewhere = DistrictFactory(region=RegionFactory(nuts="ITC4"))
    AwardFactory(project__district=elsewhere)
    mine = AwardFactory()
    assert client.get(reverse("projects:region")).context["totals"].rows == 1
    assert client.get(reverse("projects:region"), {"district": elsewhere.slug}).status_code == 422
    AwardFactory(project__call=mine.project.call)
    one_district = AppointmentFactory(role="regional_staff", district=mine.project.district).user
    client.force_login(one_district)
    assert client.get(reverse("projects:region")).context["totals"].rows == 1


def test_published_figures_stand_apart_with_scope_source_and_year(client, staff):
    figure = CallFigureFactory(value=16_700_000, unit="EUR", as_of=2012)
    AwardFactory()
    answer = client.get(reverse("projects:region"))
    context, content = answer.context, answer.content.decode()
    assert context["published"] == [figure]
    for words in [figure.name_en, f"{figure.scope_en}, 2012", figure.source_en, "€\u00a016.7 million"]:
        assert words in content
    assert context["totals"].cost == 100_000
    other = client.get(reverse("projects:region"), {"call": CallFactory(concluded=True).slug}).context
    assert other["published"] == []


def test_the_last_three_exports_and_a_new_one_with_the_same_filters(client, staff):
    for year in range(2020, 2025):
        requested(staff, filters={"from": f"{year}-01-01"})
    answer = client.get(reverse("projects:region"), {"from": "2024-01-01"})
    assert [row.run.filters["from"] for row in answer.context["runs"]] == ["2024-01-01", "2023-01-01", "2022-01-01"]
    assert answer.context["export_url"] == f"{reverse('reports:list')}?from=2024-01-01#new-funding"


@pytest.mark.parametrize("filters", [{"from": "x"}, {"call": "x"}, {"from": "2025-01-01", "to": "2024-01-01"}])
def test_filters_that_mean_nothing_are_explained(client, staff, filters):
    answer = client.get(reverse("projects:region"), filters)
    assert answer.status_code == 422
    assert answer.context["form"].errors


def test_only_regional_staff_see_the_dashboard(client):
    for user in [MembershipFactory().user, AppointmentFactory().user, AppointmentFactory(role="organiser").user]:
        client.force_login(user)
        assert client.get(reverse("projects:region")).status_code == 403
    client.logout()
    assert client.get(reverse("projects:region")).status_code == 302


def test_the_dashboard_asks_few_queries_and_as_many_for_30_projects_as_for_1(client, staff):
    call, district = CallFactory(concluded=True), DistrictFactory()
    filters = {"call": call.slug, "district": district.slug}
    counts = []
    for number in (1, 29):
        for _ in range(number):
            PaymentFactory(award__project__call=call, award__project__district=district)
        client.get(reverse("projects:region"), filters)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(reverse("projects:region"), filters)
        counts.append(len(captured))
    assert (answer.status_code, answer.context["totals"].rows, len(answer.context["page"])) == (200, 30, 20)
    assert counts[0] == counts[1]
    assert counts[1] <= 16, [query["sql"][:120] for query in captured]


def test_filters_survive_as_texts(staff):
    call = CallFactory(concluded=True)
    form = FundingForm({"from": "01/02/2024", "call": call.slug, "to": ""}, user=staff)
    with translation.override("it"):
        assert form.is_valid()
    assert form.stored() == {"from": "2024-02-01", "call": call.slug}
