"""Who evaluates which proposal: chosen one by one, or for the whole call at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment import permissions
from assessment.models import Assessment, Assignment, EvaluatorProfile, JournalEntry
from assessment.notifications import evaluators as notifications
from assessment.operations import journal
from assessment.operations.admissibility import check_over, hold
from assessment.operations.ties import Tie, tie_between, ties_of
from assessment.rules.assigning import Able, Plan, Wanted, assign
from assessment.states import AssessmentState, Conflict
from calls.models import Call
from calls.procedure import procedure_of
from district_portal.accounts.models import Appointment, Role, User
from district_portal.shared.errors import DomainError
from enterprises.models import Competence
from projects.models import Partner

CAPACITY = EvaluatorProfile._meta.get_field("capacity").default
BATCH = 1000


@dataclass(frozen=True)
class Candidate:
    """An evaluator for one proposal: why not (`ties`), what they know of it, and what waits for them."""

    user: User
    ties: tuple[Tie, ...]
    known: tuple[str, ...]
    """Codes of competences that the proposal needs."""
    load: int
    capacity: int

    @property
    def full(self) -> bool:
        return self.load >= self.capacity


def evaluators_of(call: Call) -> QuerySet[User]:
    """People appointed as evaluators in the region of the call's programme."""
    offices = Appointment.objects.current().filter(role=Role.EVALUATOR, region=call.programme.region_id)
    return User.objects.filter(pk__in=offices.values("user"), is_active=True).order_by(
        "family_name", "given_name", "pk"
    )


def loads_of(users: Iterable[int]) -> dict[int, int]:
    """How many proposals wait for each, over all calls."""
    rows = Assignment.objects.waiting().filter(evaluator__in=list(users)).order_by().values_list("evaluator")
    return dict(rows.annotate(n=Count("pk")))


def able_of(users: Iterable[int]) -> list[Able]:
    """Expertise, capacity and load of evaluators, in three queries."""
    people = list(users)
    loads = loads_of(people)
    capacities = dict(EvaluatorProfile.objects.filter(user__in=people).values_list("user", "capacity"))
    links = EvaluatorProfile.expertise.through.objects.filter(evaluatorprofile__user__in=people)
    knows: dict[int, set[str]] = {}
    for user, code in links.values_list("evaluatorprofile__user", "concept__code"):
        knows.setdefault(user, set()).add(code)
    return [
        Able(user, frozenset(knows.get(user, ())), capacities.get(user, CAPACITY), loads.get(user, 0))
        for user in people
    ]


def needs_of(assessments: QuerySet[Assessment]) -> dict[int, frozenset[str]]:
    """Codes of the competences that proposals need, as they were sent, by the assessment's id; in two queries.

    A proposal that states no needs is about what its partners offer: only what they show with their name.
    """
    rows = assessments.order_by().values_list("pk", "submission__version__content__coverage")
    needs = {pk: frozenset(need["concept"] for need in coverage or () if need["concept"]) for pk, coverage in rows}
    silent = [pk for pk, concepts in needs.items() if not concepts]
    offered: dict[int, set[str]] = {}
    if silent:
        members = Partner.objects.members().filter(network__assessment__in=silent).order_by()
        shown = members.filter(
            organisation__listed=True,
            organisation__competences__direction=Competence.Direction.OFFERS,
            organisation__competences__level=Competence.Level.PUBLIC,
        )
        for pk, code in shown.values_list("network__assessment", "organisation__competences__concept__code"):
            offered.setdefault(pk, set()).add(code)
    return {pk: concepts or frozenset(offered.get(pk, ())) for pk, concepts in needs.items()}


def candidates_for(assessment: Assessment) -> list[Candidate]:
    """Every evaluator of the region who does not have the proposal: those without ties first, then who knows more of
    it, then who has less to do."""
    taken = assessment.assignments.standing().values("evaluator")
    users = {user.pk: user for user in evaluators_of(assessment.network.call).exclude(pk__in=taken)}
    ties = ties_of(users, [assessment.network_id])
    needs = needs_of(Assessment.objects.filter(pk=assessment.pk))[assessment.pk]
    found = [
        Candidate(
            users[able.key],
            tuple(ties.get((able.key, assessment.network_id), ())),
            tuple(sorted(able.concepts & needs)),
            able.load,
            able.capacity,
        )
        for able in able_of(users)
    ]
    places = {user: place for place, user in enumerate(users)}
    return sorted(found, key=lambda each: (bool(each.ties), -len(each.known), each.load, places[each.user.pk]))


@transaction.atomic
def assign_evaluator(
    assessment: Assessment, *, evaluator: User, due_on: date | None, actor: User, moment: datetime
) -> Assignment:
    """Give the proposal to one evaluator, also again after it was taken back.

    Raises `DomainError` for a known tie, a declared conflict, who has it already, and a proposal that is not in
    evaluation.
    """
    assessment = hold(assessment, actor=actor, moment=moment)
    _check_in_evaluation(assessment)
    if not evaluators_of(assessment.network.call).filter(pk=evaluator.pk).exists():
        raise DomainError(_("%(name)s is not appointed as an evaluator of this region.") % {"name": evaluator})
    if tie := tie_between(evaluator.pk, assessment.network_id):
        raise DomainError(_("%(name)s cannot evaluate it: %(tie)s.") % {"name": evaluator, "tie": tie})
    row = assessment.assignments.filter(evaluator=evaluator).first()
    if row is not None and row.declared == Conflict.CONFLICT:
        raise DomainError(_("%(name)s has declared a conflict of interest.") % {"name": evaluator})
    if row is not None and row.stands:
        raise DomainError(_("%(name)s has this proposal already.") % {"name": evaluator})
    if row is not None and row.submitted_at is not None:
        raise DomainError(_("%(name)s has handed in scores that were taken back.") % {"name": evaluator})
    if row is None:
        last = assessment.assignments.aggregate(last=Max("number"))["last"] or 0
        row = Assignment(assessment=assessment, evaluator=evaluator, number=last + 1)
    row.assigned_by, row.assigned_at, row.due_on = actor, timezone.now(), due_on
    row.declared = row.declared_at = row.revoked_at = None
    row.save()
    journal.write(assessment.network.call, "assign", actor=actor, assessment=assessment, **_data(row))
    notifications.evaluator_assigned(row)
    return row


@transaction.atomic
def revoke_assignment(assignment: Assignment, *, reason: str, actor: User, moment: datetime) -> Assignment:
    """Take a proposal back from an evaluator; scores that were handed in count no more. Raises `DomainError`."""
    assessment = hold(assignment.assessment, actor=actor, moment=moment)
    _check_in_evaluation(assessment)
    row = Assignment.objects.select_for_update().get(pk=assignment.pk)
    if not row.stands:
        raise DomainError(_("This assignment has ended already."))
    row.revoked_at = timezone.now()
    row.save(update_fields=["revoked_at"])
    journal.write(
        assessment.network.call,
        "revoke",
        actor=actor,
        assessment=assessment,
        reason=reason,
        **_data(row),
        handed_in=row.submitted_at is not None,
    )
    notifications.assignment_revoked(row)
    return row


@transaction.atomic
def remind_evaluator(assignment: Assignment, *, actor: User, moment: datetime) -> Assignment:
    """Remind an evaluator, once a day at most. Raises `DomainError` when nothing waits."""
    assessment = hold(assignment.assessment, actor=actor, moment=moment)
    row = Assignment.objects.select_for_update().get(pk=assignment.pk)
    if not row.stands or row.submitted_at is not None or assessment.state != AssessmentState.ADMITTED:
        raise DomainError(_("Nothing waits for this evaluator here."))
    journal.write(assessment.network.call, "remind", actor=actor, assessment=assessment, **_data(row))
    notifications.assignment_reminder(row, day=timezone.localdate(moment))
    return row


# --- The whole call ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Planned:
    """What would be assigned, and who the numbers in it are."""

    plan: Plan
    wanted: list[Wanted]
    able: list[Able]
    barred: int
    """Pairs of proposal and evaluator that a known tie keeps apart."""


def plan_assignments(call: Call) -> Planned:
    """Evaluators for every proposal in evaluation that has fewer than the call asks for. Changes nothing.

    In twelve queries at any number of proposals.
    """
    rows = Assessment.objects.filter(network__call=call, state=AssessmentState.ADMITTED)
    networks = dict(rows.order_by("pk").values_list("pk", "network"))
    needs = needs_of(rows)
    taken: dict[int, set[int]] = {}
    standing: dict[int, int] = {}
    held = Assignment.objects.filter(assessment__in=rows.order_by().values("pk"))
    for pk, user, revoked, declared in held.values_list("assessment", "evaluator", "revoked_at", "declared"):
        taken.setdefault(pk, set()).add(user)
        if revoked is None and declared != Conflict.CONFLICT:
            standing[pk] = standing.get(pk, 0) + 1
    each = procedure_of(call).evaluators
    wanted = [
        Wanted(pk, each - standing.get(pk, 0), needs[pk], frozenset(taken.get(pk, ())))
        for pk in networks
        if standing.get(pk, 0) < each
    ]
    able = able_of(evaluators_of(call).values_list("pk", flat=True))
    ties = ties_of([person.key for person in able], set(networks.values()))
    by_network = {network: pk for pk, network in networks.items()}
    barred = {(by_network[network], user) for user, network in ties}
    return Planned(assign(wanted, able, barred), wanted, able, len(barred))


@transaction.atomic
def assign_all(call: Call, *, digest: str, due_on: date | None, actor: User, moment: datetime) -> list[Assignment]:
    """Carry out the plan that was looked at (`Plan.digest`), each evaluator with one message.

    Raises `DomainError` when something has changed since, so that the plan would be another one. The person who does it
    may be too close to some of the networks: the plan is computed, nobody chooses.
    """
    check_over(call, moment)
    if not permissions.can_run_selection(actor, call):
        raise DomainError(_("You do not run this selection any more."))
    rows = Assessment.objects.filter(network__call=call, state=AssessmentState.ADMITTED)
    list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    planned = plan_assignments(call)
    if planned.plan.digest != digest:
        raise DomainError(_("Something has changed since you looked at this plan. Look at the new one."))
    made = _insert(call, planned, due_on, actor)
    notifications.evaluators_assigned(call, made)
    return made


def _insert(call: Call, planned: Planned, due_on: date | None, actor: User) -> list[Assignment]:
    proposals = {each.key for each in planned.wanted}
    lasts = Assignment.objects.filter(assessment__in=proposals).order_by().values_list("assessment")
    numbers = dict(lasts.annotate(last=Max("number")))
    now, made = timezone.now(), []
    for choice in planned.plan.choices:
        numbers[choice.proposal] = numbers.get(choice.proposal, 0) + 1
        made.append(
            Assignment(
                assessment_id=choice.proposal,
                evaluator_id=choice.evaluator,
                number=numbers[choice.proposal],
                assigned_by=actor,
                assigned_at=now,
                due_on=due_on,
            )
        )
    made = Assignment.objects.bulk_create(made, batch_size=BATCH)
    journal.write(
        call,
        "assign_all",
        actor=actor,
        digest=planned.plan.digest,
        due_on=due_on.isoformat() if due_on else None,
        fair=planned.plan.fair,
        short={str(key): number for key, number in planned.plan.short.items()},
        able=[[each.key, sorted(each.concepts), each.capacity, each.load] for each in planned.able],
    )
    entries = []
    for row in made:
        entry = journal.entry(call, "assign", actor=actor, **_data(row))
        entry.assessment_id = row.assessment_id
        entries.append(entry)
    JournalEntry.objects.bulk_create(entries, batch_size=BATCH)
    return made


def _check_in_evaluation(assessment: Assessment) -> None:
    if assessment.state != AssessmentState.ADMITTED:
        raise DomainError(
            _("Only proposals in evaluation have evaluators: it is now “%(now)s”.")
            % {"now": AssessmentState(assessment.state).label}
        )


def _data(row: Assignment) -> dict[str, Any]:
    return {
        "assignment": row.pk,
        "evaluator": row.evaluator_id,
        "number": row.number,
        "due_on": row.due_on.isoformat() if row.due_on else None,
    }


def standing_with_ties(assessment: Assessment) -> dict[int, Tie]:
    """Standing assignments whose evaluator has a tie by now, by their id."""
    rows = list(assessment.assignments.standing())
    ties = ties_of([row.evaluator_id for row in rows], [assessment.network_id])
    return {
        row.pk: ties[row.evaluator_id, assessment.network_id][0]
        for row in rows
        if (row.evaluator_id, assessment.network_id) in ties
    }
