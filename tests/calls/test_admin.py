"""Staff enter calls: the history of deadlines, the hours that do not exist, the moves of the state."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from calls.models import Call, CallDecision
from calls.operations import lifecycle as operations
from calls.states import CallState
from district_portal.shared.errors import DomainError
from tests.factories import UserFactory
from tests.factories.calls import CallFactory, ProgrammeFactory

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")
INLINES = ("deadlines", "milestones", "documents", "figures", "decisions")


@pytest.fixture
def staff(client):
    user = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def fields(**changes) -> dict:
    """What the administration's form sends."""
    sent = {
        "programme": ProgrammeFactory().pk, "slug": "reti", "title_it": "Reti di distretto",
        "summary_it": "Contributi.",
        "opens_at_0": "2026-12-01", "opens_at_1": "09:00", "closes_at_0": "2027-03-31", "closes_at_1": "13:00",
        "deadline_has_time": "on",
    }  # fmt: skip
    for inline in INLINES:
        sent |= {f"{inline}-TOTAL_FORMS": "0", f"{inline}-INITIAL_FORMS": "0"}
    return sent | changes


def save(client, call: Call | None = None, **changes):
    path = f"/en/admin/calls/call/{call.pk}/change/" if call else "/en/admin/calls/call/add/"
    return client.post(path, fields(**changes))


def test_a_call_is_entered_in_rome_time_as_a_draft_with_its_first_deadline(client, staff) -> None:
    assert save(client).status_code == 302
    call = Call.objects.get()
    assert call.closes_at == datetime(2027, 3, 31, 13, tzinfo=ROME)
    assert call.state == CallState.DRAFT
    assert list(call.deadlines.values_list("closes_at", "set_by")) == [(call.closes_at, staff.pk)]


def test_a_moved_deadline_leaves_the_one_that_was(client, staff) -> None:
    save(client)
    call = Call.objects.get()
    save(client, call, closes_at_0="2027-04-15", deadline_note="many asked for it")
    save(client, call, closes_at_0="2027-04-15", title_it="Another title")
    call.refresh_from_db()
    assert (call.title_it, call.closes_at) == ("Another title", datetime(2027, 4, 15, 13, tzinfo=ROME))
    assert list(call.deadlines.values_list("closes_at", "note")) == [
        (datetime(2027, 3, 31, 13, tzinfo=ROME), ""),
        (datetime(2027, 4, 15, 13, tzinfo=ROME), "many asked for it"),
    ]


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
def test_hours_of_the_nights_when_the_clock_changes_are_refused(client, staff, day: str) -> None:
    answer = save(client, closes_at_0=day, closes_at_1="02:30")
    assert answer.status_code == 200
    assert "closes_at" in answer.context["adminform"].form.errors
    assert not Call.objects.exists()


@pytest.mark.parametrize(("hour", "utc"), [("01:59", "00:59"), ("03:00", "01:00")])
def test_the_hours_around_the_lost_one_are_exact(client, staff, hour: str, utc: str) -> None:
    save(client, closes_at_0="2027-03-28", closes_at_1=hour)
    assert f"{Call.objects.get().closes_at:%H:%M}" == utc


def test_a_deadline_before_the_opening_is_refused(client, staff) -> None:
    answer = save(client, closes_at_0="2026-11-30")
    assert "The deadline must be after the opening." in answer.content.decode()


def test_a_call_that_has_opened_does_not_close_earlier_than_promised(client, staff) -> None:
    call = CallFactory(slug="reti")
    promised = call.closes_at
    with pytest.raises(DomainError):
        operations.extend_deadline(call, actor=staff, closes_at=promised - timedelta(hours=1))
    opened = timezone.localtime(call.opens_at)
    answer = save(
        client, call, opens_at_0=f"{opened:%Y-%m-%d}", opens_at_1=f"{opened:%H:%M:%S}",
        closes_at_0=f"{timezone.localtime():%Y-%m-%d}", closes_at_1="23:59",
    )  # fmt: skip
    assert "can be moved to a later moment only" in answer.content.decode()
    call.refresh_from_db()
    assert call.closes_at == promised


def test_an_extended_deadline_reopens_a_call_and_says_why(staff) -> None:
    call = CallFactory(closed=True)
    was = call.closes_at
    later = timezone.now() + timedelta(days=5)
    call = operations.extend_deadline(call, actor=staff, closes_at=later, note="flood")
    assert call.is_open_at(timezone.now())
    assert list(call.deadlines.values_list("closes_at", "note", "set_by")) == [
        (was, "", None),
        (later, "flood", staff.pk),
    ]
    operations.extend_deadline(call, actor=staff, closes_at=later)
    assert call.deadlines.count() == 2


def act(client, action: str, *calls: Call):
    return client.post(
        "/en/admin/calls/call/", {"action": action, "_selected_action": [call.pk for call in calls]}, follow=True
    )


def test_the_state_moves_by_actions_and_each_move_is_kept(client, staff) -> None:
    call = CallFactory(draft=True)
    act(client, "announce_call", call)
    act(client, "publish_call", call)
    call.refresh_from_db()
    assert call.state == CallState.PUBLISHED
    assert list(CallDecision.objects.values_list("from_state", "to_state", "actor")) == [
        ("draft", "planned", staff.pk), ("planned", "published", staff.pk),
    ]  # fmt: skip


def test_moves_that_are_not_possible_say_why_and_change_nothing(client, staff) -> None:
    undated, still_open, concluded = CallFactory(draft=True, closes_at=None), CallFactory(), CallFactory(concluded=True)
    answer = act(client, "publish_call", undated, concluded)
    assert "Enter an opening and a deadline" in answer.content.decode()
    assert "This is not possible any more" in answer.content.decode()
    assert "The deadline has not passed" in act(client, "start_assessment", still_open).content.decode()
    assert not CallDecision.objects.exists()


def test_a_call_goes_its_whole_way(client, staff) -> None:
    call = CallFactory(closed=True)
    for action in ("start_assessment", "publish_ranking", "conclude_call"):
        act(client, action, call)
    call.refresh_from_db()
    assert call.state == CallState.CONCLUDED


def test_saving_the_form_does_not_bring_back_an_old_state(staff) -> None:
    call = CallFactory(draft=True)
    operations.publish_call(call, actor=staff)
    call.title_it = "Another title"
    assert operations.save_call(call, actor=staff).state == CallState.PUBLISHED


def test_documents_get_size_and_hash_and_other_files_are_refused(client, staff) -> None:
    save(client)
    call = Call.objects.get()
    document = {"documents-TOTAL_FORMS": "1", "documents-0-title_it": "Bando", "documents-0-language": "it"}
    document |= {"documents-0-published_on": "2026-12-01", "documents-0-call": call.pk}
    refused = save(client, call, **document, **{"documents-0-file": SimpleUploadedFile("bando.html", b"<script>")})
    assert refused.status_code == 200
    answer = save(client, call, **document, **{"documents-0-file": SimpleUploadedFile("bando.pdf", b"%PDF")})
    assert answer.status_code == 302
    assert call.documents.get().size == 4


def test_only_drafts_can_be_deleted(client, staff) -> None:
    draft, published = CallFactory(draft=True), CallFactory()
    assert client.post(f"/en/admin/calls/call/{published.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"/en/admin/calls/call/{draft.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(Call.objects.all()) == [published]


@pytest.mark.parametrize("page", ["call/", "call/add/", "programme/", "programme/add/", "theme/", "theme/add/"])
def test_the_pages_of_the_administration_answer(client, staff, page: str) -> None:
    CallFactory()
    assert client.get(f"/en/admin/calls/{page}").status_code == 200
