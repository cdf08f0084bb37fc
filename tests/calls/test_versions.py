"""Versions of calls: what readers were told, what changed, and who is told of it."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from calls.models import CallVersion
from calls.operations.versions import begin_change, digest, record_version, snapshot
from district_portal.accounts.models import Role
from district_portal.notifications.models import OutboxRow
from district_portal.notifications.outbox import MESSAGES
from district_portal.shared.errors import DomainError
from tests.factories.accounts import AppointmentFactory, UserFactory
from tests.factories.calls import CallDocumentFactory, CallFactory, InterestFactory
from tests.factories.enterprises import MembershipFactory

pytestmark = pytest.mark.django_db
BASE = Path(__file__).resolve().parents[2]
FRAME = {"frame": "notifications/emails/frame.txt", "reader": "Giulia", "link": "/", "portal_name": "Portal"}


@pytest.fixture
def actor():
    return UserFactory()


def told() -> list[str]:
    return sorted(
        OutboxRow.objects.filter(message="calls/call_changed", channel="mail").values_list("user__email", flat=True)
    )


def test_a_draft_has_no_versions(actor):
    assert record_version(CallFactory(draft=True), actor=actor, note="") is None
    assert not CallVersion.objects.exists()


def test_the_first_version_is_kept_without_a_message(actor):
    call = CallFactory()
    assert record_version(call, actor=actor, note="").number == 1
    assert told() == []


def test_nothing_changed_no_version_no_message(actor):
    call = CallFactory()
    record_version(call, actor=actor, note="")
    assert record_version(call, actor=actor, note="a note alone is no change") is None
    assert call.versions.count() == 1


def test_a_change_makes_the_next_version_and_tells_those_concerned_but_not_its_author(actor):
    call = CallFactory()
    owner = MembershipFactory(organisation=InterestFactory(call=call).organisation)
    record_version(call, actor=actor, note="")
    call.budget = Decimal(100)
    call.save()
    version = record_version(call, actor=actor, note="The budget is known.")
    assert (version.number, version.note, version.content["budget"]) == (2, "The budget is known.", "100.00")
    assert told() == [owner.user.email]


def test_a_change_of_a_public_call_needs_a_note(actor):
    call = CallFactory()
    record_version(call, actor=actor, note="")
    call.budget = Decimal(100)
    call.save()
    with pytest.raises(DomainError, match="say in one sentence"):
        record_version(call, actor=actor, note="  ")
    assert call.versions.count() == 1


def test_a_public_call_older_than_versions_keeps_what_it_said_before_its_first_change(actor):
    call = CallFactory(budget=Decimal(1))
    held = begin_change(call, actor=actor)
    held.budget = Decimal(2)
    held.save()
    record_version(held, actor=actor, note="More.")
    assert [version.content["budget"] for version in call.versions.order_by("number")] == ["1.00", "2.00"]


def test_the_digest_tells_contents_apart_and_nothing_else():
    call = CallFactory()
    before = digest(snapshot(call))
    assert digest(snapshot(call)) == before
    CallDocumentFactory(call=call)
    assert digest(snapshot(call)) != before


# --- Pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def changed(actor):
    """A call with three versions: budget, then deadline and text."""
    call = CallFactory(title_en="Networks", body_it="Reti di tre imprese.", budget=Decimal(1000))
    record_version(call, actor=actor, note="")
    call.budget = Decimal(2000)
    call.save()
    record_version(call, actor=actor, note="The Region adds money.")
    call.body_it, call.closes_at = "Reti di cinque imprese.", datetime(2027, 1, 15, 12, tzinfo=UTC)
    call.save()
    record_version(call, actor=actor, note="More time, larger networks.")
    return call


def changes_on(client, call, number: int, query: str = "") -> list[tuple[str, str, str]]:
    page = client.get(f"/en/calls/{call.slug}/versions/{number}/{query}")
    assert page.status_code == 200
    return [(change.label, change.before, change.after) for change in page.context["changes"]]


def test_a_version_shows_what_changed_against_the_one_before(client, changed):
    assert changes_on(client, changed, 2) == [("Budget (EUR)", "€\xa01,000", "€\xa02,000")]
    words = client.get(f"/en/calls/{changed.slug}/versions/3/").content.decode()
    assert (
        '<del><span class="visually-hidden">[removed: </span>tre <span class="visually-hidden">]</span></del>' in words
    )
    assert (
        '<ins><span class="visually-hidden">[added: </span>cinque <span class="visually-hidden">]</span></ins>' in words
    )


@pytest.mark.parametrize("number, to", [(3, 1), (1, 3)])
def test_any_two_versions_are_compared_from_the_older_to_the_newer(client, changed, number, to):
    labels = [label for label, _before, _after in changes_on(client, changed, number, f"?to={to}")]
    assert labels == ["Text in Italian", "Deadline", "Budget (EUR)"]
    assert changes_on(client, changed, number, f"?to={to}")[1][2] == "Friday 15 January 2027, 13:00"


@pytest.mark.parametrize("to", ["", "?to=99", "?to=x", "?to=-1"])
def test_the_first_version_is_shown_as_a_whole_and_unknown_ones_are_not_compared(client, changed, to):
    page = client.get(f"/en/calls/{changed.slug}/versions/1/{to}")
    assert page.context["older"] is None
    assert "<ins>" not in page.content.decode()
    assert ("Budget (EUR)", "", "€\xa01,000") in changes_on(client, changed, 1)


def test_versions_are_listed_for_everyone_and_their_authors_for_those_who_prepare_the_call(client, changed, actor):
    page = client.get(f"/en/calls/{changed.slug}/versions/").content.decode()
    assert page.index("More time") < page.index("The Region adds") < page.index("first published")
    assert str(actor) not in page
    AppointmentFactory(role=Role.REGIONAL_STAFF, region=changed.programme.region, district=None, user=actor)
    client.force_login(actor)
    assert str(actor) in client.get(f"/en/calls/{changed.slug}/versions/").content.decode()


def test_a_version_of_a_draft_or_of_nothing_is_not_found(client, changed):
    assert client.get(f"/en/calls/{changed.slug}/versions/4/").status_code == 404
    draft = CallFactory(draft=True)
    assert client.get(f"/en/calls/{draft.slug}/versions/").status_code == 404


def test_the_list_takes_few_queries_for_any_number_of_versions(client, actor, django_assert_max_num_queries):
    call = CallFactory()
    for number in range(1, 31):
        CallVersion.objects.create(call=call, number=number, content={}, author=actor)
    with django_assert_max_num_queries(8):
        assert client.get(f"/en/calls/{call.slug}/versions/").status_code == 200


@pytest.mark.parametrize("language, word", [("en", "What changed:"), ("it", "Reti")])
def test_the_mail_names_the_changes_and_the_note(changed, language, word):
    with translation.override(language):
        content = MESSAGES["calls/call_changed"].load(str(changed.versions.first().pk))
        text = render_to_string("calls/emails/call_changed.txt", content.context | FRAME)
    assert "More time, larger networks." in text
    assert content.path == f"/calls/{changed.slug}/versions/3/"
    assert len(content.context["changes"]) == 2


def test_no_code_changes_or_deletes_a_version():
    """Versions are made in one place, by one insert; nothing else writes to them."""
    writes = re.compile(r"(CallVersion\b.*|\bversions\b[^\n]*|\bversion)\.(save|update|delete|bulk_update|raw)\(")
    makes = re.compile(r"CallVersion\.objects\.(bulk_)?create|\bversions\.(bulk_)?create")
    rooms = ("calls", "projects", "assessment", "events", "enterprises")
    code = {path.relative_to(BASE): path.read_text() for room in rooms for path in (BASE / room).rglob("*.py")}
    assert [name for name, text in code.items() if writes.search(text)] == []
    # Proposals have versions, too: made in one place of their own.
    assert [str(name) for name, text in code.items() if makes.search(text)] == [
        "calls/operations/versions.py",
        "projects/operations/versions.py",
    ]
