"""Lists of networks, the partner search, the facilitator's cockpit, the desk and the home page's networks."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.test import Client
from django.utils import timezone

from district_portal.accounts.models import User
from district_portal.shared.desk import tasks_for
from enterprises.models import Competence, Organisation
from projects.aid.budget import budget_of
from projects.models import Helper, Network, Partner
from projects.operations.review import review_due
from projects.states import HelperState, NetworkState
from tests.factories import CompetenceFactory, ConceptFactory, DistrictFactory, MembershipFactory, OrganisationFactory
from tests.factories.calls import CallFactory, InterestFactory
from tests.factories.projects import NetworkFactory, PartnerFactory
from tests.factories.proposals import whole_network
from tests.projects.people import editor, facilitator, lead_of, owner, regional_staff, viewer

pytestmark = pytest.mark.django_db


def titles(client: Client, query: str = "") -> set[str]:
    answer = client.get(f"/en/networks/?format=json{query}").json()
    return {row["title"] for row in answer["results"]}


def queries(client: Client, path: str, django_assert_max_num_queries) -> int:
    with django_assert_max_num_queries(40) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


# --- Networks ------------------------------------------------------------------------------------------------------


def test_a_list_holds_the_networks_that_the_reader_may_see(client: Client) -> None:
    network, other = NetworkFactory(), NetworkFactory()
    invited = PartnerFactory(network=network, invited=True).organisation
    for person in (viewer(lead_of(network)), owner(invited), facilitator(network.district)):
        client.force_login(person)
        assert titles(client) == {network.title}
    client.force_login(regional_staff(network))
    assert titles(client) == {network.title, other.title}


def test_networks_are_filtered_by_state_and_call(client: Client) -> None:
    district = DistrictFactory()
    forming = NetworkFactory(district=district)
    submitted = NetworkFactory(district=district, call=forming.call, state=NetworkState.SUBMITTED)
    approved = NetworkFactory(district=district, state=NetworkState.APPROVED)
    client.force_login(facilitator(district))
    assert titles(client, "&state=submitted&state=approved") == {submitted.title, approved.title}
    assert titles(client, f"&call={forming.call.slug}") == {forming.title, submitted.title}
    assert titles(client, f"&call={forming.call.slug}&state=submitted") == {submitted.title}
    assert titles(client, "&state=nonsense&call=nothing&cursor=x") == {forming.title, submitted.title, approved.title}


def test_networks_are_filtered_by_the_readers_part(client: Client) -> None:
    mine = OrganisationFactory()
    person = viewer(mine)
    led, joined = NetworkFactory(title="Led", lead=mine), NetworkFactory(title="Joined")
    PartnerFactory(network=joined, organisation=mine)
    PartnerFactory(network=NetworkFactory(title="Invited"), organisation=mine, invited=True)
    helped = NetworkFactory(title="Helped", district=led.district)
    Helper.objects.create(network=helped, user=person, state=HelperState.ACCEPTED)
    client.force_login(person)
    for part, expected in {
        "lead": {"Led"},
        "partner": {"Joined"},
        "invited": {"Invited"},
        "helper": {"Helped"},
        "lead&part=invited": {"Led", "Invited"},
        "nonsense": {"Led", "Joined", "Invited", "Helped"},
    }.items():
        assert titles(client, f"&part={part}") == expected
    assert "I help to write" in client.get("/en/networks/").content.decode()
    client.force_login(facilitator(led.district))
    assert "I help to write" not in client.get("/en/networks/").content.decode()


def test_networks_are_found_by_title_lead_and_partner(client: Client) -> None:
    network, other = NetworkFactory(title="Sterile lines"), NetworkFactory(title="Dialysis")
    partner = PartnerFactory(network=other, organisation=OrganisationFactory(name="Secchia Sensors"))
    gone = PartnerFactory(network=network, declined=True, organisation=OrganisationFactory(name="Gone and away"))
    client.force_login(regional_staff(network))
    assert titles(client, "&q=sterile") == titles(client, f"&q={lead_of(network).name}") == {network.title}
    assert titles(client, f"&q={partner.organisation.name[2:-2].upper()}") == {other.title}
    assert titles(client, f"&q={gone.organisation.name}") == set()
    page = client.get("/en/networks/?q=nothing-like-it").content.decode()
    assert "No network matches" in page and "Clear all" in page


def test_staff_with_several_districts_choose_among_them(client: Client) -> None:
    network, other = NetworkFactory(), NetworkFactory()
    client.force_login(regional_staff(network))
    assert titles(client, f"&district={other.district.slug}") == {other.title}
    assert 'name="district"' in client.get("/en/networks/").content.decode()
    client.force_login(facilitator(network.district))
    assert 'name="district"' not in client.get("/en/networks/").content.decode()


@pytest.mark.parametrize("sort", ["newest", "deadline", "title"])
def test_each_order_is_kept_from_page_to_page(client: Client, sort: str) -> None:
    district, now = DistrictFactory(), timezone.now()
    calls = [CallFactory(closes_at=now + timedelta(days=days)) for days in (5, 3)]
    calls += [CallFactory(closed=True), CallFactory(closes_at=now + timedelta(days=9))]
    for number in range(24):
        at = now - timedelta(hours=number // 2)
        NetworkFactory(district=district, call=calls[number % 4], title=f"N{number * 7 % 5}", created_at=at)
    client.force_login(facilitator(district))
    seen, path = [], f"/en/networks/?format=json&size=7&sort={sort}"
    while path:
        answer = client.get(path).json()
        seen += answer["results"]
        path = answer["next"]
    assert len({row["id"] for row in seen}) == len(seen) == 24
    if sort == "deadline":
        ways = [calls.index(next(call for call in calls if call.slug == row["call"])) for row in seen]
        assert ways == [1] * 6 + [0] * 6 + [3] * 6 + [2] * 6
    else:
        values = [row[{"newest": "created", "title": "title"}[sort]] for row in seen]
        assert values == sorted(values, reverse=sort == "newest")


def test_the_file_says_what_is_covered_and_what_it_costs(client: Client, django_assert_max_num_queries) -> None:
    network = whole_network(call=CallFactory(rules={"grant": {"share": "0.5"}}))
    empty = NetworkFactory(district=network.district)
    client.force_login(facilitator(network.district))

    def lines() -> dict[str, dict[str, str]]:
        text = b"".join(client.get("/en/networks/?format=csv")).decode()
        return {line["id"]: line for line in csv.DictReader(StringIO(text))}

    lines()
    with django_assert_max_num_queries(40) as short:
        found = lines()
    row, budget = found[str(network.pk)], budget_of(network)
    assert (Decimal(row["cost"]), Decimal(row["grant"])) == (budget.cost, budget.aid)
    assert "covered" in row["coverage"]
    nothing = found[str(empty.pk)]
    assert (nothing["cost"], nothing["grant"], nothing["coverage"]) == ("", "", "not filled in")
    for _number in range(10):
        PartnerFactory(network=NetworkFactory(district=network.district, call=network.call))
    with django_assert_max_num_queries(len(short)):
        assert len(lines()) == 12


def test_the_list_as_csv_has_the_same_rows_as_the_page(client: Client) -> None:
    network = NetworkFactory(title="=1+1")
    PartnerFactory(network=network), PartnerFactory(network=network, invited=True)
    client.force_login(facilitator(network.district))
    lines = list(csv.DictReader(StringIO(b"".join(client.get("/en/networks/?format=csv")).decode())))
    assert len(lines) == 1
    assert (lines[0]["id"], lines[0]["lead"]) == (str(network.pk), lead_of(network).name)
    assert (lines[0]["confirmed"], lines[0]["waiting"], lines[0]["title"][0] != "=") == ("2", "1", True)


def test_pages_follow_each_other_without_loss_or_repetition(client: Client) -> None:
    district, moment = DistrictFactory(), timezone.now()
    call = CallFactory()
    for number in range(45):
        NetworkFactory(district=district, call=call, created_at=moment - timedelta(seconds=number // 2))
    client.force_login(facilitator(district))
    seen, path = [], "/en/networks/?format=json"
    while path:
        answer = client.get(path).json()
        seen += [row["id"] for row in answer["results"]]
        path = answer["next"]
    assert (len(seen), set(seen)) == (45, {str(pk) for pk in Network.objects.values_list("pk", flat=True)})


def test_htmx_gets_the_results_alone_and_the_history_the_whole_page(client: Client) -> None:
    client.force_login(owner(OrganisationFactory()))
    partial = client.get("/en/networks/", headers={"HX-Request": "true"}).content.decode()
    whole = client.get("/en/networks/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert ("<html" in partial, 'id="results"' in partial, "<html" in whole.content.decode()) == (False, True, True)


def test_a_long_list_asks_no_more_queries_than_a_short_one(client: Client, django_assert_max_num_queries) -> None:
    first = NetworkFactory()
    PartnerFactory(network=first, invited=True)
    client.force_login(facilitator(first.district))
    client.get("/en/networks/")
    short = queries(client, "/en/networks/", django_assert_max_num_queries)
    for _number in range(29):
        PartnerFactory(network=NetworkFactory(district=first.district, state=NetworkState.SUBMITTED))
    assert queries(client, "/en/networks/", django_assert_max_num_queries) == short <= 12


def test_a_large_network_asks_no_more_queries_than_a_small_one(client: Client, django_assert_max_num_queries) -> None:
    network = NetworkFactory()
    CompetenceFactory(organisation=PartnerFactory(network=network).organisation)
    client.force_login(owner(lead_of(network)))
    path = f"/en/networks/{network.pk}/"
    client.get(path)
    small = queries(client, path, django_assert_max_num_queries)
    for _number in range(29):
        CompetenceFactory(organisation=PartnerFactory(network=network).organisation)
    assert queries(client, path, django_assert_max_num_queries) == small <= 20


# --- Partner search ------------------------------------------------------------------------------------------------


def searcher(district) -> User:
    """Owner of an organisation of the district that leads a forming network."""
    network = NetworkFactory(district=district)
    return owner(lead_of(network))


def neighbour(district, **fields) -> Organisation:
    organisation = OrganisationFactory(district=district, **fields)
    editor(organisation)
    return organisation


def found(client: Client, query: str = "") -> set[Organisation]:
    response = client.get(f"/en/partners/{query}")
    assert response.status_code == 200
    return {row.organisation for row in response.context["rows"]}


def test_only_members_of_an_organisation_search_for_partners(client: Client) -> None:
    network = NetworkFactory()
    for person in (facilitator(network.district), regional_staff(network)):
        client.force_login(person)
        assert client.get("/en/partners/").status_code == 403
    client.force_login(viewer(lead_of(network)))
    assert client.get("/en/partners/").status_code == 200


def test_found_are_listed_organisations_of_the_district_that_somebody_acts_for(client: Client) -> None:
    district = DistrictFactory()
    there = neighbour(district)
    neighbour(district, listed=False), neighbour(DistrictFactory()), viewer(OrganisationFactory(district=district))
    left = OrganisationFactory(district=district)
    MembershipFactory(organisation=left, valid_to=timezone.localdate() - timedelta(days=1))
    client.force_login(searcher(district))
    assert found(client) == {there}


def test_partners_are_found_by_competences_that_the_reader_may_see(client: Client) -> None:
    district = DistrictFactory()
    shown = CompetenceFactory(organisation=neighbour(district), level=Competence.Level.DISTRICT)
    CompetenceFactory(organisation=neighbour(district), concept=shown.concept, level=Competence.Level.CONSENT)
    CompetenceFactory(organisation=neighbour(district), concept=shown.concept, direction=Competence.Direction.SEEKS)
    hidden = CompetenceFactory(organisation=neighbour(district), level=Competence.Level.ANONYMOUS)
    client.force_login(searcher(district))
    assert found(client, f"?competence={shown.concept.code}") == {shown.organisation}
    page = client.get("/en/partners/").content.decode()
    assert (shown.concept.name_en in page, hidden.concept.name_en in page) == (True, False)


def test_a_gap_that_nobody_fills_stays_chosen_and_shows_other_ways(client: Client) -> None:
    district = DistrictFactory()
    person, gap = searcher(district), ConceptFactory()
    neighbour(district)
    network = Network.objects.led_by(person).get()
    client.force_login(person)
    path = f"?network={network.pk}&competence={gap.code}"
    assert found(client, path) == set()
    page = client.get(f"/en/partners/{path}").content.decode()
    assert f'<option value="{gap.code}" selected' in page
    assert f'href="/en/networks/{network.pk}/invite/"' in page and f'href="/en/networks/{network.pk}/edit/"' in page


def test_partners_are_found_by_words_of_their_name(client: Client) -> None:
    district = DistrictFactory()
    novamed, _other = neighbour(district, name="Novamed Plast"), neighbour(district, name="Estense")
    client.force_login(searcher(district))
    assert found(client, "?q=novamed") == {novamed}


def test_a_partner_is_invited_from_the_search_to_the_network_that_was_chosen(client: Client) -> None:
    district = DistrictFactory()
    person, there = searcher(district), neighbour(district)
    first = Network.objects.led_by(person).get()
    second = NetworkFactory(district=district, lead=lead_of(first))
    NetworkFactory(district=district, lead=lead_of(first), state=NetworkState.SUBMITTED)
    client.force_login(person)
    for network in (first, second):
        page = client.get(f"/en/partners/?network={network.pk}").content.decode()
        assert f"Invite to {network.title}" in page and f'action="/en/networks/{network.pk}/invite/"' in page
    assert client.post(f"/en/networks/{first.pk}/invite/", {"organisation": there.slug}).status_code == 302
    page = client.get(f"/en/partners/?network={first.pk}").content.decode()
    assert "Invite to" not in page.split('id="results"')[1]


def test_a_viewer_of_the_lead_invites_nobody(client: Client) -> None:
    network = NetworkFactory()
    neighbour(network.district)
    client.force_login(viewer(lead_of(network)))
    assert "/invite/" not in client.get("/en/partners/").content.decode()


def test_a_long_search_asks_no_more_queries_than_a_short_one(client: Client, django_assert_max_num_queries) -> None:
    district = DistrictFactory()
    CompetenceFactory(organisation=neighbour(district))
    client.force_login(searcher(district))
    client.get("/en/partners/")
    short = queries(client, "/en/partners/", django_assert_max_num_queries)
    for _number in range(29):
        CompetenceFactory(organisation=neighbour(district))
    assert queries(client, "/en/partners/", django_assert_max_num_queries) == short <= 14


# --- The facilitator's cockpit -------------------------------------------------------------------------------------


def test_the_cockpit_is_for_facilitators(client: Client) -> None:
    network = NetworkFactory()
    for person, status in {
        facilitator(network.district): 200,
        regional_staff(network): 403,
        owner(lead_of(network)): 403,
    }.items():
        client.force_login(person)
        assert client.get("/en/facilitator/").status_code == status


def test_the_cockpit_shows_what_waits_in_the_own_districts(client: Client) -> None:
    district = DistrictFactory()
    call = CallFactory(districts=[district], partners_min=3)
    submitted = NetworkFactory(district=district, call=call, state=NetworkState.SUBMITTED)
    forming = NetworkFactory(district=district, call=call)
    waiting = PartnerFactory(network=forming, invited=True).organisation
    elsewhere = NetworkFactory(state=NetworkState.SUBMITTED)
    InterestFactory(call=call), InterestFactory(call=call), InterestFactory(call=call, withdrawn_at=timezone.now())
    client.force_login(facilitator(district))
    page = client.get("/en/facilitator/").content.decode()
    assert submitted.title in page and "2 more organisations" not in page and "1 not met" in page
    assert forming.title in page and waiting.name in page
    assert "2 interested organisations" in page and elsewhere.title not in page


def test_a_full_cockpit_asks_no_more_queries_than_an_empty_one(client: Client, django_assert_max_num_queries) -> None:
    district = DistrictFactory()
    PartnerFactory(network=NetworkFactory(district=district), invited=True)
    NetworkFactory(district=district, state=NetworkState.SUBMITTED)
    client.force_login(facilitator(district))
    client.get("/en/facilitator/")
    short = queries(client, "/en/facilitator/", django_assert_max_num_queries)
    for _number in range(29):
        PartnerFactory(network=NetworkFactory(district=district), invited=True)
        NetworkFactory(district=district, state=NetworkState.SUBMITTED)
    assert queries(client, "/en/facilitator/", django_assert_max_num_queries) == short <= 22


# --- Desk and home page --------------------------------------------------------------------------------------------


def tasks(person: User) -> list[str]:
    return [task.title for task in tasks_for(person, timezone.now()) if "/networks/" in task.url]


def test_an_invitation_waits_for_those_who_may_answer_it() -> None:
    partner = PartnerFactory(invited=True)
    title = f"Answer the invitation to “{partner.network.title}”"
    assert tasks(owner(partner.organisation)) == tasks(editor(partner.organisation)) == [title]
    assert tasks(viewer(partner.organisation)) == []
    Network.objects.update(state=NetworkState.WITHDRAWN)
    assert tasks(owner(partner.organisation)) == []


def test_a_network_waits_for_its_lead_when_it_is_ready_or_was_given_back() -> None:
    ready = NetworkFactory()
    NetworkFactory(lead=lead_of(ready), call=CallFactory(partners_min=2))
    given_back = NetworkFactory(lead=lead_of(ready), state=NetworkState.CHANGES_REQUESTED)
    NetworkFactory(lead=lead_of(ready), call=CallFactory(closed=True), state=NetworkState.CHANGES_REQUESTED)
    assert set(tasks(owner(lead_of(ready)))) == {
        f"Submit “{ready.title}”: it is ready",
        f"Change “{given_back.title}” as the facilitator asks",
    }


def test_a_submitted_network_waits_for_the_facilitators_but_not_for_those_who_belong_to_it() -> None:
    network = NetworkFactory(state=NetworkState.SUBMITTED)
    judge, member = facilitator(network.district), facilitator(network.district)
    MembershipFactory(user=member, organisation=lead_of(network))
    assert tasks(judge) == [f"Review “{network.title}”"]
    assert tasks(member) == []


def test_a_review_is_due_five_working_days_after_the_submission() -> None:
    thursday = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
    saturday = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
    assert [review_due(moment).date().isoformat() for moment in (thursday, saturday)] == ["2026-11-26", "2026-11-27"]


def test_the_home_page_names_only_networks_whose_lead_asked_for_it() -> None:
    shown = NetworkFactory(looking_for_partners=True, seeks="Sterilisation")
    NetworkFactory()
    NetworkFactory(looking_for_partners=True, state=NetworkState.SUBMITTED)
    NetworkFactory(looking_for_partners=True, call=CallFactory(closed=True))
    assert list(Network.objects.looking_for_partners()) == [shown]


def test_a_visitor_reads_nothing_of_a_network_but_what_its_lead_made_public(client: Client) -> None:
    network = NetworkFactory(looking_for_partners=True, seeks="Sterilisation", idea="A secret line")
    page = client.get("/en/").content.decode()
    assert network.title in page and "Sterilisation" in page
    assert "A secret line" not in page and lead_of(network).name not in page
    assert Partner.objects.count() == 1
