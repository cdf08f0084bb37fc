"""Calls in two tiers, and the editions of a family."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from calls.models import Call, CallFamily, SelectedActuator
from calls.operations.copying import CopyDetails, copy_call
from calls.operations.publishing import ask_for_approval, edit_call, fingerprint
from calls.operations.tiers import remove_actuator, select_actuator, start_second_tier
from calls.panels.families import related, waiting_actuators
from calls.states import CallState
from district_portal.shared.errors import DomainError
from tests.calls.people import regional
from tests.factories import (
    AppointmentFactory,
    DistrictFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
)
from tests.factories.calls import (
    CallFactory,
    ProgrammeFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db


def family() -> CallFamily:
    return CallFamily.objects.create(programme=ProgrammeFactory(), name_it="Reti", name_en="Networks")


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
