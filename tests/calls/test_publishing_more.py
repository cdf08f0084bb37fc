"""Calls that come from other calls; what waits on the desk; how the messages read."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from calls.desk import publishing_tasks
from calls.models import Call, CallFamily, CallRule, Follow, SelectedActuator
from calls.operations import lifecycle
from calls.operations.copying import CopyDetails, copy_call
from calls.operations.publishing import approve_call, ask_for_approval, edit_call, fingerprint, return_call
from calls.operations.tiers import remove_actuator, select_actuator, start_second_tier
from calls.panels.families import related, waiting_actuators
from calls.states import CallState
from district_portal.accounts.models import Role, User
from district_portal.notifications.models import OutboxRow
from district_portal.notifications.rendering import Renderer
from district_portal.shared.errors import DomainError
from tests.factories import (
    AppointmentFactory,
    DistrictFactory,
    MembershipFactory,
    OrganisationFactory,
    RegionFactory,
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
    whole_draft,
)

pytestmark = pytest.mark.django_db


def regional():
    return AppointmentFactory(role=Role.REGIONAL_STAFF, district=None, region=RegionFactory()).user


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


# --- Two tiers -----------------------------------------------------------------------------------------------------


def first_call(**changes) -> Call:
    return CallFactory(**{"tier": "actuators", "state": "ranked", "slug": "first", **changes})


def test_a_first_call_records_its_actuators_one_for_each_district() -> None:
    call, actor, district, firm = first_call(), regional(), DistrictFactory(), OrganisationFactory()
    select_actuator(call, actor=actor, organisation=firm, district=district, budget=Decimal(800_000))
    assert [version.number for version in call.versions.all()] == [2, 1]
    with pytest.raises(DomainError, match="recorded for"):
        select_actuator(call, actor=actor, organisation=OrganisationFactory(), district=district)
    assert [row.actuator.organisation for row in related(call, AnonymousUser()).selected] == [firm]


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"tier": "only"}, "not the first of two"), ({"state": "published"}, "Publish the ranking of this call first")],
)
def test_other_calls_select_nobody(changes: dict, words: str) -> None:
    with pytest.raises(DomainError, match=words):
        select_actuator(
            first_call(**changes), actor=regional(), organisation=OrganisationFactory(), district=DistrictFactory()
        )


def test_an_actuators_call_for_networks_starts_as_a_draft_of_its_district() -> None:
    first = first_call(title_it="Distretti 2", themes=[ThemeFactory()])
    district = DistrictFactory(name_it="Biomedicale", name_en="Biomedical", slug="biomedicale")
    firm, actor = OrganisationFactory(), regional()
    selected = select_actuator(first, actor=actor, organisation=firm, district=district, budget=Decimal(800_000))
    draft = start_second_tier(selected, actor=actor)
    assert (draft.state, draft.tier, draft.first_tier, draft.actuator) == ("draft", "networks", first, firm)
    assert (draft.slug, draft.title_it, draft.budget) == (
        "first-biomedicale", "Distretti 2: Biomedicale", Decimal(800_000),
    )  # fmt: skip
    assert list(draft.districts.all()) == [district]
    with pytest.raises(DomainError, match="exists already"):
        start_second_tier(selected, actor=actor)
    with pytest.raises(DomainError, match="has a call for networks already"):
        remove_actuator(selected, actor=actor)


def test_an_actuator_without_a_call_can_be_removed_and_everyone_reads_so() -> None:
    call, actor = first_call(), regional()
    selected = select_actuator(call, actor=actor, organisation=OrganisationFactory(), district=DistrictFactory())
    remove_actuator(selected, actor=actor)
    assert not SelectedActuator.objects.exists()
    assert "is not the actuator" in call.versions.first().note


def test_an_actuator_that_somebody_else_removed_is_removed_and_starts_nothing() -> None:
    actor = UserFactory()
    firm, district = OrganisationFactory(), DistrictFactory()
    selected = select_actuator(first_call(), actor=actor, organisation=firm, district=district)
    remove_actuator(selected, actor=actor)
    for operation in (remove_actuator, start_second_tier):
        with pytest.raises(DomainError, match="No actuator is recorded"):
            operation(selected, actor=actor)


def test_both_calls_link_to_each_other_as_soon_as_both_are_public() -> None:
    first, actor = first_call(), regional()
    selected = select_actuator(first, actor=actor, organisation=OrganisationFactory(), district=DistrictFactory())
    second, reader = start_second_tier(selected, actor=actor), AnonymousUser()
    assert [row.call for row in related(first, reader).selected] == [None]
    Call.objects.filter(pk=second.pk).update(state="planned")
    assert [row.call for row in related(first, reader).selected] == [second]
    assert related(second, reader).first == first


def test_the_actuators_facilitator_starts_its_call_and_a_colleague_approves_it(client) -> None:
    firm = OrganisationFactory()
    mine, colleague, stranger = (AppointmentFactory().user for _person in range(3))
    for person in (mine, colleague):
        MembershipFactory(organisation=firm, user=person)
    selected = select_actuator(first_call(), actor=regional(), organisation=firm, district=DistrictFactory())
    assert [waiting_actuators(person) for person in (mine, stranger)] == [[selected], []]
    address = f"/en/publishing/first/actuators/{selected.pk}/call/"
    client.force_login(stranger)
    assert client.post(address).status_code == 403
    client.force_login(mine)
    assert "Publish the call for networks" in client.get("/en/publishing/").content.decode()
    assert client.post(address).status_code == 302
    assert waiting_actuators(mine) == []
    opens = timezone.now() + timedelta(days=3)
    texts = {"body_it": "Testo.", "body_en": "Text."}
    dates = {"opens_at": opens, "closes_at": opens + timedelta(days=30)}
    draft = Call.objects.get(tier="networks")
    draft = edit_call(draft, actor=mine, values=texts | dates, seen=fingerprint(draft))
    approval = ask_for_approval(draft, actor=mine, target=CallState.PUBLISHED)
    client.force_login(stranger)
    assert client.post(f"/en/publishing/{draft.slug}/requests/{approval.pk}/approve/").status_code == 404
    client.force_login(colleague)
    assert client.post(f"/en/publishing/{draft.slug}/requests/{approval.pk}/approve/").status_code == 302
    assert Call.objects.get(tier="networks").state == "published"


def test_a_copy_of_a_second_call_goes_to_the_actuator_of_its_district() -> None:
    first, actor, here, there = first_call(), regional(), DistrictFactory(), DistrictFactory()
    selected = select_actuator(first, actor=actor, organisation=OrganisationFactory(), district=here)
    second = start_second_tier(selected, actor=actor)
    with pytest.raises(DomainError, match="No actuator is recorded"):
        copy_call(second, actor=actor, details=CopyDetails("b", "B", district=there))
    other = select_actuator(first, actor=actor, organisation=OrganisationFactory(), district=there)
    copy = copy_call(second, actor=actor, details=CopyDetails("b", "B", district=there))
    assert (copy.first_tier, copy.actuator) == (first, other.organisation)


def test_the_page_of_actuators_records_and_refuses(client) -> None:
    call, district = first_call(), DistrictFactory()
    firm = OrganisationFactory(name="Centro Rete", listed=True)
    client.force_login(regional())
    refused = client.post("/en/publishing/first/actuators/", {"organisation": "Nobody", "budget": "0"})
    assert set(refused.context["form"].errors) == {"organisation", "district", "budget"}
    sent = {"organisation": "centro rete", "district": district.pk}
    assert client.post("/en/publishing/first/actuators/", sent).status_code == 302
    assert call.selected_actuators.get().organisation == firm
    assert client.post("/en/publishing/first/actuators/", sent).status_code == 422


# --- Families ------------------------------------------------------------------------------------------------------


def test_a_call_links_to_the_other_editions_that_the_reader_may_see() -> None:
    reti = family()
    first, second = CallFactory(family=reti, edition=1), CallFactory(family=reti, edition=2)
    draft = CallFactory(family=reti, edition=3, draft=True)
    CallFactory()
    assert list(related(first, AnonymousUser()).editions) == [second]
    assert list(related(first, regional()).editions) == [draft, second]


def test_a_call_that_stands_alone_asks_nothing_of_the_database(django_assert_num_queries) -> None:
    call = CallFactory()
    with django_assert_num_queries(0):
        assert not related(call, AnonymousUser())


# --- Desk ----------------------------------------------------------------------------------------------------------


def titles(user) -> list[str]:
    return [task.title for task in publishing_tasks(user, timezone.now())]


def test_an_approval_waits_on_the_desk_of_those_who_can_give_it() -> None:
    author, asker, second = regional(), regional(), regional()
    call = whole_draft()
    edit_call(call, actor=author, values={"title_it": "Reti"}, seen=fingerprint(call))
    approval = ask_for_approval(call, actor=asker, target=CallState.PUBLISHED)
    assert [titles(user) for user in (author, asker, second)] == [[], [], ["Approve a call, or send it back"]]
    return_call(approval, actor=second, reason="The budget is missing.")
    back = ["Change a call that was sent back"]
    assert [titles(user) for user in (author, asker, second)] == [back, back, []]
    approval = ask_for_approval(call, actor=asker, target=CallState.PUBLISHED)
    assert titles(asker) == []
    approve_call(approval, actor=second)
    assert [titles(user) for user in (author, asker, second)] == [[], [], []]


def test_the_desk_of_everyone_else_asks_nothing(django_assert_num_queries) -> None:
    user = UserFactory()
    assert user.current_appointments == []
    with django_assert_num_queries(0):
        assert titles(user) == []


# --- Messages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "it"])
def test_the_messages_read_well_in_text_and_html(language: str) -> None:
    author, second, follower = regional(), regional(), UserFactory()
    call = whole_draft(title_it="R&D in rete", title_en="R&D networks", slug="reti")
    approval = ask_for_approval(call, actor=author, target=CallState.PUBLISHED, note="In time for <May>")
    return_call(approval, actor=second, reason="The <budget> is missing")
    approval = ask_for_approval(call, actor=author, target=CallState.PUBLISHED)
    edit_call(call, actor=second, values={"budget": Decimal(1)}, seen=fingerprint(call))
    approval = ask_for_approval(call, actor=author, target=CallState.PLANNED)
    call = approve_call(approval, actor=regional())
    Follow.objects.create(user=follower, call=call)
    approve_call(ask_for_approval(call, actor=author, target=CallState.PUBLISHED), actor=second)
    Call.objects.update(opens_at=timezone.now() - timedelta(9), closes_at=timezone.now() - timedelta(1))
    lifecycle.start_assessment(call, actor=author)
    other = CallFactory(title_it="R&D in rete", title_en="R&D networks")
    Follow.objects.create(user=follower, call=other)
    lifecycle.cancel_call(other, actor=author, reason="No <money>")
    lifecycle.publish_ranking(call, actor=author, reason="See the <list>")
    User.objects.update(language=language)
    found = {}
    for row in OutboxRow.objects.filter(channel="mail", message__startswith="calls/").order_by("pk"):
        if row.message not in found:
            found[row.message] = Renderer().mail(row)
    expected = {
        "approval_requested": "In time for <May>", "approval_given": "", "approval_void": "",
        "approval_returned": "The <budget> is missing", "call_published": "", "call_ranked": "See the <list>",
        "call_cancelled": "No <money>",
    }  # fmt: skip
    assert {name.removeprefix("calls/") for name in found} >= set(expected)
    title = {"en": "R&D networks", "it": "R&D in rete"}[language]
    for name, quoted in expected.items():
        mail = found[f"calls/{name}"]
        assert title in mail.subject
        assert title in mail.body
        assert quoted in mail.body
        assert quoted.replace("<", "&lt;").replace(">", "&gt;") in mail.alternatives[0].content
        assert f"/{language}/" in mail.body
