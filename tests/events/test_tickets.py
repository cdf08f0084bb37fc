"""The ticket: its page, its mails, its files, and giving it back."""

import struct
import zlib
from datetime import UTC, datetime

import icalendar
import pytest
import segno
from bs4 import BeautifulSoup
from django.core import mail
from django.utils import timezone

from district_portal.notifications.delivery import deliver_waiting
from events import operations
from events.operations import Guest
from events.states import RegistrationState
from tests.factories.events import EventFactory, RegistrationFactory

pytestmark = pytest.mark.django_db

WAITING, CONFIRMED, CANCELLED = RegistrationState.WAITING, RegistrationState.CONFIRMED, RegistrationState.CANCELLED
STARTS = datetime(2031, 12, 17, 8, 0, tzinfo=UTC)


@pytest.fixture
def sent(settings):
    """Delivers what waits in the outbox and gives the mails of this delivery."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    def deliver():
        mail.outbox = []
        deliver_waiting()
        return mail.outbox

    return deliver


def register(event, name, language="en"):
    guest = Guest(name, "Rossi", f"{name.lower()}@example.org", "enterprise")
    return operations.register(event, guest, moment=timezone.now(), language=language)[0]


def modules(png):
    """Dark modules of a QR code in a 1-bit PNG with 7 px a module and 4 modules of border."""
    width, height, depth = struct.unpack(">IIB", png[16:25])
    assert depth == 1 and width == height
    data, at = b"", 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        data += png[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    raw, stride = zlib.decompress(data), (width + 7) // 8 + 1
    lines, above = [], bytes(stride)
    for line in range(height):
        kind, *row = raw[line * stride : (line + 1) * stride]
        assert kind in (0, 2)  # as it is, or the difference from the line above
        above = bytes([kind, *((byte + up) % 256 if kind else byte for byte, up in zip(row, above[1:], strict=True))])
        lines.append(above)
    centres = range(4 * 7 + 3, width - 4 * 7, 7)
    return [[not lines[y][1 + x // 8] >> (7 - x % 8) & 1 for x in centres] for y in centres]


# --- The page


def test_the_ticket_shows_code_qr_and_holder_and_is_kept_by_no_cache_and_no_search_engine(client):
    registration = RegistrationFactory()
    answer = client.get(f"/en/tickets/{registration.token}/")
    soup = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 200
    assert soup.select_one(".dn-ticket__code").text == registration.code
    assert str(registration) in soup.select_one(".dn-ticket").text
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"


def test_the_qr_code_holds_the_tickets_address_and_nothing_personal(client, settings):
    settings.PORTAL_URL = "https://portal.example"
    registration = RegistrationFactory()
    drawn = BeautifulSoup(client.get(f"/en/tickets/{registration.token}/").content, "html.parser").select_one(
        ".dn-ticket svg"
    )
    expected = segno.make(f"https://portal.example/en/tickets/{registration.token}/", micro=False, error="m")
    assert drawn.select_one("path.qrline")["d"] in expected.svg_inline(omitsize=True, border=2, lineclass="qrline")


def test_a_waiting_guest_sees_the_position_and_no_code(client):
    registration = RegistrationFactory(state=WAITING)
    body = client.get(f"/en/tickets/{registration.token}/").content.decode()
    assert "Your position is 1." in body
    assert registration.code not in body
    assert client.get(f"/en/tickets/{registration.token}.ics").status_code == 404


def test_a_cancelled_ticket_says_so_and_shows_no_code(client):
    registration = RegistrationFactory(state=CANCELLED)
    body = client.get(f"/en/tickets/{registration.token}/").content.decode()
    assert "This registration is cancelled" in body and registration.code not in body


@pytest.mark.parametrize("rest", ["/", ".ics", "/cancel/"])
def test_a_wrong_secret_finds_nothing(client, rest):
    RegistrationFactory()
    assert client.get(f"/en/tickets/{'x' * 43}{rest}").status_code == 404


def test_the_tickets_calendar_file_has_the_code_and_the_same_uid_as_the_events(client):
    registration = RegistrationFactory(event=EventFactory(starts_at=STARTS))
    answer = client.get(f"/en/tickets/{registration.token}.ics")
    (entry,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    (public,) = icalendar.Calendar.from_ical(
        client.get(f"/en/events/{registration.event.slug}/event.ics").content
    ).walk("VEVENT")
    assert registration.code in entry["DESCRIPTION"]
    assert entry["URL"].endswith(f"/en/tickets/{registration.token}/")
    assert entry["UID"] == public["UID"]
    assert "no-store" in answer["Cache-Control"]


# --- Giving it back


def test_the_link_asks_before_it_cancels(client):
    registration = RegistrationFactory()
    url = f"/en/tickets/{registration.token}/cancel/"
    assert client.get(url).status_code == 200
    registration.refresh_from_db()
    assert registration.state == CONFIRMED
    answer = client.post(url)
    assert (answer.status_code, answer["Location"]) == (302, f"/en/tickets/{registration.token}/")
    registration.refresh_from_db()
    assert registration.state == CANCELLED


def test_cancelling_twice_is_fine(client):
    registration = RegistrationFactory(state=CANCELLED)
    url = f"/en/tickets/{registration.token}/cancel/"
    assert [client.get(url).status_code, client.post(url).status_code] == [302, 302]


@pytest.mark.parametrize("method", ["get", "post"])
def test_after_arrival_or_the_event_it_is_too_late(client, method):
    arrived = RegistrationFactory(arrived_at=timezone.now())
    missed = RegistrationFactory(event=EventFactory(over=True))
    for registration in (arrived, missed):
        assert getattr(client, method)(f"/en/tickets/{registration.token}/cancel/").status_code == 409
        registration.refresh_from_db()
        assert registration.state == CONFIRMED


# --- Mails


def test_a_confirmed_guest_gets_ticket_and_calendar_file_by_mail(sent, settings):
    settings.PORTAL_URL = "https://portal.example"
    registration = register(EventFactory(title_en="Distretti Day", starts_at=STARTS), "Ada")
    (message,) = sent()
    link = f"https://portal.example/en/tickets/{registration.token}/"
    assert (message.to, message.subject) == (["ada@example.org"], "Your ticket for Distretti Day")
    for part in (message.body, message.alternatives[0].content):
        assert registration.code in part and link in part and f"{link}cancel/" in part
        assert "Wednesday 17 December 2031, 09:00" in part
    picture, calendar = message.attachments
    assert (picture.mimetype, calendar.mimetype) == ("image/png", "text/calendar")
    assert modules(picture.content) == [
        [bool(module) for module in row] for row in segno.make(link, micro=False, error="m").matrix
    ]
    (entry,) = icalendar.Calendar.from_ical(calendar.content).walk("VEVENT")
    assert registration.code in entry["DESCRIPTION"]


def test_the_waiting_the_promoted_and_the_cancelling_guest_are_told(sent):
    event = EventFactory(title_en="Distretti Day", capacity=1)
    ada, bea = register(event, "Ada"), register(event, "Bea")
    sent_first = {message.to[0]: message for message in sent()}
    assert "Your position is 1." in sent_first["bea@example.org"].body
    assert sent_first["bea@example.org"].attachments == []
    operations.cancel_registration(ada, moment=timezone.now())
    told = {message.to[0]: message for message in sent()}
    assert told["ada@example.org"].subject == "Your registration for Distretti Day is cancelled"
    assert told["bea@example.org"].subject == "You have a place at Distretti Day"
    assert bea.code in told["bea@example.org"].body and len(told["bea@example.org"].attachments) == 2


def test_mails_are_written_in_the_language_of_the_registration(sent):
    register(EventFactory(title_it="Giornata dei distretti"), "Ada", language="it")
    (message,) = sent()
    assert "Giornata dei distretti" in message.subject and "/it/tickets/" in message.body


def test_what_a_guest_typed_stays_text_in_the_mail(sent):
    register(EventFactory(), "<b>Ada</b>")
    (message,) = sent()
    assert "&lt;b&gt;Ada&lt;/b&gt;" in message.alternatives[0].content
