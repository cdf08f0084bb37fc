"""What the clock brings about: told once, by whichever worker, whatever happens to the others."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.utils import timezone

from calls.models import AlertPreferences, Call, CallDecision, Notice
from calls.operations import clock
from calls.operations.clock import WINDOW, pass_time, within
from calls.operations.lifecycle import extend_deadline
from calls.states import CallState
from district_portal.accounts.models import Role
from district_portal.notifications import delivery
from district_portal.notifications.models import InboxItem, OutboxRow, OutboxState
from district_portal.notifications.outbox import OutboxRow as Row
from tests.factories import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.accounts import AppointmentFactory
from tests.factories.alerts import FollowFactory
from tests.factories.calls import CallFactory, InterestFactory
from tests.factories.projects import NetworkFactory, PartnerFactory

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")
DAY = timedelta(days=1)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def rome(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ROME)


def told(message: str = "") -> list[tuple[str, str]]:
    """Who is told what, by mail: (message, address), in the order of telling."""
    rows = Row.objects.filter(channel="mail", message__contains=message).select_related("user").order_by("pk")
    return [(row.message.removeprefix("calls/"), row.user.email) for row in rows]


def closing_call(closes: datetime, **fields: object) -> Call:
    """A call that everyone has known for long."""
    return CallFactory(opens_at=closes - 60 * DAY, closes_at=closes, created_at=closes - 90 * DAY, **fields)


# --- Reminders ---------------------------------------------------------------------------------------------------


def test_whoever_follows_is_reminded_fourteen_seven_and_one_day_before_once_each() -> None:
    closes = rome(2027, 5, 20, 13)
    follow = FollowFactory(call=closing_call(closes))
    seen = []
    for hours in range(-16 * 24, 1, 6):
        before = len(told())
        pass_time(closes + timedelta(hours=hours))
        seen += [hours] * (len(told()) - before)
    assert seen == [-14 * 24, -7 * 24, -24]
    assert told("deadline_near") == [("deadline_near", follow.user.email)] * 3


def test_a_reminder_comes_neither_a_second_early_nor_twice() -> None:
    closes = rome(2027, 5, 20, 13)
    FollowFactory(call=closing_call(closes))
    pass_time(closes - 7 * DAY - timedelta(seconds=1))
    assert len(told()) == 1  # that of fourteen days, late
    for _again in range(3):
        pass_time(closes - 7 * DAY)
    assert len(told()) == 2


def test_a_worker_that_was_away_reminds_of_the_latest_day_only() -> None:
    closes = rome(2027, 5, 20, 13)
    FollowFactory(call=closing_call(closes))
    pass_time(closes - timedelta(hours=5))
    assert len(told()) == 1
    assert set(Notice.objects.values_list("kind", flat=True)) >= {"reminder_14", "reminder_7", "reminder_1"}
    pass_time(closes - timedelta(hours=4))
    assert len(told()) == 1


def test_each_person_chooses_the_days() -> None:
    closes = rome(2027, 5, 20, 13)
    call = closing_call(closes)
    early, never, everything = (FollowFactory(call=call).user for _ in range(3))
    AlertPreferences.objects.create(user=early, reminder_days=[14])
    AlertPreferences.objects.create(user=never, reminder_days=[])
    pass_time(closes - 14 * DAY)
    pass_time(closes - 7 * DAY)
    pass_time(closes - DAY)
    assert [address for _message, address in told()].count(early.email) == 1
    assert [address for _message, address in told()].count(never.email) == 0
    assert [address for _message, address in told()].count(everything.email) == 3


def test_followers_interested_owners_and_members_of_networks_are_reminded_once_each() -> None:
    closes = rome(2027, 5, 20, 13)
    call = closing_call(closes)
    owner = UserFactory()
    firm = OrganisationFactory(owner=owner)
    FollowFactory(call=call, user=owner)
    InterestFactory(call=call, organisation=firm)
    network = NetworkFactory(call=call, lead=firm)
    partner = PartnerFactory(network=network).organisation
    member = MembershipFactory(organisation=partner).user
    gone = FollowFactory(call=call, user=UserFactory(is_active=False)).user
    stranger = UserFactory()
    pass_time(closes - DAY)
    addresses = [address for _message, address in told("deadline_near")]
    assert sorted(set(addresses)) == sorted(addresses)
    assert {owner.email, member.email} <= set(addresses)
    assert not {gone.email, stranger.email} & set(addresses)


@pytest.mark.parametrize("state", [CallState.CANCELLED, CallState.PLANNED, CallState.DRAFT, CallState.IN_ASSESSMENT])
def test_nobody_is_reminded_of_a_call_that_is_not_published(state: str) -> None:
    closes = rome(2027, 5, 20, 13)
    FollowFactory(call=closing_call(closes, state=state))
    pass_time(closes - DAY)
    assert told() == []


def test_an_extended_deadline_begins_anew_and_what_has_passed_by_then_is_not_made_up_for() -> None:
    now = timezone.now().replace(microsecond=0)
    call = closing_call(now + 3 * DAY)
    follow = FollowFactory(call=call)
    pass_time(now)
    assert len(told()) == 1
    extend_deadline(call, actor=UserFactory(), closes_at=now + 10 * DAY, note="More time")
    OutboxRow.objects.exclude(message="calls/deadline_near").delete()
    for days in range(11):
        pass_time(now + days * DAY)
    # Fourteen days before the new deadline had passed when it was set: seven and one are left.
    assert told("deadline_near") == [("deadline_near", follow.user.email)] * 3


def test_a_reminder_whose_deadline_was_moved_while_it_waited_is_dropped_quietly(settings) -> None:
    settings.EMAIL_BACKEND = "district_portal.notifications.sink.EmailBackend"
    now = timezone.now()
    call = closing_call(now + 3 * DAY)
    FollowFactory(call=call)
    pass_time(now)
    Call.objects.filter(pk=call.pk).update(closes_at=now + 30 * DAY)
    delivery.deliver_waiting()
    assert set(OutboxRow.objects.values_list("state", flat=True)) == {OutboxState.ABANDONED}


@pytest.mark.parametrize(
    "closes, reminded",
    [
        (rome(2027, 4, 5, 13), rome(2027, 3, 22, 13)),  # summer time begins on 28 March
        (rome(2027, 11, 8, 13), rome(2027, 10, 25, 13)),  # and ends on 31 October
        (rome(2027, 4, 11, 2, 30), rome(2027, 3, 28, 3)),  # half past two is missing on that night
    ],
)
def test_fourteen_days_before_means_the_same_hour_in_rome_also_over_the_change_of_the_clocks(
    closes: datetime, reminded: datetime
) -> None:
    FollowFactory(call=closing_call(closes))
    pass_time(reminded.astimezone(UTC) - timedelta(seconds=1))
    assert told() == []
    pass_time(reminded.astimezone(UTC))
    assert len(told()) == 1


def test_the_day_before_a_night_of_25_hours_is_25_hours_before() -> None:
    assert within(rome(2027, 10, 30, 13).astimezone(UTC), 1) == rome(2027, 10, 31, 13).astimezone(UTC)
    assert rome(2027, 10, 31, 13).astimezone(UTC) - rome(2027, 10, 30, 13).astimezone(UTC) == timedelta(hours=25)


# --- Openings and closings ---------------------------------------------------------------------------------------


def test_who_followed_a_call_before_it_opened_is_told_when_it_opens() -> None:
    opens = timezone.now()
    call = CallFactory(opens_at=opens, closes_at=opens + 40 * DAY)
    before = FollowFactory(call=call, at=opens - DAY).user
    FollowFactory(call=call, at=opens + timedelta(seconds=1))
    pass_time(opens - timedelta(microseconds=1))
    assert told() == []
    pass_time(opens)
    pass_time(opens + DAY)
    assert told() == [("call_opened", before.email)]


def test_a_call_that_was_published_after_its_opening_was_told_of_then() -> None:
    opens = timezone.now()
    call = CallFactory(opens_at=opens, closes_at=opens + 40 * DAY)
    FollowFactory(call=call, at=opens - DAY)
    CallDecision.objects.create(
        call=call, actor=UserFactory(), from_state="planned", to_state="published", at=opens + timedelta(hours=1)
    )
    pass_time(opens + timedelta(hours=2))
    assert told() == []


def test_the_last_second_before_the_deadline_is_open_and_the_deadline_is_not() -> None:
    closes = rome(2027, 5, 20, 13)
    facilitator = UserFactory()
    call = closing_call(closes, facilitator=facilitator)
    pass_time(closes - timedelta(microseconds=1))
    assert told("call_closed") == []
    pass_time(closes)
    assert told("call_closed") == [("call_closed", facilitator.email)]
    assert Notice.objects.get(call=call, kind="closed").moment == closes


def test_the_closing_is_summed_up_for_the_facilitator_and_for_those_who_prepare_calls(settings) -> None:
    settings.EMAIL_BACKEND = "district_portal.notifications.sink.EmailBackend"
    now = timezone.now()
    call = CallFactory(closed=True, created_at=LONG_AGO, facilitator=UserFactory())
    staff = AppointmentFactory(role=Role.REGIONAL_STAFF, district=None, region=call.programme.region).user
    InterestFactory(call=call)
    InterestFactory(call=call, withdrawn_at=now)
    NetworkFactory(call=call, state="submitted", submitted_at=now)
    NetworkFactory(call=call, state="approved", submitted_at=now)
    NetworkFactory(call=call)
    pass_time(now)
    assert sorted(told()) == sorted([("call_closed", call.facilitator.email), ("call_closed", staff.email)])
    delivery.deliver_waiting()
    text = InboxItem.objects.get(user=staff).text_en
    assert "1 organisation is interested" in text
    assert "2 networks were submitted" in text
    assert "1 network was never submitted" in text


def test_calls_that_came_into_the_portal_when_they_were_closed_are_no_news() -> None:
    CallFactory(closed=True, facilitator=UserFactory())
    pass_time(timezone.now())
    assert told() == []


def test_what_happened_long_ago_is_not_looked_at() -> None:
    now = timezone.now()
    closing_call(now - WINDOW, facilitator=UserFactory())
    assert pass_time(now) == 0
    assert not Notice.objects.exists()


# --- Workers -----------------------------------------------------------------------------------------------------


def test_looking_again_costs_four_queries_however_many_calls_have_been_told_of(
    django_assert_num_queries,
) -> None:
    now = timezone.now()
    for _ in range(12):
        closing_call(now + 3 * DAY)
        CallFactory(opens_at=now - DAY, published_at=now - DAY)
    assert pass_time(now) == 12 + 12 + 12
    with django_assert_num_queries(4):
        assert pass_time(now) == 0


def test_a_call_that_fails_keeps_no_other_from_being_told_of(monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    now = timezone.now()
    first, second = (FollowFactory(call=closing_call(now + 3 * DAY)) for _ in range(2))
    known_since = clock._known_since
    monkeypatch.setattr(
        clock, "_known_since", lambda call, deadline: known_since(call, deadline if call != first.call else 1)
    )
    pass_time(now)
    assert told() == [("deadline_near", second.user.email)]
    monkeypatch.undo()
    pass_time(now)
    assert {address for _message, address in told()} == {first.user.email, second.user.email}


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_before_it_commits_has_told_nobody_and_the_next_one_tells_all() -> None:
    now = timezone.now()
    follow = FollowFactory(call=closing_call(now + 3 * DAY))
    with transaction.atomic():
        pass_time(now)
        assert len(told()) == 1
        transaction.set_rollback(True)
    assert (told(), Notice.objects.count()) == ([], 0)
    pass_time(now)
    assert told("deadline_near") == [("deadline_near", follow.user.email)]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_once_and_the_second_does_not_wait(caplog: pytest.LogCaptureFixture) -> None:
    now = timezone.now()
    follow = FollowFactory(call=closing_call(now + 3 * DAY))
    seen: list[int] = []

    def look() -> None:
        try:
            seen.append(pass_time(now))
        finally:
            connection.close()

    with transaction.atomic():
        assert pass_time(now) == 1
        second = threading.Thread(target=look)
        second.start()
        second.join(10)
        assert not second.is_alive()
    assert seen == [0]
    assert not [record for record in caplog.records if record.levelname == "ERROR"]  # it passed the call by
    pass_time(now)
    assert told() == [("deadline_near", follow.user.email)]


@pytest.mark.django_db(transaction=True)
def test_eight_workers_on_twenty_calls_tell_each_person_once() -> None:
    now = timezone.now()
    follows = [FollowFactory(call=closing_call(now + 3 * DAY)) for _ in range(20)]
    failed: list[BaseException] = []

    def look() -> None:
        try:
            pass_time(now)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    pass_time(now)
    assert failed == []
    assert sorted(told()) == sorted(("deadline_near", follow.user.email) for follow in follows)
