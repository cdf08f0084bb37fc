"""Who evaluates what: ties, one by one, the whole call, declarations."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment.models import Assignment, EvaluatorProfile, JournalEntry
from assessment.operations import assignment, declarations
from assessment.operations.ties import ties_of
from assessment.rules.assigning import Able, Wanted, assign
from assessment.states import AssessmentState, Conflict
from district_portal.shared.errors import DomainError
from enterprises.models import Organisation
from projects.models import Decision, Helper
from projects.states import HelperState, NetworkState
from tests.factories.assessment import assessed_call, assigned, make_evaluators
from tests.factories.enterprises import CompetenceFactory, ConceptFactory, MembershipFactory, OrganisationFactory
from tests.projects.people import lead_of, told

pytestmark = pytest.mark.django_db
S = AssessmentState


def admitted(proposals=1, evaluators=2, **more):
    return assessed_call(proposals, evaluators, state=S.ADMITTED, **more)


def give(selection, evaluator, assessment=None, **more):
    return assignment.assign_evaluator(
        assessment or selection.first,
        evaluator=evaluator,
        due_on=more.get("due_on"),
        actor=more.get("actor", selection.staff),
        moment=timezone.now(),
    )


def partner_of(selection) -> Organisation:
    return selection.first.network.partners.get().organisation


def tie(selection, person, how) -> None:
    """One of the ties that the portal knows of."""
    network, organisation = selection.first.network, partner_of(selection)
    yesterday = timezone.localdate() - timedelta(days=1)
    match how:
        case "member":
            MembershipFactory(organisation=organisation, user=person)
        case "was_member":
            MembershipFactory(organisation=organisation, user=person, valid_from=yesterday, valid_to=yesterday)
        case "group":
            Organisation.objects.filter(pk=organisation.pk).update(group="Gruppo  Blu")
            MembershipFactory(organisation=OrganisationFactory(group="gruppo blu"), user=person)
        case "helper":
            Helper.objects.create(network=network, user=person, state=HelperState.ENDED)
        case "decided":
            Decision.objects.create(network=network, actor=person, to_state=NetworkState.CHANGES_REQUESTED)


KINDS = ["member", "was_member", "group", "helper", "decided"]


@pytest.mark.parametrize("how", KINDS)
def test_who_has_a_known_tie_is_shown_with_it_and_cannot_be_assigned(how) -> None:
    selection = admitted()
    person, other = selection.evaluators
    tie(selection, person, how)
    found = assignment.candidates_for(selection.first)
    assert [(each.user, [tie.kind for tie in each.ties]) for each in found] == [(other, []), (person, [how])]
    with pytest.raises(DomainError, match="cannot evaluate it"):
        give(selection, person)
    assert not Assignment.objects.exists()


def test_organisations_without_a_group_are_not_of_the_same_one() -> None:
    selection = admitted()
    MembershipFactory(organisation=OrganisationFactory(), user=selection.evaluators[0])
    assert ties_of([selection.evaluators[0].pk], [selection.first.network_id]) == {}


def test_who_knows_more_of_the_proposal_comes_first_then_who_has_less_to_do() -> None:
    sensors, quality = ConceptFactory.create_batch(2)
    selection = admitted(2, 2, concepts=[sensors])
    busy, idle = selection.evaluators
    expert = make_evaluators(1, selection.district, [sensors, quality])[0]
    assigned(selection.assessments[1], busy, declared=None)
    found = assignment.candidates_for(selection.first)
    assert [(each.user, each.known, each.load) for each in found] == [
        (expert, (sensors.code,), 0),
        (idle, (), 0),
        (busy, (), 1),
    ]


def test_an_assignment_is_told_and_written_down() -> None:
    selection = admitted()
    person = selection.evaluators[0]
    row = give(selection, person)
    assert told("assessment/evaluator_assigned") == {person.email}
    assert JournalEntry.objects.get().data["evaluator"] == row.evaluator_id
    with pytest.raises(DomainError, match="already"):
        give(selection, person)


def test_only_appointed_evaluators_of_the_region_are_assigned() -> None:
    selection = admitted()
    with pytest.raises(DomainError, match="not appointed"):
        give(selection, selection.staff)


def test_only_proposals_in_evaluation_have_evaluators() -> None:
    selection = assessed_call(1, 2)
    for state in [state for state in S if state != S.ADMITTED]:
        type(selection.first).objects.update(state=state)
        with pytest.raises(DomainError, match="Only proposals in evaluation"):
            give(selection, selection.evaluators[0])
        assert assignment.plan_assignments(selection.call).plan.choices == ()


def test_what_was_taken_back_can_be_assigned_again_and_has_to_be_declared_again() -> None:
    selection = admitted()
    person = selection.evaluators[0]
    row = assigned(selection.first, person)
    assignment.revoke_assignment(row, reason="Ill.", actor=selection.staff, moment=timezone.now())
    assert told("assessment/assignment_revoked") == {person.email}
    again = give(selection, person)
    assert (again.pk, again.declared, again.stands) == (row.pk, None, True)


def test_reminders_go_out_once_a_day_and_only_where_something_waits() -> None:
    selection = admitted()
    row = assigned(selection.first, selection.evaluators[0], declared=None)
    for _time in range(2):
        assignment.remind_evaluator(row, actor=selection.staff, moment=timezone.now())
    assert told("assessment/assignment_reminder") == {selection.evaluators[0].email}
    done = assigned(selection.first, selection.evaluators[1], number=2, points=[1, 1, 1, 1, 1], submitted=True)
    with pytest.raises(DomainError, match="Nothing waits"):
        assignment.remind_evaluator(done, actor=selection.staff, moment=timezone.now())


# --- The whole call ------------------------------------------------------------------------------------------------


def test_a_plan_balances_the_load_and_is_the_same_whatever_the_order() -> None:
    wanted = [Wanted(key, 2, frozenset({"a"} if key % 2 else {"b"})) for key in range(10)]
    able = [Able(key, frozenset("a" if key < 2 else "b"), 20) for key in range(4)]
    barred = {(0, 2), (1, 0)}
    plan = assign(wanted, able, barred)
    loads = {key: sum(choice.evaluator == key for choice in plan.choices) for key in range(4)}
    assert loads == dict.fromkeys(range(4), 5)
    assert not {(choice.proposal, choice.evaluator) for choice in plan.choices} & barred
    assert sum(bool(choice.known) for choice in plan.choices) >= 18
    assert assign(wanted[::-1], able[::-1], list(barred)).digest == plan.digest


def test_a_plan_keeps_to_capacities_and_says_what_it_cannot_fill() -> None:
    plan = assign(
        [Wanted(key, 2, frozenset()) for key in range(3)], [Able(1, frozenset(), 2), Able(2, frozenset(), 9)], []
    )
    assert len(plan.choices) == 5
    assert sum(plan.short.values()) == 1


def test_proposals_that_few_can_evaluate_come_first() -> None:
    """Evaluator 1 is the only one for proposal 9: proposal 1 does not use up their one place."""
    able = [Able(1, frozenset("a"), 1), Able(2, frozenset(), 5)]
    plan = assign([Wanted(1, 1, frozenset("a")), Wanted(9, 1, frozenset())], able, {(9, 2)})
    assert [(choice.proposal, choice.evaluator) for choice in plan.choices] == [(1, 2), (9, 1)]


def test_the_whole_call_is_assigned_as_it_was_looked_at() -> None:
    selection = admitted(4, 3)
    tie(selection, selection.evaluators[0], "member")
    plan = assignment.plan_assignments(selection.call).plan
    made = assignment.assign_all(
        selection.call, digest=plan.digest, due_on=None, actor=selection.staff, moment=timezone.now()
    )
    assert len(made) == 8
    assert not selection.first.assignments.filter(evaluator=selection.evaluators[0]).exists()
    assert sorted(selection.first.assignments.values_list("number", flat=True)) == [1, 2]
    assert told("assessment/evaluators_assigned") == {person.email for person in selection.evaluators}
    assert JournalEntry.objects.get(kind="assign_all").data["digest"] == plan.digest
    written = JournalEntry.objects.filter(kind="assign").values_list("assessment", "data__evaluator")
    assert set(written) == {(row.assessment_id, row.evaluator_id) for row in made}
    assert assignment.plan_assignments(selection.call).plan.choices == ()


def test_a_plan_that_has_changed_meanwhile_is_refused() -> None:
    selection = admitted(4, 3)
    plan = assignment.plan_assignments(selection.call).plan
    give(selection, selection.evaluators[0])
    with pytest.raises(DomainError, match="changed since"):
        assignment.assign_all(
            selection.call, digest=plan.digest, due_on=None, actor=selection.staff, moment=timezone.now()
        )
    assert Assignment.objects.count() == 1


def test_a_plan_asks_for_as_many_evaluators_as_the_call() -> None:
    selection = admitted(1, 4, rules={"selection": {"evaluators": 3, "integration_days": 10}})
    assert len(assignment.plan_assignments(selection.call).plan.choices) == 3


def test_a_plan_takes_the_same_number_of_queries_for_any_number_of_proposals() -> None:
    counts = []
    for number in (1, 30):
        selection = admitted(number, 6, concepts=[ConceptFactory()])
        with CaptureQueriesContext(
            connection,
        ) as queries:
            plan = assignment.plan_assignments(selection.call).plan
            assignment.assign_all(
                selection.call, digest=plan.digest, due_on=None, actor=selection.staff, moment=timezone.now()
            )
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- Declarations --------------------------------------------------------------------------------------------------


def test_no_conflict_opens_the_proposal_and_a_conflict_ends_the_assignment() -> None:
    selection = admitted()
    free, bound = (
        assigned(selection.first, person, number=number, declared=None)
        for number, person in enumerate(selection.evaluators, 1)
    )
    opened = declarations.declare(free, conflict=False, note="", actor=selection.evaluators[0])
    ended = declarations.declare(bound, conflict=True, note="My brother.", actor=selection.evaluators[1])
    assert (opened.declared, opened.stands) == (Conflict.NONE, True)
    assert (ended.declared, ended.stands, ended.conflict_note) == (Conflict.CONFLICT, False, "My brother.")
    assert told("assessment/conflict_declared") == {selection.staff.email}


def test_who_declared_a_conflict_is_not_assigned_again_and_a_replacement_is() -> None:
    selection = admitted(1, 3)
    row = assigned(selection.first, selection.evaluators[0], declared=None)
    declarations.declare(row, conflict=True, note="My brother.", actor=row.evaluator)
    with pytest.raises(DomainError, match="declared a conflict"):
        give(selection, selection.evaluators[0])
    chosen = {choice.evaluator for choice in assignment.plan_assignments(selection.call).plan.choices}
    assert chosen == {person.pk for person in selection.evaluators[1:]}


@pytest.mark.parametrize("conflict", [True, False])
def test_one_declaration_by_the_evaluator_alone(conflict) -> None:
    selection = admitted()
    row = assigned(selection.first, selection.evaluators[0], declared=None)
    with pytest.raises(DomainError, match="not appointed"):
        declarations.declare(row, conflict=conflict, note="", actor=selection.evaluators[1])
    declarations.declare(row, conflict=conflict, note="x", actor=selection.evaluators[0])
    with pytest.raises(DomainError):
        declarations.declare(row, conflict=not conflict, note="x", actor=selection.evaluators[0])
    row.refresh_from_db()
    assert row.declared == (Conflict.CONFLICT if conflict else Conflict.NONE)


def test_a_declaration_against_a_known_tie_ends_the_assignment() -> None:
    selection = admitted()
    row = assigned(selection.first, selection.evaluators[0], declared=None)
    tie(selection, selection.evaluators[0], "member")
    with pytest.raises(DomainError, match="have a tie"):
        declarations.declare(row, conflict=False, note="", actor=selection.evaluators[0])
    row.refresh_from_db()
    assert (row.declared, row.stands) == (None, False)
    assert told("assessment/tie_found") == {selection.staff.email}


def test_a_profile_counts_and_without_one_the_usual_capacity_does() -> None:
    selection = admitted(3, 1)
    EvaluatorProfile.objects.update(capacity=2)
    assert len(assignment.plan_assignments(selection.call).plan.choices) == 2
    EvaluatorProfile.objects.all().delete()
    assert len(assignment.plan_assignments(selection.call).plan.choices) == 3


def test_a_proposal_that_names_no_needs_is_matched_by_what_its_partners_show_with_their_name() -> None:
    selection = assessed_call(1, 2, state=AssessmentState.ADMITTED)
    known, secret = ConceptFactory(), ConceptFactory()
    first, second = selection.evaluators
    first.evaluator_profile.expertise.add(secret)
    second.evaluator_profile.expertise.add(known)
    lead = lead_of(selection.first.network)
    CompetenceFactory(organisation=lead, concept=known, direction="offers", level=1)
    CompetenceFactory(organisation=lead, concept=secret, direction="offers", level=3)
    assert [(each.user, each.known) for each in assignment.candidates_for(selection.first)] == [
        (second, (known.code,)),
        (first, ()),
    ]
