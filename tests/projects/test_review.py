"""The facilitator's review: who may decide, what is decided on, until when to reply; the queue and the page."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from calls.models import Call
from district_portal.accounts.models import User
from district_portal.shared.desk import tasks_for
from district_portal.shared.errors import DomainError
from projects import permissions
from projects.content import digest, snapshot
from projects.models import Decision, Network, Partner
from projects.operations import review
from projects.operations.networks import submit_network
from projects.states import HelperState, NetworkState
from tests.factories import MembershipFactory, UserFactory
from tests.factories.calls import CallFactory
from tests.factories.projects import NetworkFactory, PartnerFactory
from tests.factories.proposals import HelperFactory, lead_of, owner_of, whole_network
from tests.projects.people import facilitator, regional_staff, told

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)


def submitted(**more) -> Network:
    network = whole_network(**more)
    submit_network(network, actor=lead_of(network), moment=timezone.now())
    return Network.objects.get(pk=network.pk)


def tasks(person: User) -> list[str]:
    person = User.objects.get(pk=person.pk)
    return [task.title for task in tasks_for(person, timezone.now())]


# --- Who decides ------------------------------------------------------------------------------------------------------


def test_whoever_belongs_to_it_or_helped_to_write_does_not_decide_whatever_the_page_showed() -> None:
    network = submitted()
    member, helper, once = (facilitator(network.district) for _number in range(3))
    MembershipFactory(user=member, organisation=network.partners.last().organisation)
    HelperFactory(network=network, user=helper)
    HelperFactory(network=network, user=once, state=HelperState.ENDED)
    for person in (member, helper, once):
        assert not permissions.can_decide_network(person, network)
        for decide in (review.approve_network, review.refuse_network, review.request_network_changes):
            with pytest.raises(PermissionDenied):
                decide(network, actor=person, reason="Fine.")
    network.refresh_from_db()
    assert (network.state, network.decisions.filter(from_state="submitted").count()) == ("submitted", 0)


def test_who_was_only_asked_to_help_may_still_decide() -> None:
    network = submitted()
    asked = facilitator(network.district)
    HelperFactory(network=network, user=asked, invited=True)
    assert permissions.can_decide_network(asked, network)


def test_where_no_facilitator_is_left_the_region_decides() -> None:
    network = submitted()
    officer, staff = facilitator(network.district), regional_staff(network)
    title = f"Review “{network.title}”"
    assert (tasks(officer).count(title), tasks(staff).count(title)) == (1, 0)
    assert not permissions.can_decide_network(staff, network)
    assert list(permissions.deciders_of(network)) == [officer]
    HelperFactory(network=network, user=officer)
    assert (tasks(officer).count(title), tasks(staff).count(title)) == (0, 1)
    assert permissions.can_decide_network(User.objects.get(pk=staff.pk), network)
    assert list(permissions.deciders_of(network)) == [staff]
    review.approve_network(network, actor=staff)
    assert Network.objects.get(pk=network.pk).state == NetworkState.APPROVED


def test_the_regions_staff_that_helped_or_belongs_to_it_does_not_decide_either() -> None:
    network = submitted()
    staff = regional_staff(network)
    MembershipFactory(user=staff, organisation=network.partners.first().organisation)
    assert not permissions.can_decide_network(staff, network)
    assert f"Review “{network.title}”" not in tasks(staff) and not permissions.deciders_of(network).exists()


def test_the_submission_is_told_to_those_who_may_decide() -> None:
    network = whole_network()
    officer, helper = facilitator(network.district), facilitator(network.district)
    regional_staff(network)
    HelperFactory(network=network, user=helper)
    submit_network(network, actor=lead_of(network), moment=timezone.now())
    assert told("projects/network_submitted") == {officer.email}


# --- What is decided on -----------------------------------------------------------------------------------------------


def test_a_decision_names_the_version_that_was_submitted() -> None:
    network = submitted()
    review.approve_network(network, actor=UserFactory())
    versions = [each.version for each in network.decisions.filter(from_state__in=["forming", "submitted"])]
    assert len(versions) == 2 and len(set(versions)) == 1
    assert versions[0].digest == digest(snapshot(Network.objects.get(pk=network.pk)))


@pytest.mark.django_db(transaction=True)
def test_of_two_facilitators_at_once_the_second_reads_who_decided() -> None:
    network = submitted()
    people, answers = [UserFactory(), UserFactory()], []
    start = threading.Barrier(2)

    def decide(person: User) -> None:
        start.wait()
        try:
            with translation.override("en"):
                review.approve_network(Network.objects.get(pk=network.pk), actor=person)
        except DomainError as refused:
            answers.append(str(refused.message))
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    decision = network.decisions.get(to_state=NetworkState.APPROVED)
    assert len(answers) == 1 and answers[0].startswith(f"{decision.actor} has already decided")


# --- Until when to reply ----------------------------------------------------------------------------------------------


def closing(moment: datetime | None) -> Call:
    return Call(slug="x", closes_at=moment)


@pytest.mark.parametrize(
    ("closes", "usual"),
    [
        (None, date(2026, 11, 30)),
        (datetime(2026, 12, 11, 12, tzinfo=UTC), date(2026, 11, 30)),
        # The deadline comes before five working days are over; on a Sunday the Friday before it is meant.
        (datetime(2026, 11, 26, 12, tzinfo=UTC), date(2026, 11, 26)),
        (datetime(2026, 11, 29, 12, tzinfo=UTC), date(2026, 11, 27)),
        (datetime(2026, 11, 23, 22, tzinfo=UTC), None),
    ],
)
def test_five_working_days_are_usual_or_the_deadline(closes: datetime | None, usual: date | None) -> None:
    assert review.usual_reply_by(closing(closes), MONDAY) == usual


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (MONDAY, "a day to come"),
        (date(2026, 11, 20), "a day to come"),
        (date(2026, 11, 28), "a working day"),
        (date(2026, 12, 1), "before the call closes, on 30 Nov 2026"),
        (date(2026, 11, 30), None),
    ],
)
def test_the_day_is_to_come_a_working_day_and_not_after_the_deadline(day: date, words: str | None) -> None:
    call = closing(datetime(2026, 11, 30, 12, tzinfo=UTC))
    if words is None:
        review.check_reply_by(day, call, MONDAY)
        return
    with pytest.raises(DomainError, match=words):
        review.check_reply_by(day, call, MONDAY)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [("2026-11-19", "2026-11-19", 0), ("2026-11-19", "2026-11-23", 2), ("2026-11-20", "2026-12-04", 10)],
)
def test_working_days_are_counted(start: str, end: str, days: int) -> None:
    assert review.working_days_between(date.fromisoformat(start), date.fromisoformat(end)) == days


def test_a_bare_request_for_changes_gets_the_usual_day(client: Client) -> None:
    """As `contract.md` has it: `reason` is all that must be sent."""
    network = submitted(call=CallFactory(closes_at=timezone.now() + timedelta(days=40)))
    client.force_login(facilitator(network.district))
    response = client.post(f"/en/networks/{network.pk}/request-changes/", {"reason": "Who evaluates?"})
    assert response.status_code == 302
    decision = network.decisions.latest("pk")
    assert decision.reply_by == review.working_days_after(timezone.localdate(), 5)
    client.force_login(lead_of(network))
    page = client.get(f"/en/networks/{network.pk}/").content.decode()
    assert "reply by" in page and "Who evaluates?" in page


def test_a_wrong_day_is_told_at_its_field_and_what_was_typed_stays(client: Client) -> None:
    network = submitted()
    client.force_login(facilitator(network.district))
    data = {"reason": "Who evaluates?", "reply_by": "2020-01-01"}
    response = client.post(f"/en/networks/{network.pk}/request-changes/", data)
    assert response.status_code == 422
    page = response.content.decode()
    assert "Choose a day to come." in page and "Who evaluates?" in page and "2020-01-01" in page


def asked_to_reply(day: date, asked: datetime) -> Decision:
    network = NetworkFactory(state=NetworkState.FORMING)
    Network.objects.filter(pk=network.pk).update(state=NetworkState.CHANGES_REQUESTED)
    state = NetworkState.CHANGES_REQUESTED
    return Decision.objects.create(
        network=network, actor=UserFactory(), at=asked, to_state=state, reason="Who?", reply_by=day
    )


def test_leads_are_reminded_once_before_the_day_comes() -> None:
    friday, monday = date(2026, 11, 27), date(2026, 11, 30)
    earlier = datetime(2026, 11, 20, 10, tzinfo=UTC)
    near, far = asked_to_reply(monday, earlier), asked_to_reply(date(2026, 12, 2), earlier)
    people = {
        each: MembershipFactory(organisation=each.network.partners.get(role=Partner.Role.LEAD).organisation).user
        for each in (near, far)
    }
    assert review.remind_replies(friday) == 1
    review.remind_replies(friday), review.remind_replies(monday)
    assert told("projects/reply_near") == {people[near].email}
    Network.objects.filter(pk=far.network_id).update(state=NetworkState.SUBMITTED)
    review.remind_replies(date(2026, 12, 1))
    assert told("projects/reply_near") == {people[near].email}


def test_the_desk_of_the_lead_counts_to_the_day_of_the_reply() -> None:
    network = submitted(call=CallFactory(closes_at=timezone.now() + timedelta(days=40)))
    review.request_network_changes(network, actor=UserFactory(), reason="Who?")
    day = network.decisions.latest("pk").reply_by
    task = next(task for task in tasks_for(lead_of(network), timezone.now()) if "as the facilitator asks" in task.title)
    assert timezone.localdate(task.due) == day and task.context.startswith("Reply by")


# --- The queue and the page -------------------------------------------------------------------------------------------


def test_what_is_new_since_the_last_look(client: Client) -> None:
    network = submitted()
    reader = facilitator(network.district)
    client.force_login(reader)
    url = f"/en/networks/{network.pk}/review/"

    def news() -> set[str]:
        found = {name for name in ("new", "changed", "unchanged") if network.title in _queue(client, f"?news={name}")}
        assert network.title in _queue(client)
        return found

    assert news() == {"new"} and "You have not read this proposal yet." in client.get(url).content.decode()
    assert client.post(f"{url}read/").status_code == 302
    assert news() == {"unchanged"} and "Nothing has changed." in client.get(url).content.decode()
    review.request_network_changes(network, actor=UserFactory(), reason="Say more.")
    Network.objects.filter(pk=network.pk).update(idea="A line that measures flow and pressure.")
    submit_network(network, actor=lead_of(network), moment=timezone.now())
    assert news() == {"changed"}
    page = client.get(url).content.decode()
    assert "<ins>" in page and "pressure" in page and "Say more." in page


def _queue(client: Client, query: str = "") -> str:
    page = client.get(f"/en/facilitator/{query}").content.decode()
    return page.partition('id="results"')[2].partition("</section>")[0]


def test_the_queue_shows_age_checks_and_coverage_oldest_first(client: Client) -> None:
    call = CallFactory(rules={"minimum_members": {"fewest": 4}})
    old, young = (NetworkFactory(call=call, state=NetworkState.SUBMITTED) for _number in range(2))
    Network.objects.filter(pk=young.pk).update(district=old.district, submitted_at=timezone.now())
    Network.objects.filter(pk=old.pk).update(submitted_at=timezone.now() - timedelta(days=14))
    client.force_login(facilitator(old.district))
    found = _queue(client)
    assert found.index(old.title) < found.index(young.title)
    assert "10 working days" in found and "0 working days" in found and found.count("Overdue") == 1
    assert "not filled in" in found and "1 not met" in found
    Call.objects.filter(pk=call.pk).update(closes_at=timezone.now() + timedelta(days=1))
    assert old.title in _queue(client, "?sort=deadline") and young.title not in _queue(client, "?news=changed")


def test_the_queue_is_also_a_file(client: Client) -> None:
    network = submitted()
    client.force_login(facilitator(network.district))
    lines = b"".join(client.get("/en/facilitator/?format=csv").streaming_content).decode().splitlines()
    assert len(lines) == 2 and str(network.pk) in lines[1]
    assert client.get("/en/facilitator/?format=json").json()["count"] == 1


def test_the_page_asks_as_many_queries_for_three_partners_as_for_twenty(client: Client) -> None:
    counts = []
    for partners, cells in ((3, 9), (20, 400)):
        network = submitted(partners=partners, cells=cells)
        client.force_login(facilitator(network.district))
        client.get("/en/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/en/networks/{network.pk}/review/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 40


def test_the_page_stands_in_every_state_and_says_what_can_be_done(client: Client) -> None:
    network = submitted()
    reader, helper = facilitator(network.district), facilitator(network.district)
    HelperFactory(network=network, user=helper)
    for state in NetworkState:
        Network.objects.filter(pk=network.pk).update(state=state)
        for person in (reader, helper, regional_staff(network)):
            client.force_login(person)
            for language in ("it", "en"):
                page = client.get(f"/{language}/networks/{network.pk}/review/")
                assert page.status_code == 200
            decides = f"/en/networks/{network.pk}/approve/" in page.content.decode()
            assert decides == (person == reader and state == NetworkState.SUBMITTED), (state, person)
    client.force_login(helper)
    Network.objects.filter(pk=network.pk).update(state=NetworkState.SUBMITTED)
    assert "somebody else decides" in client.get(f"/en/networks/{network.pk}/review/").content.decode()


def test_members_do_not_read_the_review(client: Client) -> None:
    network = submitted()
    partner = PartnerFactory(network=network)
    MembershipFactory(organisation=partner.organisation)
    client.force_login(owner_of(partner))
    assert client.get(f"/en/networks/{network.pk}/review/").status_code == 403


def test_a_day_in_an_operation_is_checked_too() -> None:
    network = submitted()
    with pytest.raises(DomainError, match="a day to come"), transaction.atomic():
        review.request_network_changes(network, actor=UserFactory(), reason="?", reply_by=timezone.localdate())
    assert Network.objects.get(pk=network.pk).state == NetworkState.SUBMITTED
