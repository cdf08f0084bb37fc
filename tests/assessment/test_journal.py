"""The journal and the moves of a proposal."""

import pytest
from django.db import DatabaseError, transaction

from assessment.models import JournalEntry, Score
from assessment.operations import journal
from assessment.operations.moves import move
from assessment.states import ASSESSMENT_MOVES, AssessmentState
from district_portal.shared.errors import DomainError
from tests.factories.assessment import assessed_call, assigned

pytestmark = pytest.mark.django_db
STATES = list(AssessmentState)


@pytest.mark.parametrize("before", STATES)
def test_a_proposal_moves_only_where_the_table_says(before) -> None:
    selection = assessed_call(1, 0, state=before)
    for target in STATES:
        with transaction.atomic():
            if target in ASSESSMENT_MOVES[before]:
                assert move(selection.first, target, actor=selection.staff, reason="Because.").state == target
            else:
                with pytest.raises(DomainError):
                    move(selection.first, target, actor=selection.staff)
            transaction.set_rollback(True)
        selection.first.refresh_from_db()
        assert selection.first.state == before


def test_a_move_is_written_down_with_who_and_why() -> None:
    selection = assessed_call(1, 0)
    move(selection.first, AssessmentState.ADMITTED, actor=selection.staff, reason="All is met.", checks=6)
    row = JournalEntry.objects.get()
    assert (row.kind, row.from_state, row.to_state) == ("move", "received", "admitted")
    assert (row.call, row.assessment, row.actor, row.reason) == (
        selection.call,
        selection.first,
        selection.staff,
        "All is met.",
    )
    assert row.data == {"checks": 6}


@pytest.mark.parametrize("how", ["update", "delete"])
def test_nothing_in_the_journal_is_changed_or_deleted(how) -> None:
    selection = assessed_call(1, 0)
    row = journal.write(selection.call, "note", actor=None)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        rows = JournalEntry.objects.filter(pk=row.pk)
        rows.update(reason="Other") if how == "update" else rows.delete()
    row.refresh_from_db()
    assert row.reason == ""


def test_scores_that_were_handed_in_stay() -> None:
    selection = assessed_call(1, 1)
    done = assigned(selection.first, selection.evaluators[0], points=[20, 20, 15, 10, 5], submitted=True)
    for change in (
        lambda: done.scores.update(points=1),
        lambda: done.scores.all().delete(),
        lambda: Score.objects.create(assignment=done, criterion="other"),
        lambda: type(done).objects.filter(pk=done.pk).update(submitted_at=None),
    ):
        with pytest.raises(DatabaseError, match="handed in"), transaction.atomic():
            change()
