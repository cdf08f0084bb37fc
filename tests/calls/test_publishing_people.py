"""Who finds which pages of publishing; moves and the deadline, as pages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.operations.publishing import ask_for_approval
from calls.states import CallState
from enterprises.models import MembershipRole
from tests.calls.people import regional
from tests.factories import AppointmentFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.calls import CallFactory, whole_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = regional()
    client.force_login(user)
    return user


# --- Who -----------------------------------------------------------------------------------------------------------


def test_staff_of_another_region_cannot_even_see_the_draft(client) -> None:
    other = regional(nuts="ITC4")
    client.force_login(other)
    call = whole_draft()
    request = ask_for_approval(call, actor=UserFactory(), target=CallState.PUBLISHED)
    assert client.post(f"/en/publishing/{call.slug}/requests/{request.pk}/approve/").status_code == 404


def test_the_button_of_who_asked_is_not_shown_and_its_address_answers_in_words(client, staff) -> None:
    call = whole_draft()
    client.post(f"/en/publishing/{call.slug}/ask/", {"target": "published"})
    request = call.approvals.get()
    page = client.get(f"/en/publishing/{call.slug}/").content.decode()
    assert f"/requests/{request.pk}/approve/" not in page
    assert f"/requests/{request.pk}/withdraw/" in page
    for method in (client.get, client.post):
        answer = method(f"/en/publishing/{call.slug}/requests/{request.pk}/approve/")
        assert answer.status_code == 409
        assert "somebody else has to give it" in answer.content.decode()


def test_a_request_is_answered_at_the_address_of_its_own_call_only(client, staff) -> None:
    call, other = whole_draft(), whole_draft()
    request = ask_for_approval(call, actor=UserFactory(), target=CallState.PUBLISHED)
    assert client.post(f"/en/publishing/{other.slug}/requests/{request.pk}/approve/").status_code == 404


def test_facilitators_who_act_for_the_actuator_prepare_its_call_and_colleagues_do_not(client) -> None:
    actuator = OrganisationFactory()
    call = whole_draft(tier="networks", first_tier=CallFactory(tier="actuators"), actuator=actuator)
    roles = {"acting": MembershipRole.EDITOR, "looking": MembershipRole.VIEWER}
    answers = {}
    for name, role in roles.items():
        facilitator = AppointmentFactory().user
        MembershipFactory(organisation=actuator, user=facilitator, role=role)
        client.force_login(facilitator)
        answers[name] = client.get(f"/en/publishing/{call.slug}/edit/").status_code
    client.force_login(MembershipFactory(organisation=actuator).user)
    answers["no facilitator"] = client.get(f"/en/publishing/{call.slug}/edit/").status_code
    client.force_login(AppointmentFactory().user)
    answers["other facilitator"] = client.get(f"/en/publishing/{call.slug}/edit/").status_code
    assert answers == {"acting": 200, "looking": 404, "no facilitator": 404, "other facilitator": 404}


# --- The deadline and the moves, as pages --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "note", "field"),
    [(-1, "x", "closes_at"), (10, "x", "closes_at"), (30, "x", "closes_at"), (40, "", "note")],
)
def test_a_deadline_that_cannot_be_says_why_at_its_field(client, staff, days: int, note: str, field: str) -> None:
    call = CallFactory(closes_at=(timezone.now() + timedelta(days=30)).replace(second=0, microsecond=0))
    moment = timezone.localtime(call.closes_at + timedelta(days=days - 30))
    answer = client.post(
        f"/en/publishing/{call.slug}/deadline/", {"closes_at": f"{moment:%Y-%m-%dT%H:%M}", "note": note}
    )
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_the_deadline_is_moved_with_a_reason_that_everyone_reads(client, staff) -> None:
    call = CallFactory()
    answer = client.post(f"/en/publishing/{call.slug}/deadline/", {"closes_at": "2099-01-31T13:00", "note": "Flood."})
    assert answer.status_code == 302
    assert "Flood." in client.get(f"/en/calls/{call.slug}/").content.decode()


def test_a_move_is_asked_first_and_needs_its_reason_where_everyone_reads_it(client, staff) -> None:
    call = CallFactory(closed=True)
    assert client.get(f"/en/publishing/{call.slug}/assessment/").status_code == 200
    assert client.post(f"/en/publishing/{call.slug}/cancel/", {"reason": ""}).status_code == 422
    assert client.post(f"/en/publishing/{call.slug}/assessment/").status_code == 302
    assert client.get(f"/en/publishing/{call.slug}/assessment/").status_code == 409
