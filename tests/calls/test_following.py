"""Following a call without interest, and what is new in it since one looked last."""

from datetime import datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from calls.models import Call, CallDocument, CallVersion, Correction, Follow, Visit
from calls.operations.following import VISIT_LASTS, look_at_call
from calls.operations.versions import snapshot
from calls.panels.news import news_since
from district_portal.accounts.models import User
from tests.factories import UserFactory
from tests.factories.calls import CallDeadlineFactory, CallDocumentFactory, CallFactory, QuestionFactory

pytestmark = pytest.mark.django_db
PAGE = "/en/calls/reti/"
NEW = "New since your last visit"


@pytest.fixture
def reader() -> User:
    return UserFactory()


@pytest.fixture
def call() -> Call:
    return CallFactory(slug="reti", title_en="District networks")


@pytest.fixture
def client(reader: User) -> Client:
    client = Client()
    client.force_login(reader)
    return client


# --- Following


def test_following_twice_is_following_once_and_so_is_stopping(client, call: Call, reader: User) -> None:
    for _click in range(2):
        answer = client.post(f"{PAGE}follow/")
        assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert Follow.objects.get().user == reader
    page = client.get(PAGE).content.decode()
    assert 'action="/en/calls/reti/unfollow/"' in page and "/follow/" not in page
    for _click in range(2):
        assert client.post(f"{PAGE}unfollow/").status_code == 302
    assert not Follow.objects.exists()
    assert 'action="/en/calls/reti/follow/"' in client.get(PAGE).content.decode()


def test_one_stops_following_for_oneself_only(client, call: Call) -> None:
    other = Follow.objects.create(user=UserFactory(), call=call)
    client.post(f"{PAGE}unfollow/")
    assert list(Follow.objects.all()) == [other]


def test_a_visitor_signs_in_and_comes_back_to_one_question(call: Call, reader: User) -> None:
    visitor = Client()
    assert 'href="/en/calls/reti/follow/"' in visitor.get(PAGE).content.decode()
    for answer in (visitor.get(f"{PAGE}follow/"), visitor.post(f"{PAGE}follow/")):
        assert answer["Location"] == "/en/accounts/login/?next=/en/calls/reti/follow/"
    visitor.force_login(reader)
    page = visitor.get(f"{PAGE}follow/")
    assert (page.status_code, 'method="post" action="/en/calls/reti/follow/"' in page.content.decode()) == (200, True)
    assert not Follow.objects.exists(), "reading follows nothing"


def test_nobody_follows_a_draft_that_they_cannot_see(client) -> None:
    CallFactory(slug="draft", draft=True)
    assert client.post("/en/calls/draft/follow/").status_code == 404
    assert client.get(f"{PAGE}unfollow/").status_code == 405


# --- The visit


def test_the_first_visit_has_no_news_and_each_is_remembered_once(call: Call, reader: User) -> None:
    start = timezone.now()
    moments = [start, start + VISIT_LASTS - timedelta(microseconds=1), start + VISIT_LASTS, start + timedelta(days=2)]
    since = [look_at_call(call, actor=reader, moment=moment, seen=True) for moment in moments]
    assert since == [None, None, start, moments[2]]
    visit = Visit.objects.get()
    assert (visit.at, visit.before) == (moments[3], moments[2])


def test_within_a_visit_the_page_writes_nothing(client, call: Call) -> None:
    client.get(PAGE)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(PAGE)
    assert not [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


@pytest.mark.parametrize("kind", ["head", "prefetch", "visitor"])
def test_what_nobody_sees_is_no_visit(client, call: Call, kind: str) -> None:
    if kind == "head":
        assert client.head(PAGE).status_code == 200
    elif kind == "prefetch":
        for name in ("Sec-Purpose", "Purpose", "X-Moz"):
            assert client.get(PAGE, headers={name: "prefetch;prerender"}).status_code == 200
    else:
        assert Client().get(PAGE).status_code == 200
    assert not Visit.objects.exists()


# --- What is new


def version(call: Call, note: str, at: datetime) -> CallVersion:
    number = call.versions.count() + 1
    author = UserFactory()
    return CallVersion.objects.create(call=call, number=number, content=snapshot(call), note=note, author=author, at=at)


def titles(call: Call, since: datetime) -> list[tuple[str, str]]:
    return [(news.title, news.detail) for news in news_since(call, list(call.deadlines.all()), since)]


def test_nothing_new_shows_nothing(client, call: Call, reader: User) -> None:
    long_ago = timezone.now() - timedelta(days=9)
    version(call, "", long_ago)
    version(call, "Old news", long_ago)
    QuestionFactory(call=call, answered=True, answered_at=long_ago)
    QuestionFactory(call=call)
    CallDeadlineFactory(call=call, set_at=None)
    Visit.objects.create(user=reader, call=call, at=timezone.now() - timedelta(days=1))
    assert NEW not in client.get(PAGE).content.decode()


def test_versions_documents_answers_and_the_deadline_are_news_newest_first(call: Call) -> None:
    since = timezone.now() - timedelta(days=1)
    hours = [since + timedelta(hours=hour) for hour in range(1, 7)]
    kept = CallDocumentFactory(call=call, title_en="Call text")
    version(call, "", since - timedelta(days=3))
    version(call, "Old news", since)
    CallDeadlineFactory(call=call, set_at=since - timedelta(days=9))
    new = CallDocumentFactory(call=call, title_en="Corrected text", file=ContentFile(b"%PDF-1.7 new", name="a.pdf"))
    CallDocument.objects.filter(pk=kept.pk).update(replaced_by=new)
    CallDocumentFactory(call=call, title_en="", title_it="Modulo", file=ContentFile(b"%PDF-1.7 form", name="b.pdf"))
    version(call, "Page 3 was wrong", hours[0])
    call.body_en = "Other words"
    call.save()
    version(call, "Clearer words", hours[1])
    answered = QuestionFactory(call=call, answered=True, answered_at=hours[2])
    corrected = QuestionFactory(
        call=call, answered=True, answered_at=since - timedelta(days=2), question_en="How much?"
    )
    Correction.objects.create(question=corrected, note="Better", question_it="?", answer_it="!", at=hours[3])
    CallDeadlineFactory(call=call, set_at=hours[4], note="Many asked for it")
    found = titles(call, since)
    assert found[0][0].startswith("The deadline is now ")
    assert [found[0][1], *found[1:]] == [
        "Many asked for it",
        ("Corrected answer: How much?", ""),
        (f"New answer: {answered.question_en}", ""),
        ("Clearer words", ""),
        ("Page 3 was wrong", "Replaced document: Corrected text. New document: Modulo."),
    ]
    assert titles(call, hours[4]) == []


def test_a_call_older_than_versions_tells_of_its_first_change(call: Call) -> None:
    since = timezone.now() - timedelta(days=1)
    version(call, "", timezone.now())
    assert titles(call, since) == [], "the first version says what the call said before"
    version(call, "A new budget", timezone.now())
    assert titles(call, since) == [("A new budget", "")]


def test_the_same_note_is_told_once(call: Call) -> None:
    since = timezone.now() - timedelta(days=1)
    version(call, "", since)
    for set_at in (since - timedelta(days=9), timezone.now()):
        CallDeadlineFactory(call=call, set_at=set_at, note="Flood")
    version(call, "Flood", timezone.now())
    assert sorted(detail for _title, detail in titles(call, since)) == ["", ""]


def test_the_panel_says_since_when_and_stays_for_the_visit(client, call: Call, reader: User) -> None:
    Visit.objects.create(user=reader, call=call, at=timezone.now() - timedelta(days=1))
    question = QuestionFactory(call=call, answered=True)
    for _look in range(2):
        page = client.get(PAGE).content.decode()
        assert NEW in page and f'href="/en/calls/reti/questions/{question.pk}/"' in page
    other = Client()
    other.force_login(UserFactory())
    assert NEW not in other.get(PAGE).content.decode(), "whoever never was here has no last visit"


# --- Add to calendar


def test_one_call_as_a_calendar_entry(call: Call) -> None:
    answer = Client().get("/calls/reti/deadline.ics?lang=en")
    content = answer.content.decode()
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert content.count("BEGIN:VEVENT") == 1
    assert "SUMMARY:Deadline: District networks" in content and f"UID:call-{call.pk}@" in content
    assert "SUMMARY:Scadenza" in Client().get("/calls/reti/deadline.ics").content.decode()
    assert 'href="/calls/reti/deadline.ics?lang=en"' in Client().get(PAGE).content.decode()


@pytest.mark.parametrize("trait", [{"draft": True}, {"planned": True}])
def test_without_a_public_deadline_there_is_no_entry(trait: dict) -> None:
    CallFactory(slug="reti", **trait)
    assert Client().get("/calls/reti/deadline.ics").status_code == 404
