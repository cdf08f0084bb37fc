"""Pages of the Region, of a network and of evaluators."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessment.models import Assessment, EvaluatorProfile, Score
from assessment.operations import rejections
from assessment.states import AssessmentState
from calls.models import Call
from calls.procedure import admissibility_of, criteria_of
from calls.states import CallState
from district_portal.accounts.models import Role
from district_portal.shared.desk import tasks_for
from projects.models import IntegrationRound
from tests.assessment.people import REASON, TEXT, checked, lead_owner
from tests.factories.accounts import AppointmentFactory, RegionFactory
from tests.factories.assessment import assessed_call, assigned, make_evaluators
from tests.factories.calls import CallFactory
from tests.factories.enterprises import ConceptFactory, MembershipFactory, OrganisationFactory

pytestmark = pytest.mark.django_db
S = AssessmentState
ANNOUNCES = {"selection": {"evaluators": 2, "objection_days": 10, "integration_days": 10}}


def at(name, *args) -> str:
    return reverse(f"assessment:{name}", args=args)


def of(selection, name, *more) -> str:
    return at(name, selection.call.slug, selection.first.network_id, *more)


@pytest.fixture
def staff(client):
    """Signs in the staff of a selection."""

    def sign_in(selection):
        client.force_login(selection.staff)
        return selection

    return sign_in


# --- The Region ----------------------------------------------------------------------------------------------------


def test_the_list_shows_each_proposal_with_how_far_it_is(client, staff) -> None:
    selection = staff(assessed_call(2, 2, state=S.ADMITTED))
    assigned(selection.first, selection.evaluators[0], points=[1, 1, 1, 1, 1], submitted=True)
    answer = client.get(at("call", selection.call.slug), {"format": "json"}).json()
    assert answer["count"] == 2
    first = answer["results"][0]
    assert (first["evaluators"], first["handed_in"], first["checks"], first["grant"]) == (1, 1, 0, "100000.00")
    assert client.get(at("call", selection.call.slug)).status_code == 200
    todo = client.get(at("call", selection.call.slug), {"format": "json", "todo": "scores"}).json()
    assert todo["count"] == 0


def test_who_runs_a_selection_reads_what_it_waits_for_and_is_led_there(client, staff) -> None:
    selection = staff(assessed_call(1, 2))
    page, call = at("call", selection.call.slug), selection.call
    Call.objects.filter(pk=call.pk).update(state=CallState.PUBLISHED)
    start = reverse("publishing:assessment", args=[call.slug])
    assert f'href="{start}"' in client.get(page).content.decode()
    assert client.post(start).status_code == 302
    answer = client.get(page).content.decode()
    assert f'href="{start}"' not in answer and "waits for its admissibility checks" in answer
    Assessment.objects.filter(network__call=call).update(state=S.ADMITTED)
    answer = client.get(page).content.decode()
    assert "too few evaluators" in answer and f'href="{at("evaluators", call.slug)}">Assign evaluators' in answer
    for number, evaluator in enumerate(selection.evaluators, 1):
        assigned(selection.first, evaluator, number=number)
    assert "waits for scores" in client.get(page).content.decode()
    Assessment.objects.filter(network__call=call).update(state=S.EVALUATED)
    assert "the ranking can be drafted" in client.get(page).content.decode()


def test_the_evaluators_page_says_what_is_short_and_the_way_on(client, staff) -> None:
    selection = staff(assessed_call(3, 1, state=S.ADMITTED))
    page = at("evaluators", selection.call.slug)
    assert "the region has 1 too few" in client.get(page).content.decode()
    make_evaluators(1, selection.district)
    assert "2 evaluators have not said what they know" in client.get(page).content.decode()
    EvaluatorProfile.objects.update(capacity=2)
    answer = client.get(page).content.decode()
    assert "6 assignments are still to be made, and all evaluators together can take on 4." in answer
    assert "Ask an administrator to appoint more" in answer


@pytest.mark.parametrize("tab", ["call", "evaluators", "panel", "panel_calibration", "ranking"])
def test_every_tab_of_a_selection_has_the_same_head(client, staff, tab) -> None:
    selection = staff(assessed_call(1, 1))
    page = client.get(at(tab, selection.call.slug)).content.decode()
    assert f'<li><a href="{at("overview")}">Assessment</a></li>' in page
    assert "deadline" in page and f'href="{selection.call.get_absolute_url()}">See the call</a>' in page


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ({}, [0, 1, 2]),
        ({"ordering": "-received"}, [2, 1, 0]),
        ({"ordering": "-score"}, [1, 0, 2]),
        ({"state": "admitted"}, [1]),
        ({"todo": "evaluators"}, [1]),
        ({"ordering": "nonsense", "state": "nonsense", "todo": "nonsense"}, [0, 1, 2]),
    ],
)
def test_the_list_is_sorted_and_filtered(client, staff, query, places) -> None:
    selection = staff(assessed_call(3, 0))
    rows = selection.assessments
    type(rows[1]).objects.filter(pk=rows[1].pk).update(state=S.ADMITTED, score=80)
    answer = client.get(at("call", selection.call.slug), {"format": "json", **query}).json()
    assert [row["title"] for row in answer["results"]] == [rows[place].network.title for place in places]
    found = client.get(at("call", selection.call.slug), query)
    assert found.status_code == 200


def test_the_list_and_the_overview_take_the_same_number_of_queries_for_any_number(client, staff) -> None:
    for address in (lambda selection: at("call", selection.call.slug), lambda selection: at("overview")):
        counts = []
        for number in (1, 20):
            selection = staff(assessed_call(number, 2))
            with CaptureQueriesContext(connection) as queries:
                client.get(address(selection))
            counts.append(len(queries))
        assert counts[0] == counts[1]


def test_the_age_leaves_out_the_time_in_which_the_network_completes_its_proposal(client, staff) -> None:
    selection = staff(assessed_call(1, 0, closes_at=timezone.now() - timedelta(days=9, hours=1)))
    asked = timezone.now() - timedelta(days=6)
    IntegrationRound.objects.create(
        submission=selection.first.submission,
        sections=["summary"],
        text="Write it.",
        asked_by=selection.staff,
        asked_at=asked,
        due_at=asked + timedelta(days=10),
        closed_at=asked + timedelta(days=4),
    )
    [row] = client.get(at("call", selection.call.slug), {"format": "json"}).json()["results"]
    assert row["days"] == 5


def test_only_who_runs_the_call_sees_its_selection(client) -> None:
    selection = assessed_call(1, 1)
    elsewhere = AppointmentFactory(role=Role.REGIONAL_STAFF, district=None, region=RegionFactory(nuts="ITC4")).user
    facilitator = AppointmentFactory(district=selection.district).user
    for person in (elsewhere, facilitator, selection.evaluators[0], lead_owner(selection.first)):
        client.force_login(person)
        assert client.get(at("call", selection.call.slug)).status_code == 403
        assert client.get(of(selection, "proposal")).status_code == 404


def test_a_second_tier_call_is_run_by_its_actuator(client) -> None:
    actuator = OrganisationFactory()
    first = CallFactory(tier="actuators")
    selection = assessed_call(1, 0, tier="networks", first_tier=first, actuator=actuator)
    facilitator = AppointmentFactory(district=selection.district).user
    MembershipFactory(organisation=actuator, user=facilitator)
    client.force_login(facilitator)
    assert client.get(at("overview")).status_code == 200
    code = admissibility_of(selection.call)[0].code
    answer = client.post(of(selection, "checks_save", "formal"), {f"formal-finding_{code}": "met"})
    assert answer.status_code == 302
    assert selection.first.checks.get().by == facilitator


def test_the_proposal_is_read_as_it_was_sent_whatever_the_network_says_now(client, staff) -> None:
    selection = staff(assessed_call(1, 0, concepts=[ConceptFactory(name_en="Sensors")]))
    network = selection.first.network
    type(network).objects.update(title="Another title", idea="Another idea")
    page = client.get(of(selection, "reading")).content.decode()
    assert "A disposable line with sensors." in page
    assert "Sensors" in page
    assert "Prototype" in page
    assert "Another idea" not in page
    assert client.get(of(selection, "attachment", "0" * 64)).status_code == 404


def test_documents_are_downloaded_as_they_were_sent_also_by_who_evaluates(client, staff) -> None:
    selection = staff(assessed_call(1, 2, state=S.ADMITTED, attachment=b"%PDF-1.7 plan"))
    document = selection.first.network.attachments.get()
    document.removed_at = timezone.now()
    document.save()
    answer = client.get(of(selection, "attachment", document.sha256))
    assert b"".join(answer) == b"%PDF-1.7 plan"
    row = assigned(selection.first, selection.evaluators[0], declared=None)
    client.force_login(row.evaluator)
    assert client.get(at("evaluation_attachment", row.pk, document.sha256)).status_code == 403
    type(row).objects.update(declared="none", declared_at=timezone.now())
    assert document.title in client.get(at("evaluation_reading", row.pk)).content.decode()
    assert b"".join(client.get(at("evaluation_attachment", row.pk, document.sha256))) == b"%PDF-1.7 plan"
    client.force_login(selection.evaluators[1])
    assert client.get(at("evaluation_attachment", row.pk, document.sha256)).status_code == 404


def test_checklists_are_filled_in_line_by_line_and_a_line_without_its_reason_is_asked_for(client, staff) -> None:
    selection = staff(assessed_call(1, 0))
    codes = [item.code for item in admissibility_of(selection.call) if item.stage == "formal"]
    answer = client.post(of(selection, "checks_save", "formal"), {f"formal-finding_{codes[0]}": "not_met"})
    assert answer.status_code == 422
    assert "Say why this is not met" in answer.content.decode()
    given = {f"formal-finding_{code}": "met" for code in codes[:2]}
    assert client.post(of(selection, "checks_save", "formal"), given).status_code == 302
    assert selection.first.checks.count() == 2
    assert client.get(of(selection, "checks")).status_code == 200
    assert client.post(of(selection, "checks_save", "other")).status_code == 404


def test_the_way_of_a_proposal_through_admissibility(client, staff) -> None:
    selection = staff(assessed_call(1, 1))
    checked(selection.first, selection.staff, complete="curable", costs="curable")
    page = client.get(of(selection, "integration")).content.decode()
    assert REASON in page
    day = (timezone.localdate() + timedelta(days=5)).isoformat()
    given = {"sections": ["attachments"], "text": "Add the annex.", "answer_by": day}
    assert client.post(of(selection, "integration"), given | {"sections": ["nonsense"]}).status_code == 422
    assert client.post(of(selection, "integration"), given | {"answer_by": "2020-01-01"}).status_code == 422
    assert client.post(of(selection, "integration"), given).status_code == 302
    assert "Waiting for the answer" in client.get(of(selection, "proposal")).content.decode()
    assert client.post(of(selection, "admit")).status_code == 409
    IntegrationRound.objects.update(closed_at=timezone.now())
    type(selection.first).objects.update(state=S.RECEIVED)
    checked(selection.first, selection.staff)
    assert client.get(of(selection, "admit")).status_code == 200
    assert client.post(of(selection, "admit")).status_code == 302
    for name in ("proposal", "checks", "candidates"):
        assert client.get(of(selection, name)).status_code == 200


def test_the_network_answers_an_announced_rejection(client, staff) -> None:
    selection = staff(assessed_call(1, 0, rules=ANNOUNCES))
    owner = lead_owner(selection.first)
    checked(selection.first, selection.staff, complete="not_met")
    assert client.post(of(selection, "announce"), {"reason": ""}).status_code == 422
    assert client.post(of(selection, "announce"), {"reason": REASON}).status_code == 302
    mine = at("rejection", selection.first.network_id)
    client.force_login(owner)
    assert REASON in client.get(mine).content.decode()
    assert client.post(f"{mine}answer/", {"text": ""}).status_code == 422
    assert client.post(f"{mine}answer/", {"text": "See page 3."}).status_code == 302
    assert client.post(f"{mine}answer/", {"text": "And page 4."}).status_code == 409
    staff(selection)
    assert "See page 3." in client.get(of(selection, "proposal")).content.decode()
    assert client.get(of(selection, "reject")).status_code == 200
    assert client.post(of(selection, "reject"), {"reason": REASON}).status_code == 302


def test_nobody_else_reads_an_announced_rejection(client) -> None:
    selection = assessed_call(1, 1, rules=ANNOUNCES)
    checked(selection.first, selection.staff, complete="not_met")
    rejections.announce_rejection(selection.first, reason=REASON, actor=selection.staff, moment=timezone.now())
    client.force_login(selection.evaluators[0])
    assert client.get(at("rejection", selection.first.network_id)).status_code == 404


# --- Assignment ----------------------------------------------------------------------------------------------------


def test_evaluators_are_assigned_one_by_one_and_taken_back(client, staff) -> None:
    selection = staff(assessed_call(1, 2, state=S.ADMITTED))
    person = selection.evaluators[0]
    assert client.post(of(selection, "assign"), {"evaluator": ""}).status_code == 422
    assert client.post(of(selection, "assign"), {"evaluator": person.pk}).status_code == 302
    row = selection.first.assignments.get()
    assert client.post(of(selection, "remind", row.pk)).status_code == 302
    assert client.get(of(selection, "revoke", row.pk)).status_code == 200
    assert client.post(of(selection, "revoke", row.pk), {"reason": "Ill."}).status_code == 302
    assert "Taken back" in client.get(of(selection, "candidates")).content.decode()


def test_the_whole_call_is_assigned_after_a_look_at_the_plan(client, staff) -> None:
    selection = staff(assessed_call(3, 3, state=S.ADMITTED))
    page = client.get(at("assign_all", selection.call.slug))
    digest = page.context["form"].initial["digest"]
    assert client.post(at("assign_all", selection.call.slug), {"digest": ""}).status_code == 422
    assert client.post(at("assign_all", selection.call.slug), {"digest": "other"}).status_code == 409
    assert client.post(at("assign_all", selection.call.slug), {"digest": digest}).status_code == 302
    assert [row.assignments.count() for row in selection.assessments] == [2, 2, 2]
    assert client.get(at("evaluators", selection.call.slug)).status_code == 200


# --- Evaluators ----------------------------------------------------------------------------------------------------


def scores_of(selection, points="5", version="0") -> dict[str, str]:
    given = {}
    for criterion in criteria_of(selection.call).criteria:
        given |= {
            f"points_{criterion.code}": points,
            f"reason_{criterion.code}": TEXT,
            f"version_{criterion.code}": version,
        }
    return given


def test_before_the_declaration_only_title_and_partners_are_read(client) -> None:
    selection = assessed_call(1, 1, state=S.ADMITTED)
    row = assigned(selection.first, selection.evaluators[0], declared=None)
    client.force_login(row.evaluator)
    page = client.get(at("evaluation", row.pk)).content.decode()
    assert selection.first.network.title in page
    assert "A disposable line" not in page
    assert client.get(at("evaluation_reading", row.pk)).status_code == 403
    assert client.post(at("scores", row.pk), scores_of(selection)).status_code == 409
    assert client.post(at("declare", row.pk), {}).status_code == 422
    assert client.post(at("declare", row.pk), {"declared": "conflict"}).status_code == 422
    assert client.post(at("declare", row.pk), {"declared": "none"}).status_code == 302
    assert "A disposable line" in client.get(at("evaluation_reading", row.pk)).content.decode()


def test_scores_are_saved_looked_at_and_handed_in(client) -> None:
    selection = assessed_call(1, 1, state=S.ADMITTED)
    row = assigned(selection.first, selection.evaluators[0])
    client.force_login(row.evaluator)
    assert client.post(at("scores", row.pk), scores_of(selection, "5.25")).status_code == 422
    assert client.post(at("scores", row.pk), scores_of(selection, "5,5")).status_code == 302
    assert client.post(at("scores", row.pk), scores_of(selection, "6", "1") | {"check": "1"})["Location"] == at(
        "hand_in", row.pk
    )
    stale = client.post(at("scores", row.pk), scores_of(selection, "7", "1"))
    assert stale.status_code == 409
    assert 'value="7"' in stale.content.decode()
    assert client.get(at("hand_in", row.pk)).status_code == 200
    assert client.post(at("hand_in", row.pk)).status_code == 302
    assert client.post(at("hand_in", row.pk)).status_code == 409
    assert client.post(at("scores", row.pk), scores_of(selection, "8", "2")).status_code == 409
    assert set(Score.objects.values_list("points", flat=True)) == {6}
    assert "30.00 / 100" in client.get(at("evaluation", row.pk)).content.decode()


@pytest.mark.parametrize("ended", [{"revoked_at": timezone.now()}, {"submitted_at": timezone.now()}])
def test_what_was_typed_for_a_proposal_that_is_not_to_be_scored_any_more_is_shown_not_lost(client, ended) -> None:
    selection = assessed_call(1, 1, state=S.ADMITTED)
    row = assigned(selection.first, selection.evaluators[0])
    client.force_login(row.evaluator)
    type(row).objects.filter(pk=row.pk).update(**ended)
    answer = client.post(at("scores", row.pk), scores_of(selection))
    page = answer.content.decode()
    assert answer.status_code == 409 and "What you typed" in page and page.count(TEXT) == 5
    assert not Score.objects.exists()


@pytest.mark.parametrize("query", [{}, {"format": "json"}, {"format": "csv"}])
def test_the_others_scores_are_read_only_after_ones_own_are_handed_in_and_without_names(client, query) -> None:
    selection = assessed_call(1, 2, state=S.ADMITTED)
    mine = assigned(selection.first, selection.evaluators[0])
    other = assigned(selection.first, selection.evaluators[1], number=2, points=[7, 7, 7, 7, 7], submitted=True)
    client.force_login(mine.evaluator)
    for address in (at("others", mine.pk), at("evaluation", mine.pk), at("evaluation_reading", mine.pk)):
        answer = client.get(address, query)
        text = b"".join(answer).decode()
        assert "7.00" not in text
        assert str(other.evaluator) not in text
    assert client.get(at("others", mine.pk), query).status_code == 403
    assert client.get(at("others", other.pk), query).status_code == 404
    client.post(at("scores", mine.pk), scores_of(selection))
    client.post(at("hand_in", mine.pk))
    answer = client.get(at("others", mine.pk), query)
    text = b"".join(answer).decode()
    assert "7.00" in text
    assert str(other.evaluator) not in text
    assert other.evaluator.email not in text


def test_staff_who_evaluate_too_read_no_scores_before_their_own(client, staff) -> None:
    selection = staff(assessed_call(1, 1, state=S.ADMITTED))
    assigned(selection.first, selection.evaluators[0], points=[7, 7, 7, 7, 7], submitted=True)
    pages = [of(selection, name) for name in ("proposal", "candidates")]
    assert "7.00" in client.get(pages[0]).content.decode()
    assigned(selection.first, selection.staff, number=2)
    assert all("7.00" not in client.get(page).content.decode() for page in pages)


def test_a_conflict_that_was_declared_closes_the_proposal(client) -> None:
    selection = assessed_call(1, 1, state=S.ADMITTED)
    row = assigned(selection.first, selection.evaluators[0], declared=None)
    client.force_login(row.evaluator)
    client.post(at("declare", row.pk), {"declared": "conflict", "note": "My brother works there."})
    assert client.get(at("evaluation", row.pk)).status_code == 200
    assert client.get(at("evaluation_reading", row.pk)).status_code == 403
    assert client.get(at("evaluations"), {"format": "json"}).json()["results"] == []
    assert client.get(at("evaluations"), {"format": "json", "show": "ended"}).json()["count"] == 1


def test_my_evaluations_are_mine(client) -> None:
    selection = assessed_call(2, 2, state=S.ADMITTED)
    day = timezone.localdate()
    for place, assessment in enumerate(selection.assessments):
        assigned(assessment, selection.evaluators[0], declared=None, due_on=day + timedelta(days=9 - place))
    assigned(selection.first, selection.evaluators[1], number=2)
    client.force_login(selection.evaluators[0])
    titles = [row["title"] for row in json.loads(client.get(at("evaluations"), {"format": "json"}).content)["results"]]
    assert titles == [assessment.network.title for assessment in reversed(selection.assessments)]
    assert client.get(at("evaluations")).status_code == 200
    assert client.get(reverse("desk")).status_code == 200
    assert [task.action for task in tasks_for(selection.evaluators[0], timezone.now())] == ["Declare", "Declare"]


def test_a_profile_says_what_an_evaluator_knows(client) -> None:
    concept = ConceptFactory()
    person = assessed_call(0, 1).evaluators[0]
    client.force_login(person)
    assert client.post(at("profile"), {"capacity": "0"}).status_code == 422
    assert client.post(at("profile"), {"capacity": "7", "expertise": [concept.pk]}).status_code == 302
    assert list(person.evaluator_profile.expertise.all()) == [concept]


def test_the_reason_of_a_rejection_is_shown_as_it_will_be_published(client) -> None:
    selection = assessed_call(1, 1)
    checked(selection.first, selection.staff, complete="not_met")
    client.force_login(selection.staff)
    address = reverse("assessment:reject", args=[selection.call.slug, selection.first.network_id])
    text = client.get(address).content.decode()
    assert "It is published with the ranking" in text
    assert "Not met: “" in text
    long = f"{'The annex is missing. ' * 20}Page 9."
    preview = client.post(address, {"reason": long, "preview": "1"})
    assert (preview.status_code, preview.content.decode().count("Page 9.")) == (200, 1)  # typed, and cut as published
    selection.first.refresh_from_db()
    assert selection.first.state == "received"
    assert client.post(address, {"reason": long}).status_code == 302
