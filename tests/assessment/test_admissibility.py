"""Checklists, what follows from them, and announced rejections."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from assessment.models import AnnouncedRejection, JournalEntry
from assessment.operations import admissibility, rejections
from assessment.operations.admissibility import Found
from assessment.states import ASSESSMENT_MOVES, AssessmentState
from district_portal.shared.errors import DomainError
from projects.models import Decision, Helper, IntegrationRound
from projects.states import HelperState, NetworkState
from tests.assessment.people import REASON, checked, lead_owner
from tests.factories.assessment import assessed_call
from tests.factories.enterprises import MembershipFactory
from tests.projects.people import told

pytestmark = pytest.mark.django_db
S = AssessmentState
ANNOUNCES = {"selection": {"evaluators": 2, "objection_days": 10, "integration_days": 10}}


def now():
    return timezone.now()


def admit(selection, assessment=None):
    return admissibility.admit(assessment or selection.first, actor=selection.staff, moment=now())


def ask(selection):
    return admissibility.ask_for_integration(
        selection.first,
        sections=["attachments"],
        text="Add the annex.",
        due_at=now() + timedelta(days=10),
        actor=selection.staff,
        moment=now(),
    )


def test_a_proposal_is_admitted_when_every_line_is_met() -> None:
    selection = assessed_call(1, 0)
    owner = lead_owner(selection.first)
    checked(selection.first, selection.staff)
    assert admit(selection).state == S.ADMITTED
    assert told("assessment/proposal_admitted") == {owner.email}
    kinds = list(JournalEntry.objects.values_list("kind", flat=True))
    assert kinds == ["check"] * 6 + ["move"]


@pytest.mark.parametrize("finding", ["curable", "not_met"])
def test_a_line_that_is_not_met_keeps_a_proposal_out(finding) -> None:
    selection = assessed_call(1, 0)
    checked(selection.first, selection.staff, costs=finding)
    with pytest.raises(DomainError, match="every line of both lists"):
        admit(selection)


def test_the_substantive_checks_come_after_the_formal_ones() -> None:
    selection = assessed_call(1, 0)
    with pytest.raises(DomainError, match="formal checks first"):
        admissibility.save_checks(
            selection.first, stage="substantive", found={"who": Found("met")}, actor=selection.staff, moment=now()
        )


def test_a_line_that_is_not_met_needs_its_reason_and_a_line_has_to_be_in_the_list() -> None:
    selection = assessed_call(1, 0)
    for found, words in (({"complete": Found("not_met", " ")}, "the reason"), ({"other": Found("met")}, "not in")):
        with pytest.raises(DomainError, match=words):
            admissibility.save_checks(selection.first, stage="formal", found=found, actor=selection.staff, moment=now())
    assert not selection.first.checks.exists()


def test_saving_the_same_again_writes_nothing_and_a_change_keeps_what_was_before() -> None:
    selection = assessed_call(1, 0)
    for finding in ("met", "met", "not_met"):
        found = {"complete": Found(finding, "" if finding == "met" else REASON)}
        admissibility.save_checks(selection.first, stage="formal", found=found, actor=selection.staff, moment=now())
    entries = list(JournalEntry.objects.filter(kind="check").order_by("pk"))
    assert len(entries) == 2
    assert entries[1].data["before"] == {"finding": "met", "note": ""}


def test_nothing_is_checked_before_the_deadline() -> None:
    selection = assessed_call(1, 0, closes_at=now() + timedelta(days=1))
    with pytest.raises(DomainError, match="still open"):
        checked(selection.first, selection.staff)


@pytest.mark.parametrize("how", ["member", "helper", "approved"])
def test_who_has_taken_part_neither_checks_nor_decides(how) -> None:
    selection = assessed_call(1, 0)
    network = selection.first.network
    checked(selection.first, selection.staff)
    if how == "member":
        MembershipFactory(organisation=network.partners.get().organisation, user=selection.staff)
    elif how == "helper":
        Helper.objects.create(network=network, user=selection.staff, state=HelperState.ENDED)
    else:
        Decision.objects.create(network=network, actor=selection.staff, to_state=NetworkState.APPROVED)
    with pytest.raises(DomainError, match="somebody else decides"):
        admit(selection)


def test_a_formal_line_excludes_and_a_substantive_one_makes_not_admissible() -> None:
    formal, substantive = assessed_call(1, 0), assessed_call(1, 0)
    owner = lead_owner(formal.first)
    checked(formal.first, formal.staff, complete="not_met")
    checked(substantive.first, substantive.staff, who="not_met")
    states = [
        rejections.reject(each.first, reason=REASON, actor=each.staff, moment=now()).state
        for each in (formal, substantive)
    ]
    assert states == [S.EXCLUDED, S.NOT_ADMISSIBLE]
    assert told("assessment/proposal_rejected") == {owner.email}


def test_nothing_is_rejected_without_a_line_that_is_not_met() -> None:
    selection = assessed_call(1, 0)
    checked(selection.first, selection.staff)
    with pytest.raises(DomainError, match="nothing to reject"):
        rejections.reject(selection.first, reason=REASON, actor=selection.staff, moment=now())


# --- Announced -----------------------------------------------------------------------------------------------------


def announced(**findings):
    selection = assessed_call(1, 0, rules=ANNOUNCES)
    selection.owner = lead_owner(selection.first)
    checked(selection.first, selection.staff, **(findings or {"complete": "not_met"}))
    rejections.announce_rejection(selection.first, reason=REASON, actor=selection.staff, moment=now())
    return selection


def test_a_call_that_announces_rejections_decides_after_the_answer() -> None:
    selection = announced()
    assert told("assessment/rejection_announced") == {selection.owner.email}
    with pytest.raises(DomainError, match="after the network has answered"):
        rejections.reject(selection.first, reason=REASON, actor=selection.staff, moment=now())
    rejections.answer_rejection(selection.first, text="It was there.", actor=selection.owner, moment=now())
    assert told("assessment/rejection_answered") == {selection.staff.email}
    row = rejections.reject(selection.first, reason=REASON, actor=selection.staff, moment=now())
    assert row.state == S.EXCLUDED


def test_or_after_the_time_to_answer_which_ends_with_its_last_day() -> None:
    selection = announced()
    due = AnnouncedRejection.objects.get().due_at
    last = timezone.localtime(due - timedelta(seconds=1))
    assert last.date() == timezone.localdate() + timedelta(days=10)
    with pytest.raises(DomainError, match="after the network"):
        rejections.reject(selection.first, reason=REASON, actor=selection.staff, moment=due - timedelta(seconds=1))
    with pytest.raises(DomainError, match="time to answer is over"):
        rejections.answer_rejection(selection.first, text="Late.", actor=selection.owner, moment=due)
    assert rejections.reject(selection.first, reason=REASON, actor=selection.staff, moment=due).state == S.EXCLUDED


def test_an_answer_that_convinces_leads_to_admission() -> None:
    selection = announced(complete="not_met")
    rejections.answer_rejection(selection.first, text="See page 3.", actor=selection.owner, moment=now())
    checked(selection.first, selection.staff)
    assert admit(selection).state == S.ADMITTED


def test_one_answer_by_the_lead_only() -> None:
    selection = announced()
    with pytest.raises(DomainError, match="The lead"):
        rejections.answer_rejection(selection.first, text="No.", actor=selection.staff, moment=now())
    rejections.answer_rejection(selection.first, text="Once.", actor=selection.owner, moment=now())
    with pytest.raises(DomainError, match="answered already"):
        rejections.answer_rejection(selection.first, text="Twice.", actor=selection.owner, moment=now())
    assert AnnouncedRejection.objects.get().answer == "Once."


def test_where_rejections_are_announced_none_is_decided_at_once_and_elsewhere_none_is_announced() -> None:
    with_notice, without = assessed_call(1, 0, rules=ANNOUNCES), assessed_call(1, 0)
    for each in (with_notice, without):
        checked(each.first, each.staff, complete="not_met")
    with pytest.raises(DomainError, match="announces rejections"):
        rejections.reject(with_notice.first, reason=REASON, actor=with_notice.staff, moment=now())
    with pytest.raises(DomainError, match="does not announce"):
        rejections.announce_rejection(without.first, reason=REASON, actor=without.staff, moment=now())


# --- Integration ---------------------------------------------------------------------------------------------------


def test_an_integration_is_asked_once_for_what_can_be_cured() -> None:
    selection = assessed_call(1, 0)
    with pytest.raises(DomainError, match="can be cured"):
        ask(selection)
    checked(selection.first, selection.staff, complete="curable")
    asked = ask(selection)
    selection.first.refresh_from_db()
    assert (selection.first.state, asked.sections) == (S.INTEGRATION, ["attachments"])
    IntegrationRound.objects.update(closed_at=now())
    type(selection.first).objects.update(state=S.RECEIVED)
    with pytest.raises(DomainError, match="only once"):
        ask(selection)


def test_what_was_not_cured_then_counts_as_not_met() -> None:
    selection = assessed_call(1, 0)
    checked(selection.first, selection.staff, complete="curable")
    assert rejections.target_of(selection.first) is None
    ask(selection)
    assert rejections.target_of(selection.first) == S.EXCLUDED


# --- Every illegal move --------------------------------------------------------------------------------------------

ACTS = {
    S.ADMITTED: lambda each: admit(each),
    S.INTEGRATION: lambda each: ask(each),
    S.REJECTION_ANNOUNCED: lambda each: rejections.announce_rejection(
        each.first, reason=REASON, actor=each.staff, moment=now()
    ),
    S.EXCLUDED: lambda each: rejections.reject(each.first, reason=REASON, actor=each.staff, moment=now()),
}


@pytest.mark.parametrize("target", ACTS)
def test_an_act_is_refused_from_every_state_that_does_not_lead_there(target) -> None:
    findings = {S.ADMITTED: {}, S.INTEGRATION: {"complete": "curable"}}.get(target, {"complete": "not_met"})
    selection = assessed_call(1, 0, rules=ANNOUNCES if target == S.REJECTION_ANNOUNCED else None)
    checked(selection.first, selection.staff, **findings)
    before = JournalEntry.objects.count()
    for state in [state for state in S if target not in ASSESSMENT_MOVES[state]]:
        type(selection.first).objects.update(state=state)
        with pytest.raises(DomainError), transaction.atomic():
            ACTS[target](selection)
        selection.first.refresh_from_db()
        assert selection.first.state == state
    assert JournalEntry.objects.count() == before
