"""The pages on which calls are prepared: what is typed stays, each error is at its field, nothing is half saved."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from calls.models import Call, Follow
from calls.operations.publishing import ask_for_approval, fingerprint
from calls.states import CallState
from tests.calls.people import regional
from tests.factories import RegionFactory, UserFactory
from tests.factories.calls import CallFactory, ProgrammeFactory, whole_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = regional()
    client.force_login(user)
    return user


def fields(**changes) -> dict:
    """What the form of a new call sends."""
    return {
        "programme": ProgrammeFactory().pk, "slug": "reti", "tier": "only", "title_it": "Reti di distretto",
        "summary_it": "Contributi.", "opens_at": "2026-12-01T09:00", "closes_at": "2027-03-31T13:00",
        "deadline_has_time": "on",
    } | changes  # fmt: skip


def errors_of(client, **changes) -> dict[str, list[str]]:
    """The errors of the form of a new call; and that nothing was saved, and all that was typed is still there."""
    sent = fields(**changes)
    answer = client.post("/en/publishing/new/", sent)
    assert answer.status_code == 422
    assert not Call.objects.exists()
    form = answer.context["form"]
    assert all(form[name].value() == value for name, value in changes.items())
    return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


def sent_from(call: Call, client, **changes) -> dict:
    """What the form of a call sends when it was opened now."""
    form = client.get(f"/en/publishing/{call.slug}/edit/").context["form"]
    found = {name: form[name].value() for name in form.fields}
    moments = {name: value.strftime("%Y-%m-%dT%H:%M:%S") for name, value in found.items() if hasattr(value, "hour")}
    kept = {name: value for name, value in found.items() if value not in (None, False)}
    return kept | moments | changes


# --- A new call ----------------------------------------------------------------------------------------------------


def test_a_new_call_is_a_draft_in_rome_time_with_its_first_deadline(client, staff) -> None:
    answer = client.post("/en/publishing/new/", fields())
    assert (answer.status_code, answer["Location"]) == (302, "/en/publishing/reti/")
    call = Call.objects.get()
    assert (call.state, call.closes_at) == (CallState.DRAFT, datetime(2027, 3, 31, 11, tzinfo=UTC))
    assert list(call.deadlines.values_list("closes_at", "set_by")) == [(call.closes_at, staff.pk)]
    assert list(call.authors.all()) == [staff]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2027-02-30T10:00", "Enter a day and an hour that exist"),
        ("2027-03-31T25:00", "Enter a day and an hour that exist"),
        ("0001-01-01T10:00", "Enter a day and an hour that exist"),
        ("9999-12-31T23:59", "Enter a day and an hour that exist"),
        ("tomorrow", "Enter a day and an hour that exist"),
        ("2027-03-31", "Add the hour"),
        ("31/03/2027", "Add the hour"),
        ("2027-03-28T02:30", "does not exist on Sunday 28 March 2027"),
        ("2027-03-28T02:00", "does not exist on Sunday 28 March 2027"),
        ("2026-10-25T02:30", "comes twice on Sunday 25 October 2026"),
        ("2026-10-25T02:00", "comes twice on Sunday 25 October 2026"),
    ],
)
def test_dates_and_hours_that_no_clock_shows_say_so_at_their_field(client, staff, typed: str, words: str) -> None:
    found = errors_of(client, closes_at=typed)
    assert list(found) == ["closes_at"]
    assert words in found["closes_at"][0]


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("2027-03-28T01:59", "2027-03-28 00:59"), ("2027-03-28T03:00", "2027-03-28 01:00"),
        ("2027-10-31T01:59", "2027-10-30 23:59"), ("2027-10-31T03:00", "2027-10-31 02:00"),
        ("31/03/2027 13:00", "2027-03-31 11:00"),
    ],
)  # fmt: skip
def test_the_hours_around_the_changes_of_the_clock_are_exact(client, staff, typed: str, utc: str) -> None:
    client.post("/en/publishing/new/", fields(closes_at=typed))
    assert f"{Call.objects.get().closes_at.astimezone(UTC):%Y-%m-%d %H:%M}" == utc


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"closes_at": "2026-11-30T13:00"}, "closes_at", "The deadline must be after the opening."),
        ({"closes_at": "2026-12-01T09:00"}, "closes_at", "The deadline must be after the opening."),
        ({"questions_until": "2027-03-31T13:01"}, "questions_until", "Questions must end before the deadline"),
        ({"body_it": "<script>alert(1)</script>"}, "body_it", "Write plain text"),
        ({"title_en": "A <b>call</b>"}, "title_en", "Write plain text"),
        ({"plain_it": "Chi </p"}, "plain_it", "Write plain text"),
        ({"body_en": "a" * 20_001}, "body_en", "at most 20000 characters"),
        ({"plain_en": "a" * 2001}, "plain_en", "at most 2000 characters"),
        ({"title_it": "a" * 201}, "title_it", "at most 200 characters"),
        ({"title_it": ""}, "title_it", "This field is required."),
        ({"budget": "-1"}, "budget", "Leave it empty where no budget is known."),
        ({"budget": "6.000.000"}, "budget", "Enter a number."),
        ({"budget": "2000000000"}, "budget", "at most 1,000,000,000"),
        ({"duration_months": "0"}, "duration_months", "greater than or equal to 1"),
        ({"slug": "new"}, "slug", "The portal uses this address itself"),
        ({"slug": "Reti 2027"}, "slug", "Small letters, digits and hyphens"),
        ({"edition": "2"}, "edition", "Choose the family of which it is an edition"),
        ({"programme": "0"}, "programme", "valid choice"),
        ({"tier": "networks"}, "tier", "valid choice"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_saved(client, staff, changes, field, words) -> None:
    found = errors_of(client, **changes)
    assert list(found) == [field]
    assert words in found[field][0]


def test_a_comparison_is_no_html(client, staff) -> None:
    assert client.post("/en/publishing/new/", fields(body_it="Quota < quota massima, x > 3")).status_code == 302
    assert Call.objects.get().body_it == "Quota < quota massima, x > 3"


def test_signs_of_mathematics_are_no_html(client, staff) -> None:
    client.post("/en/publishing/new/", fields(body_it="Se x < 3 & y > 2, 3<4"))
    assert Call.objects.get().body_it == "Se x < 3 & y > 2, 3<4"


def test_an_address_that_another_call_has_is_refused(client, staff) -> None:
    CallFactory(slug="reti")
    answer = client.post("/en/publishing/new/", fields())
    assert "slug" in answer.context["form"].errors


def test_programmes_of_other_regions_are_no_choice(client, staff) -> None:
    abroad = ProgrammeFactory(slug="abroad", region=RegionFactory(nuts="ITC4"))
    assert list(errors_of(client, programme=str(abroad.pk))) == ["programme"]


# --- Changing it ---------------------------------------------------------------------------------------------------


def test_saving_what_was_shown_changes_nothing_but_the_text(client, staff) -> None:
    call = whole_draft(
        opens_at=datetime(2027, 1, 5, 8, tzinfo=UTC), closes_at=datetime(2027, 3, 5, 11, 59, 59, tzinfo=UTC)
    )
    sent = sent_from(call, client, title_en="Another")
    assert client.post(f"/en/publishing/{call.slug}/edit/", sent).status_code == 302
    saved = Call.objects.get()
    assert (saved.title_en, saved.opens_at, saved.closes_at) == ("Another", call.opens_at, call.closes_at)


def test_the_second_of_two_editors_sees_both_texts_and_loses_nothing(client, staff) -> None:
    call = whole_draft(title_en="First")
    sent = sent_from(call, client, title_en="Mine", summary_en="My sentence.")
    Call.objects.update(title_en="Theirs")
    answer = client.post(f"/en/publishing/{call.slug}/edit/", sent)
    assert answer.status_code == 409
    assert [tuple(map(str, row)) for row in answer.context["differences"]] == [
        ("Title in English", "Theirs", "Mine"),
        ("One sentence, in English", "Grants for networks of enterprises.", "My sentence."),
    ]
    assert Call.objects.get().title_en == "Theirs"
    again = answer.context["form"]
    assert (again["title_en"].value(), again["summary_en"].value()) == ("Mine", "My sentence.")
    assert client.post(f"/en/publishing/{call.slug}/edit/", sent | {"seen": again["seen"].value()}).status_code == 302
    assert Call.objects.get().title_en == "Mine"


def test_a_form_without_the_state_that_was_seen_saves_nothing(client, staff) -> None:
    call = whole_draft()
    sent = sent_from(call, client, title_en="Mine")
    del sent["seen"]
    assert client.post(f"/en/publishing/{call.slug}/edit/", sent).status_code == 409
    assert fingerprint(Call.objects.get()) == fingerprint(call)


def test_a_public_call_is_changed_with_a_note_that_becomes_a_version(client, staff) -> None:
    call = CallFactory()
    follower = UserFactory()
    Follow.objects.create(user=follower, call=call)
    sent = sent_from(call, client, summary_en="Clearer.")
    refused = client.post(f"/en/publishing/{call.slug}/edit/", sent)
    assert refused.context["form"].errors["note"] == ["Everyone can read this call: say what changed, and why."]
    assert client.post(f"/en/publishing/{call.slug}/edit/", sent | {"note": "Clearer words."}).status_code == 302
    assert [version.note for version in call.versions.all()] == ["Clearer words.", ""]


FIXED = {"slug", "programme", "tier"}
DEADLINE = {"closes_at", "deadline_has_time"}


@pytest.mark.parametrize(
    ("trait", "gone"),
    [
        ({"draft": True}, {"note"}),
        ({"planned": True}, FIXED),
        ({"coming": True}, FIXED | DEADLINE),
        ({}, FIXED | DEADLINE | {"opens_at"}),
        ({"assessed": True}, FIXED | DEADLINE | {"opens_at", "questions_until"}),
    ],
)
def test_what_was_promised_is_no_field_any_more(client, staff, trait: dict, gone: set[str]) -> None:
    shown = set(client.get(f"/en/publishing/{CallFactory(**trait).slug}/edit/").context["form"].fields)
    everything = set(client.get("/en/publishing/new/").context["form"].fields) | {"note"}
    assert everything - shown == gone


@pytest.mark.parametrize("state", ["concluded", "cancelled"])
def test_a_call_that_is_over_is_not_edited(client, staff, state: str) -> None:
    call = CallFactory(state=state)
    assert client.get(f"/en/publishing/{call.slug}/edit/").status_code == 409


def test_an_opening_is_not_moved_behind_the_deadline(client, staff) -> None:
    call = CallFactory(coming=True)
    later = timezone.localtime(call.closes_at + timedelta(days=1))
    sent = sent_from(call, client, opens_at=f"{later:%Y-%m-%dT%H:%M}", note="Later.")
    answer = client.post(f"/en/publishing/{call.slug}/edit/", sent)
    assert answer.context["form"].errors == {"opens_at": ["The deadline must be after the opening."]}


# --- Overview, preview, list ---------------------------------------------------------------------------------------


def test_the_overview_says_what_is_missing(client, staff) -> None:
    page = client.get(f"/en/publishing/{CallFactory(draft=True, opens_at=None).slug}/")
    rows = {row.title: (row.state, row.text) for row in page.context["rows"]}
    assert rows["Texts in both languages"] == ("check:open", "Missing: text in Italian, text in English")
    assert rows["Dates"][0] == "check:open"
    assert rows["Facilitator"] == ("check:advice", "Name the person whom organisations can ask.")


@pytest.mark.parametrize("trait", ["closed", "assessed", "concluded"])
def test_nothing_is_asked_any_more_of_a_call_that_has_closed(client, staff, trait: str) -> None:
    page = client.get(f"/en/publishing/{CallFactory(**{trait: True}, body_it='x', body_en='x').slug}/")
    assert {row.state for row in page.context["rows"]} <= {"check:met", "check:advice"}


def test_a_draft_is_read_as_everyone_will_with_a_banner(client, staff) -> None:
    call = whole_draft()
    assert "Draft: only those who prepare it see this." in client.get(f"/en/calls/{call.slug}/").content.decode()
    client.logout()
    assert client.get(f"/en/calls/{call.slug}/").status_code == 404


def test_the_page_of_a_cancelled_call_says_when_and_why(client, staff) -> None:
    call = CallFactory()
    client.post(f"/en/publishing/{call.slug}/cancel/", {"reason": "The money went elsewhere."})
    client.logout()
    page = client.get(f"/en/calls/{call.slug}/").content.decode()
    assert "This call was cancelled on" in page
    assert "The money went elsewhere." in page


def test_the_list_has_the_calls_that_one_prepares_and_no_others(client, staff) -> None:
    mine = CallFactory(draft=True)
    CallFactory(programme=ProgrammeFactory(slug="abroad", region=RegionFactory(nuts="ITC4")))
    assert list(client.get("/en/publishing/").context["page"]) == [mine]


def test_the_list_is_filtered_by_words_state_and_what_waits(client, staff) -> None:
    draft, waiting, public = whole_draft(title_en="Bicycles"), whole_draft(), CallFactory(title_en="Bicycle lanes")
    ask_for_approval(waiting, actor=UserFactory(), target=CallState.PUBLISHED)

    def found(query: str) -> set[Call]:
        return set(client.get(f"/en/publishing/?{query}").context["page"])

    assert found("q=bicycle") == {draft, public}
    assert found("state=draft") == {draft, waiting}
    assert found("state=draft&state=published&q=bicycle") == {draft, public}
    assert found("waiting=on") == {waiting}
    assert found("state=nonsense") == {draft, waiting, public}


def test_the_list_can_be_downloaded(client, staff) -> None:
    CallFactory(draft=True, slug="reti")
    lines = client.get("/en/publishing/?format=csv").getvalue().decode().splitlines()
    assert lines[0].startswith("slug,title_it,title_en,programme,state,status,waits,")
    assert lines[1].startswith("reti,")
    assert client.get("/en/publishing/?format=json").json()["results"][0]["state"] == "draft"


@pytest.mark.parametrize("page", ["", "reti/"])
def test_the_number_of_queries_does_not_grow(client, staff, page: str, django_assert_max_num_queries) -> None:
    call = whole_draft(slug="reti")
    counts = []
    for _round in range(2):
        client.get(f"/en/publishing/{page}")
        with django_assert_max_num_queries(30) as queries:
            client.get(f"/en/publishing/{page}")
        counts.append(len(queries))
        CallFactory.create_batch(15, draft=True)
        for _entry in range(15):
            request = ask_for_approval(call, actor=staff, target=CallState.PUBLISHED)
            type(request).objects.filter(pk=request.pk).update(state="withdrawn", answered_at=timezone.now())
    assert counts[0] == counts[1]
