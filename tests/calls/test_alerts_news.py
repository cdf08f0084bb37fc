"""Saved searches: each person is told of each new call once, in the rhythm that they chose, and of nothing else."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from calls.finding import searches
from calls.models import Call, CallDecision, Notice, SavedSearch, SearchAlert
from calls.operations import news
from calls.operations.alerts import change_search, delete_search, switch_off, switch_on
from calls.operations.clock import pass_time
from calls.operations.news import alert_searches, last_morning
from calls.states import CallState
from calls.tasks import look_at_the_clock
from district_portal.accounts.models import User
from district_portal.notifications import delivery
from district_portal.notifications.models import OutboxRow, OutboxState, SinkMail
from district_portal.notifications.rendering import Renderer
from tests.factories import UserFactory
from tests.factories.accounts import DistrictFactory
from tests.factories.alerts import FollowFactory, SavedSearchFactory
from tests.factories.calls import CallFactory, ThemeFactory

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _mail_sink(settings) -> None:
    settings.EMAIL_BACKEND = "district_portal.notifications.sink.EmailBackend"


def look(now: datetime | None = None) -> None:
    """What a worker does at beat's hint."""
    now = now or timezone.now()
    pass_time(now)
    alert_searches(now, searches.find)


def new_call(**fields: object) -> Call:
    return CallFactory(**{"published_at": timezone.now()} | fields)


def told() -> list[tuple[SavedSearch, list[Call]]]:
    """Each alert, in the order of telling: the search, and its calls."""
    return [(alert.search, list(alert.calls.order_by("pk"))) for alert in SearchAlert.objects.order_by("pk")]


# --- At once -----------------------------------------------------------------------------------------------------


def test_a_new_call_is_told_of_at_once_by_mail_and_in_the_inbox_and_never_again() -> None:
    search = SavedSearchFactory(name="Biomedical calls")
    CallFactory(published_at=timezone.now() - HOUR)  # there before the search was saved
    call = new_call(title_en="Clean rooms")
    look()
    look()
    look(timezone.now() + 3 * DAY)
    assert told() == [(search, [call])]
    delivery.deliver_waiting()
    mail = SinkMail.objects.get()
    assert (mail.to, mail.subject) == (search.user.email, "1 new call: Biomedical calls")
    assert f"/en/calls/{call.slug}/" in mail.text
    assert f"/en/alerts/off/{search.token}/" in mail.text
    assert search.user.inbox.get().path == "/calls/"


def test_quiet_when_nothing_is_new_or_nothing_fits() -> None:
    SavedSearchFactory(query="q=unicorns")
    SavedSearchFactory(query="status=closed")
    look()
    assert told() == []
    new_call()
    look()
    assert told() == []


def test_each_search_is_told_of_the_calls_that_its_filters_show() -> None:
    home, theme = DistrictFactory(slug="biomedical"), ThemeFactory(slug="research")
    person = UserFactory(language="en")
    by_district = SavedSearchFactory(user=person, query="district=biomedical")
    by_theme = SavedSearchFactory(user=person, query="theme=research")
    by_words = SavedSearchFactory(user=person, query="q=dialysis")
    in_italian = SavedSearchFactory(user__language="it", query="q=dialisi")
    first = new_call(districts=[home])
    second = new_call(districts=[DistrictFactory()], themes=[theme], title_en="Dialysis at home", title_it="Dialisi")
    look()
    assert {search.pk: calls for search, calls in told()} == {
        by_district.pk: [first],
        by_theme.pk: [second],
        by_words.pk: [second],
        in_italian.pk: [second],
    }


def test_a_draft_is_told_of_when_everyone_can_read_it() -> None:
    SavedSearchFactory(user=UserFactory(is_staff=True))
    call = CallFactory(draft=True)
    look()
    assert told() == []
    Call.objects.filter(pk=call.pk).update(state=CallState.PUBLISHED, published_at=timezone.now())
    look()
    assert [calls for _search, calls in told()] == [[call]]


def test_a_planned_call_is_told_of_once_to_who_looks_for_coming_ones_and_when_it_opens_to_who_wants_open_ones() -> None:
    now = timezone.now()
    everything = SavedSearchFactory()
    only_open = SavedSearchFactory(query="status=open")
    call = new_call(opens_at=now + DAY, closes_at=now + 30 * DAY)
    look()
    assert told() == [(everything, [call])]
    look(now + DAY)
    assert told() == [(everything, [call]), (only_open, [call])]


def test_a_planned_call_that_is_published_after_its_opening_is_news_from_then_on() -> None:
    now = timezone.now()
    call = CallFactory(published_at=now - 9 * DAY, opens_at=now - DAY)
    search = SavedSearchFactory(query="status=open", created_at=now - HOUR, checked_at=now - HOUR)
    CallDecision.objects.create(call=call, actor=UserFactory(), from_state="planned", to_state="published", at=now)
    look(now)
    assert told() == [(search, [call])]


def test_more_than_twenty_calls_are_listed_up_to_twenty_and_counted() -> None:
    search = SavedSearchFactory(query="status=open")
    for _ in range(23):
        new_call()
    look()
    row = OutboxRow.objects.get(channel="mail")
    text = Renderer().mail(row).body
    assert text.count("/en/calls/call-") == 20
    assert "and 3 more, in the list" in text
    assert "/en/calls/?status=open" in text
    assert told()[0][0] == search


# --- Daily and weekly --------------------------------------------------------------------------------------------


def at(local: datetime, search: SavedSearch) -> list[int]:
    look(local.astimezone(UTC))
    return [len(calls) for told_search, calls in told() if told_search == search]


def made(frequency: str, when: datetime) -> SavedSearch:
    return SavedSearchFactory(frequency=frequency, created_at=when, checked_at=when)


@pytest.mark.parametrize("night", [datetime(2027, 3, 28, tzinfo=ROME), datetime(2027, 10, 31, tzinfo=ROME)])
def test_daily_alerts_come_at_seven_in_rome_once_also_when_the_clocks_change(night: datetime) -> None:
    search = made("daily", night - timedelta(hours=12))
    CallFactory(published_at=night - HOUR, opens_at=night - HOUR, closes_at=night + 90 * DAY)
    seven = datetime(night.year, night.month, night.day, 7, tzinfo=ROME).astimezone(UTC)
    # Every quarter of an hour of the night: the hour that is missing, the hour that comes twice.
    moments = [seven - timedelta(minutes=15 * step) for step in range(40, 0, -1)]
    counts = [at(moment, search) for moment in moments]
    assert counts == [[]] * 40
    assert at(seven, search) == [1]
    assert at(seven + HOUR, search) == [1]
    assert at(seven + DAY, search) == [1]


def test_weekly_alerts_come_on_monday_at_seven() -> None:
    sunday = datetime(2027, 2, 28, 12, tzinfo=ROME)
    search = made("weekly", sunday - 3 * DAY)
    CallFactory(published_at=sunday - DAY, opens_at=sunday - DAY, closes_at=sunday + 60 * DAY)
    assert at(sunday, search) == []
    assert at(datetime(2027, 3, 1, 6, 59, tzinfo=ROME), search) == []
    assert at(datetime(2027, 3, 1, 7, tzinfo=ROME), search) == [1]
    assert at(datetime(2027, 3, 8, 7, tzinfo=ROME), search) == [1]


def test_a_worker_that_was_away_for_three_days_sends_one_daily_alert_with_everything() -> None:
    start = datetime(2027, 3, 1, 8, tzinfo=ROME)
    search = made("daily", start)
    for day in range(3):
        when = start + day * DAY + HOUR
        CallFactory(published_at=when, opens_at=when, closes_at=start + 60 * DAY)
    assert at(start + 3 * DAY, search) == [3]


@pytest.mark.parametrize(
    "now, morning",
    [
        (datetime(2027, 3, 1, 7, tzinfo=ROME), datetime(2027, 3, 1, 7, tzinfo=ROME)),
        (datetime(2027, 3, 1, 6, 59, 59, tzinfo=ROME), datetime(2027, 2, 28, 7, tzinfo=ROME)),
        (datetime(2027, 3, 28, 7, tzinfo=ROME), datetime(2027, 3, 28, 5, tzinfo=UTC)),
        (datetime(2027, 10, 31, 7, tzinfo=ROME), datetime(2027, 10, 31, 6, tzinfo=UTC)),
    ],
)
def test_the_last_morning_is_at_seven_on_clocks_in_rome(now: datetime, morning: datetime) -> None:
    assert last_morning(now.astimezone(UTC)) == morning
    assert last_morning(now.astimezone(UTC), weekday=0).weekday() == 0


def test_beats_hint_does_both_and_needs_no_broker(settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1"
    search = SavedSearchFactory()
    call = new_call()
    FollowFactory(call__closes_at=timezone.now() + DAY, call__created_at=timezone.now() - 9 * DAY)
    assert settings.CELERY_BEAT_SCHEDULE["clock"]["task"] == look_at_the_clock.name
    look_at_the_clock()
    look_at_the_clock()
    assert told() == [(search, [call])]
    mails = OutboxRow.objects.filter(channel="mail").order_by("message").values_list("message", flat=True)
    assert list(mails) == ["calls/calls_found", "calls/deadline_near"]


# --- Changes -----------------------------------------------------------------------------------------------------


def test_a_paused_search_hears_nothing_and_after_it_resumes_only_what_is_new_then() -> None:
    search = SavedSearchFactory(created_at=timezone.now() - 9 * DAY, checked_at=timezone.now() - 9 * DAY)
    switch_off(search)
    CallFactory(published_at=timezone.now() - 2 * DAY)
    look(timezone.now() - 2 * DAY)
    look()
    switch_on(search)
    fresh = new_call()
    look()
    assert told() == [(search, [fresh])]


def test_a_change_of_rhythm_loses_nothing() -> None:
    now = datetime(2027, 3, 1, 10, tzinfo=ROME)
    search = made("weekly", now - DAY)
    CallFactory(published_at=now - HOUR, opens_at=now - HOUR, closes_at=now + 60 * DAY)
    look(now)  # the news is noted; the search waits for Monday
    change_search(search, actor=search.user, name=search.name, frequency="at_once")
    assert at(now + DAY, search) == [1]


def test_whose_account_is_closed_hears_nothing() -> None:
    search = SavedSearchFactory()
    User.objects.update(is_active=False)
    new_call()
    look()
    assert (told(), OutboxRow.objects.count()) == ([], 0)
    assert search.active


@pytest.mark.parametrize("how", ["deleted", "switched off", "call withdrawn"])
def test_what_changes_while_the_mail_waits_drops_it_without_an_error(how: str, caplog) -> None:
    search = SavedSearchFactory()
    call = new_call()
    look()
    if how == "deleted":
        delete_search(search, actor=search.user)
    elif how == "switched off":
        switch_off(search)
    else:
        Call.objects.filter(pk=call.pk).update(state=CallState.DRAFT)
    delivery.deliver_waiting()
    assert set(OutboxRow.objects.values_list("state", flat=True)) == {OutboxState.ABANDONED}
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]


def test_the_mail_can_be_switched_off_by_one_click_in_the_mail_program() -> None:
    search = SavedSearchFactory()
    new_call()
    look()
    headers = Renderer().mail(OutboxRow.objects.get(channel="mail")).extra_headers
    assert headers["List-Unsubscribe"].endswith(f"/alerts/off/{search.token}/>")
    assert "/en/" not in headers["List-Unsubscribe"]
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


# --- Many, and workers that die ----------------------------------------------------------------------------------


def many_searches(number: int) -> None:
    users = User.objects.bulk_create(
        User(email=f"reader{n}@example.org", given_name="A", family_name="B", language="it") for n in range(number)
    )
    SavedSearch.objects.bulk_create(
        SavedSearch(user=user, name="S", query=f"q=dialisi+OR+caso{n}", frequency="at_once")
        for n, user in enumerate(users)
    )


def test_a_new_call_asks_a_thousand_searches_in_a_bounded_number_of_queries() -> None:
    many_searches(1000)
    new_call(title_it="Dialisi a casa")
    with CaptureQueriesContext(connection) as captured:
        look()
    assert SearchAlert.objects.count() == 1000
    assert OutboxRow.objects.filter(channel="mail").count() == 1000
    asked = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= 70


def test_a_worker_that_dies_between_two_chunks_loses_and_doubles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "CHUNK", 4)
    many_searches(10)
    new_call(title_it="Dialisi a casa")
    now, asked = timezone.now(), 0

    def dying(waiting: list[SavedSearch], moment: datetime) -> dict[int, list[int]]:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise KeyboardInterrupt
        return searches.find(waiting, moment)

    pass_time(now)
    with pytest.raises(KeyboardInterrupt):
        alert_searches(now, dying)
    assert SearchAlert.objects.count() == 4
    alert_searches(now, searches.find)
    assert SearchAlert.objects.count() == 10
    assert OutboxRow.objects.filter(channel="mail").count() == 10
    assert not Notice.objects.filter(searches_after__isnull=False).exists()


def test_a_worker_that_began_earlier_leaves_what_a_later_one_has_noted() -> None:
    many_searches(2)
    call = new_call(title_it="Dialisi a casa")
    began, later = call.published_at, call.published_at + timedelta(seconds=1)
    pass_time(later)
    alert_searches(began, searches.find)
    assert SearchAlert.objects.count() == 0
    alert_searches(later, searches.find)
    assert SearchAlert.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_each_person_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "CHUNK", 3)
    many_searches(20)
    new_call(title_it="Dialisi a casa")
    failed: list[BaseException] = []

    def work() -> None:
        try:
            look()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    look()
    assert failed == []
    assert SearchAlert.objects.count() == 20
    assert OutboxRow.objects.filter(channel="mail").values("user").distinct().count() == 20
    assert OutboxRow.objects.filter(channel="mail").count() == 20
