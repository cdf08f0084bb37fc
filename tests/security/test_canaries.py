"""What is confidential reaches nobody else: not on a page, in a list, a mail, the inbox, the log, or the broker."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Callable, Iterator
from functools import cache

import pytest
import redis
from django.conf import settings as django_settings
from django.db import transaction
from django.test import override_settings

from district_portal.celery import app
from district_portal.notifications import delivery
from district_portal.notifications.models import InboxItem, OutboxRow, SinkMail
from enterprises.models.competence import CompetenceQuerySet
from tests.access_world import World
from tests.security.canaries import READERS, Aviary, aviary
from tests.security.walking import addresses, browser, read

pytestmark = pytest.mark.django_db
Seen = tuple[str, str]
"""A route, and the word that stood on its page."""
Walk = Callable[[str], list[Seen]]
LISTS = ["/en/calls/", "/en/organisations/", "/en/networks/", "/en/partners/", "/en/projects/", "/en/events/"]


class Everything(logging.Handler):
    """Every record of every logger, as text: message, arguments, fields and traceback."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {vars(record)} {logging.Formatter().format(record)}")


@pytest.fixture(scope="module")
def log() -> Iterator[Everything]:
    handler, root = Everything(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture(scope="module")
def birds(django_db_setup, django_db_blocker, tmp_path_factory, log: Everything) -> Iterator[Aviary]:
    """The world with its canaries, all messages delivered to the mail sink and the inboxes."""
    sink = "district_portal.notifications.sink.EmailBackend"
    media = tmp_path_factory.mktemp("media")
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        override_settings(MEDIA_ROOT=media, EMAIL_BACKEND=sink),
    ):
        made = aviary(World())
        made.world.media = media
        delivery.deliver_waiting()
        yield made
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def walk(birds: Aviary) -> Callable[[str], list[Seen]]:
    """What a role meets on everything that it can open, with the lists as data; each role walks once."""

    @cache
    def walked(role: str) -> list[Seen]:
        client = browser(birds.people[role])
        data = [(f"{path} as {form}", f"{path}?format={form}") for path in LISTS for form in ("json", "csv")]
        for side in (birds.world.own, birds.world.other):
            for name in ("interested", "interests"):
                path = f"/en/calls/{side.call.slug}/{name}/"
                data += [(f"{name} as {form}", f"{path}?format={form}") for form in ("json", "csv")]
            participants = f"/en/events/{side.parameters['events']['slug']}/participants/"
            data += [(f"participants as {form}", f"{participants}?format={form}") for form in ("json", "csv")]
        met = []
        for route, address in [*addresses(birds.world), *birds.further, *data]:
            with override_settings(MEDIA_ROOT=birds.world.media):
                response, body = read(client, address)
            text = f"{response.headers} {response.cookies} {body.decode(errors='replace')}"
            met += [(route, word) for word in birds.seen_in(text) if word not in address]
        return met

    return walked


@pytest.mark.parametrize("role", READERS)
def test_no_page_and_no_list_shows_what_the_reader_may_not_see(birds: Aviary, walk: Walk, role: str) -> None:
    leaks = set()
    for route, word in walk(role):
        canary = birds.birds[word]
        behind_its_secret = canary.behind and route.startswith(canary.behind)
        in_a_public_list = route.split()[0] in canary.everywhere
        in_the_mail_sink = role == "admin" and route.startswith("status_mail")  # the demonstration's, for its staff
        if not (role in canary.readers or behind_its_secret or in_a_public_list or in_the_mail_sink):
            leaks.add((canary.what, route))
    assert leaks == set()


def test_the_walk_sees_a_leak(birds: Aviary, monkeypatch: pytest.MonkeyPatch) -> None:
    """With everything visible to everybody, a visitor meets what is confidential."""
    monkeypatch.setattr(CompetenceQuerySet, "visible_to", lambda rows, user: rows)
    _response, body = read(browser(None), f"/en/organisations/{birds.world.own.organisation.slug}/")
    seen = {birds.birds[word].what for word in birds.seen_in(body.decode())}
    assert "note of a competence of level 0" in seen


@pytest.mark.parametrize("role", ["enterprise", "facilitator", "organiser", "regional_staff", "admin"])
def test_who_may_see_sees(birds: Aviary, walk: Walk, role: str) -> None:
    """The walk is not blind: the kinds of canaries that each role meets on its pages."""
    seen = {birds.birds[word].what for _route, word in walk(role)}
    wanted = {
        "enterprise": {
            "interest: note",
            "network: idea",
            "reason of a decision",
            "note of a competence of level 4",
            "e-mail of a member",
            "invited e-mail",
            "VAT number",
            "text of an inbox message",
            "interest, district: offers",
            "interest, public: seeks",
            "message to the interested: subject",
        },
        "facilitator": {
            "interest: note",
            "interest: offers",
            "interest: seeks",
            "interest, anonymous: note",
            "interest, facilitator: competence",
            "interest, public, unlisted: offers",
            "message to the interested: text",
            "network: idea",
            "reason of a decision",
        },
        "organiser": {"guest: needs", "guest: email", "guest: family_name", "ticket's code"},
        "regional_staff": {"network: idea", "reason of a decision", "file of a report"},
        "admin": {"network: idea", "kept mail", "error of a message"},
    }[role]
    assert wanted - seen == set()


@pytest.mark.parametrize("role", ["anonymous", "neighbour"])
def test_nobody_is_found_by_what_the_searcher_may_not_read(birds: Aviary, role: str) -> None:
    """A search for it answers like one for a word that nobody ever wrote."""
    client, found = browser(birds.people[role]), set()
    searched = ("note of", "competence of", "network: seeks", "interest: offers", "VAT")
    words = [word for word, canary in birds.birds.items() if canary.what.startswith(searched)]
    for path in ("/en/organisations/", "/en/partners/"):
        nothing = read(client, f"{path}?q=nobodywrotethis&format=json")[1].replace(b"nobodywrotethis", b"")
        for word in words:
            canary = birds.birds[word]
            if role not in canary.readers:
                answer = read(client, f"{path}?q={word}&format=json")[1].replace(word.encode(), b"")
                found |= {(canary.what, path)} if answer != nothing else set()
    assert found == set()


def test_mails_carry_it_to_its_readers_only(birds: Aviary) -> None:
    members = {
        owner: set(side.organisation.memberships.values_list("user__email", flat=True))
        for side, owner in ((birds.world.own, "enterprise"), (birds.world.other, "stranger"))
    }
    leaks, mails = set(), list(SinkMail.objects.all())
    for mail in mails:
        for word in birds.seen_in(f"{mail.subject} {mail.text} {mail.html} {mail.attachments}"):
            canary = birds.birds[word]
            allowed = set(canary.addresses)
            for reader in canary.readers:
                person = birds.people[reader]
                allowed |= members.get(reader, set()) | ({person.email} if person else set())
            if canary.what != "kept mail" and mail.to not in allowed:
                leaks.add((canary.what, mail.to, mail.subject))
    assert leaks == set()
    assert len(mails) > 10, "everything that sends a message has happened"


def test_inboxes_hold_it_for_its_readers_only(birds: Aviary) -> None:
    leaks, names = set(), {person.pk: role for role, person in birds.people.items() if person}
    for item in InboxItem.objects.all():
        for word in birds.seen_in(f"{item.title_it} {item.text_it} {item.title_en} {item.text_en} {item.path}"):
            canary, role = birds.birds[word], names.get(item.user_id, "")
            members = item.user.memberships.filter(
                organisation__in=[birds.world.own.organisation, birds.world.other.organisation]
            )
            if role not in canary.readers and item.user.email not in canary.addresses and not members.exists():
                leaks.add((canary.what, role, item.title_en))
    assert leaks == set()


def test_what_waits_to_be_sent_holds_ids_only(birds: Aviary) -> None:
    rows = OutboxRow.objects.exclude(state="dead").values_list("key", "message", "about", "request_id", "last_error")
    assert rows.exists()
    assert birds.seen_in(str(list(rows))) == []


def test_the_broker_holds_hints_only(birds: Aviary) -> None:
    """What beat publishes, and whatever else lies in the broker after all that has happened."""
    client = redis.from_url(django_settings.REDIS_URL)
    with app.connection_for_write() as connection:
        for entry in app.conf.beat_schedule.values():
            app.send_task(entry["task"], queue="canaries", connection=connection, expires=5)
    dump = b""
    for key in client.scan_iter():
        kind = client.type(key)
        dump += key + (b"".join(client.lrange(key, 0, -1)) if kind == b"list" else client.dump(key) or b"")
    client.delete("canaries")
    # Bodies are base64: decoded, they are an empty list of arguments.
    bodies = re.findall(rb'"body": "([A-Za-z0-9+/=]+)"', dump)
    decoded = {base64.b64decode(body)[:9] for body in bodies}
    assert decoded == {b"[[], {}, "}
    assert birds.seen_in(dump.decode(errors="replace")) == []


def test_no_log_record_holds_a_canary(birds: Aviary, log: Everything) -> None:
    """Last on purpose: of everything that the tests above have done, at the level DEBUG."""
    browser(None).post("/en/accounts/login/", {"login": next(iter(birds.birds)), "password": next(iter(birds.birds))})
    assert len(log.lines) > 100
    leaks = {(birds.birds[word].what, line[:200]) for line in log.lines for word in birds.seen_in(line)}
    assert leaks == set()
