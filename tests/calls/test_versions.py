"""Versions of calls: what readers were told, what changed, and who is told of it."""

from decimal import Decimal

import pytest

from calls.models import CallVersion
from calls.operations.versions import begin_change, digest, record_version, snapshot
from district_portal.notifications.models import OutboxRow
from district_portal.shared.errors import DomainError
from tests.factories.accounts import UserFactory
from tests.factories.calls import CallDocumentFactory, CallFactory, InterestFactory
from tests.factories.enterprises import MembershipFactory

pytestmark = pytest.mark.django_db


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
