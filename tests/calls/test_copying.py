"""A new call from one that there is: what is copied, and what others did with it, which is not."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from calls.models import Call, CallFamily, CallRule, Follow
from calls.operations.copying import CopyDetails, copy_call
from district_portal.shared.errors import DomainError
from tests.calls.people import regional
from tests.factories import (
    DistrictFactory,
    UserFactory,
)
from tests.factories.calls import (
    CallDeadlineFactory,
    CallDocumentFactory,
    CallFactory,
    CallFigureFactory,
    CallMilestoneFactory,
    InterestFactory,
    ProgrammeFactory,
    QuestionFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db


def family() -> CallFamily:
    return CallFamily.objects.create(programme=ProgrammeFactory(), name_it="Reti", name_en="Networks")


def rich_call(**changes) -> Call:
    """A call with one of everything."""
    call = CallFactory(
        opens_at=datetime(2026, 3, 1, 8, tzinfo=UTC), closes_at=datetime(2026, 5, 1, 11, tzinfo=UTC), family=family(),
        edition=1, districts=[DistrictFactory()], themes=[ThemeFactory()], body_it="Testo.", plain_en="In short.",
        budget=Decimal(900), partners_min=3, roles=["enterprise"], facilitator=UserFactory(), external_id="X1",
        questions_until=datetime(2026, 4, 1, tzinfo=UTC), published_at=timezone.now(), **changes,
    )  # fmt: skip
    CallRule.objects.create(call=call, kind="criteria", parameters={"threshold": 60})
    CallMilestoneFactory(call=call, starts_on=date(2026, 3, 20), ends_on=date(2026, 6, 1))
    CallDocumentFactory(call=call)
    CallDocumentFactory(call=call, withdrawn_at=timezone.now())
    for make in (CallDeadlineFactory, CallFigureFactory, InterestFactory, QuestionFactory):
        make(call=call)
    Follow.objects.create(user=UserFactory(), call=call)
    return call


# --- Copies --------------------------------------------------------------------------------------------------------


def test_a_new_edition_has_everything_of_the_call_and_nothing_that_others_did_with_it() -> None:
    call, actor = rich_call(), regional()
    opens = datetime(2027, 3, 11, 8, tzinfo=UTC)
    copy = copy_call(call, actor=actor, details=CopyDetails("reti-2", "Reti 2", "Networks 2", opens_at=opens))
    copy = Call.objects.get(pk=copy.pk)
    shared = [
        "programme",
        "body_it",
        "plain_en",
        "budget",
        "partners_min",
        "roles",
        "facilitator",
        "family",
        "summary_it",
    ]
    assert {name: getattr(copy, name) for name in shared} == {name: getattr(call, name) for name in shared}
    assert (copy.state, copy.slug, copy.title_it, copy.edition, copy.opens_at) == (
        "draft",
        "reti-2",
        "Reti 2",
        2,
        opens,
    )
    assert (copy.closes_at, copy.questions_until, copy.published_at, copy.external_id) == (None, None, None, None)
    assert list(copy.districts.all()) == list(call.districts.all())
    assert list(copy.themes.all()) == list(call.themes.all())
    assert dict(copy.rules.values_list("kind", "parameters")) == dict(call.rules.values_list("kind", "parameters"))
    step = copy.milestones.get()
    assert (step.starts_on, step.ends_on) == (date(2027, 3, 30), date(2027, 6, 11))
    for relation in ("deadlines", "figures", "interests", "questions", "follows", "versions", "decisions", "approvals"):
        assert not getattr(copy, relation).exists(), relation
    assert list(copy.authors.all()) == [actor]


def test_the_documents_of_a_copy_are_files_of_their_own() -> None:
    call = rich_call()
    original = call.documents.current().get()
    copied = copy_call(call, actor=regional(), details=CopyDetails("reti-2", "Reti 2")).documents.get()
    assert (copied.sha256, copied.title_it) == (original.sha256, original.title_it)
    assert copied.file.name != original.file.name
    copied.file.storage.delete(copied.file.name)
    with original.file.open("rb") as content:
        assert content.read() == b"%PDF-1.7 call text"


def test_a_step_keeps_its_day_over_the_change_of_the_clock() -> None:
    call = rich_call(slug="night")
    call.milestones.update(starts_on=date(2026, 3, 29), ends_on=None)
    opens = datetime(2026, 3, 30, 22, 30, tzinfo=UTC)  # half past midnight of the 31st in Rome
    copy = copy_call(call, actor=regional(), details=CopyDetails("reti-2", "Reti 2", opens_at=opens))
    assert copy.milestones.get().starts_on == date(2026, 4, 28)


def test_steps_are_left_out_where_nobody_knows_by_how_much_to_move_them() -> None:
    assert not copy_call(rich_call(), actor=regional(), details=CopyDetails("b", "B")).milestones.exists()


def test_a_copy_for_another_district_is_no_edition() -> None:
    district = DistrictFactory()
    copy = copy_call(rich_call(), actor=regional(), details=CopyDetails("b", "B", district=district))
    assert (list(copy.districts.all()), copy.family, copy.edition) == ([district], None, None)


def test_editions_count_on_from_the_latest() -> None:
    call = rich_call()
    CallFactory(family=call.family, edition=7)
    assert copy_call(call, actor=regional(), details=CopyDetails("b", "B")).edition == 8


def test_a_call_without_family_has_no_next_edition() -> None:
    with pytest.raises(DomainError, match="belongs to no family"):
        copy_call(CallFactory(), actor=regional(), details=CopyDetails("b", "B"))
    assert Call.objects.count() == 1


def test_the_page_that_copies_asks_what_is_new(client) -> None:
    call = rich_call()
    client.force_login(regional())
    address = f"/en/publishing/{call.slug}/copy/"
    refused = client.post(
        address, {"kind": "district", "title_it": "B", "slug": call.slug, "opens_at": "2027-02-30T10:00"}
    )
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"district", "slug", "opens_at"}
    answer = client.post(address, {"kind": "edition", "title_it": "B", "slug": "reti-2"})
    assert (answer.status_code, answer["Location"]) == (302, "/en/publishing/reti-2/")
