"""What other programs follow."""

import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from icalendar import Calendar

from calls.models import Call, CallVersion
from calls.states import CallState
from tests.factories.accounts import UserFactory
from tests.factories.calls import CallDeadlineFactory, CallFactory

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_feed_has_the_new_calls_newest_first_in_italian_for_everybody(client) -> None:
    CallFactory(slug="old", title_it="Vecchio & nuovo", created_at=timezone.now() - timedelta(days=1))
    CallFactory(slug="new", title_it="Nuovo")
    CallFactory(draft=True)
    answer = client.get("/calls/feed.atom", headers={"Accept-Language": "en"})
    feed = ElementTree.fromstring(answer.content)
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "it"
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == ["Nuovo", "Vecchio & nuovo"]
    links = [entry.find(f"{ATOM}link").get("href") for entry in feed.iter(f"{ATOM}entry")]
    assert links == ["http://testserver/it/calls/new/", "http://testserver/it/calls/old/"]


def test_the_feed_leaves_out_what_xml_cannot_hold(client) -> None:
    call = CallFactory(title_it="Reti\x0b2027", summary_it="Per\x02 tutti")
    CallVersion.objects.create(call=call, number=2, content={}, note="Nuova\x1f", author=UserFactory())
    entry = ElementTree.fromstring(client.get("/calls/feed.atom").content).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Reti 2027"
    assert "Per  tutti" in entry.findtext(f"{ATOM}summary")


def test_the_feed_is_whole_without_calls(client) -> None:
    assert ElementTree.fromstring(client.get("/calls/feed.atom").content).tag == f"{ATOM}feed"


def test_the_calendar_has_the_deadlines_as_far_as_they_are_known(client) -> None:
    rome = ZoneInfo("Europe/Rome")
    call = CallFactory(title_it="Reti, distretti; altro", closes_at=datetime(2027, 3, 31, 13, tzinfo=rome))
    CallFactory(concluded=True, closes_at=datetime(2010, 2, 1, tzinfo=rome), deadline_has_time=False)
    CallFactory(planned=True)
    CallFactory(draft=True)
    CallFactory(state=CallState.CANCELLED, opens_at=None, closes_at=datetime(2009, 1, 1, tzinfo=rome))
    answer = client.get("/calls/deadlines.ics")
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert [event.decoded("dtstart") for event in events][:2] == [
        datetime(2027, 3, 31, 13, tzinfo=rome), datetime(2010, 2, 1, tzinfo=rome).date(),
    ]  # fmt: skip
    assert len({str(event["uid"]) for event in events}) == len(events) == 3
    assert "Reti, distretti; altro" in str(events[0]["summary"])
    assert str(events[0]["url"]).endswith(f"/it/calls/{call.slug}/")
    assert str(events[2]["status"]) == "CANCELLED"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))


def test_what_has_not_changed_is_not_sent_again(client) -> None:
    call = CallFactory()
    first = client.get("/calls/deadlines.ics")
    assert client.get("/calls/deadlines.ics", headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert client.get("/calls/deadlines.ics", headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    assert parsedate_to_datetime(first["Last-Modified"]) == call.updated_at.replace(microsecond=0)
    Call.objects.get().save()
    assert client.get("/calls/deadlines.ics", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_both_speak_english_where_the_address_asks_for_it(client) -> None:
    CallFactory(title_it="Camere bianche", title_en="Clean rooms")
    for address, other in (("/calls/feed.atom", "/calls/feed.atom?lang=fr"), ("/calls/deadlines.ics",) * 2):
        assert "Clean rooms" in client.get(f"{address}?lang=en").content.decode()
        assert "Camere bianche" in client.get(other).content.decode()
    feed = ElementTree.fromstring(client.get("/calls/feed.atom?lang=en").content)
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    italian, english = (client.get(f"/calls/deadlines.ics{query}")["ETag"] for query in ("", "?lang=en"))
    assert italian != english


def test_a_new_version_an_extension_and_a_cancellation_show_in_the_feed(client) -> None:
    closes = datetime(2027, 3, 31, 13, tzinfo=ZoneInfo("Europe/Rome"))
    call = CallFactory(title_en="Clean rooms", summary_en="For networks.", closes_at=closes)
    author, changed = UserFactory(), timezone.now() + timedelta(hours=1)
    CallVersion.objects.create(call=call, number=1, content={}, author=author)
    CallVersion.objects.create(call=call, number=2, content={}, author=author, note="Two weeks more", at=changed)
    CallDeadlineFactory(call=call, closes_at=closes - timedelta(days=14))
    CallDeadlineFactory(call=call, closes_at=closes)
    (entry,) = ElementTree.fromstring(client.get("/calls/feed.atom?lang=en").content).iter(f"{ATOM}entry")
    lines = entry.findtext(f"{ATOM}summary").splitlines()
    assert lines[0] == "For networks."
    assert lines[1] == "The deadline was extended to Wednesday 31 March 2027, 13:00 (Rome time)."
    assert lines[2].endswith(": Two weeks more")
    assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated")) == changed
    Call.objects.update(state=CallState.CANCELLED)
    (entry,) = ElementTree.fromstring(client.get("/calls/feed.atom?lang=en").content).iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Cancelled: Clean rooms"
    (event,) = Calendar.from_ical(client.get("/calls/deadlines.ics?lang=en").content).walk("VEVENT")
    assert (str(event["status"]), int(event["sequence"])) == ("CANCELLED", 1)
    assert "was extended" in str(event["description"])


def test_what_was_published_last_comes_first_however_long_it_was_prepared(client) -> None:
    now = timezone.now()
    CallFactory(title_it="Vecchio", created_at=now, published_at=now - timedelta(days=9))
    CallFactory(title_it="Nuovo", created_at=now - timedelta(days=99), published_at=now)
    feed = ElementTree.fromstring(client.get("/calls/feed.atom").content)
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == ["Nuovo", "Vecchio"]


def test_feeds_set_no_cookie(client) -> None:
    assert not client.get("/calls/feed.atom").cookies
    assert not client.get("/calls/deadlines.ics").cookies


def test_the_list_links_both(client) -> None:
    page = client.get("/en/calls/").content.decode()
    assert len(re.findall(r'href="/calls/(?:feed.atom|deadlines.ics)"', page)) >= 2


@pytest.mark.parametrize("path", ["/calls/feed.atom", "/calls/deadlines.ics", "/en/calls/"])
def test_programs_may_ask_for_the_head_alone_and_may_not_write(client, path: str) -> None:
    CallFactory()
    assert (client.head(path).status_code, client.post(path).status_code) == (200, 405)
