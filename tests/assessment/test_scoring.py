"""Scores of one evaluator: drafts, handing in, and every way in which it is refused."""

from decimal import Decimal

import pytest

from assessment.models import JournalEntry, Score
from assessment.operations.scoring import Given, StaleScores, hand_in_scores, save_scores
from assessment.states import AssessmentState, Conflict
from calls.procedure import criteria_of
from district_portal.accounts.models import Appointment
from district_portal.shared.errors import DomainError
from tests.assessment.people import TEXT
from tests.factories.assessment import assessed_call, assigned
from tests.factories.enterprises import MembershipFactory
from tests.projects.people import told

pytestmark = pytest.mark.django_db
S = AssessmentState


def start(**fields):
    selection = assessed_call(1, 2, state=S.ADMITTED)
    return selection, assigned(selection.first, selection.evaluators[0], **fields)


def full(row, points=None, **changes) -> dict[str, Given]:
    criteria = criteria_of(row.assessment.network.call).criteria
    given = {each.code: Given(Decimal(points if points is not None else each.weight), TEXT) for each in criteria}
    return given | changes


def first_code(row) -> str:
    return criteria_of(row.assessment.network.call).criteria[0].code


def test_a_draft_may_lack_anything_and_is_kept() -> None:
    _selection, row = start()
    save_scores(row, given={first_code(row): Given(None, "To read again.")}, actor=row.evaluator)
    score = Score.objects.get()
    assert (score.points, score.reason, score.version) == (None, "To read again.", 1)
    row.refresh_from_db()
    assert row.submitted_at is None


def test_scores_are_handed_in_as_a_whole_and_told_when_all_are_in() -> None:
    selection, row = start()
    other = assigned(selection.first, selection.evaluators[1], number=2)
    hand_in_scores(row, given=full(row), actor=row.evaluator)
    assert told("assessment/scores_complete") == set()
    hand_in_scores(other, given=full(other, 5), actor=other.evaluator)
    assert told("assessment/scores_complete") == {selection.staff.email}
    entry = JournalEntry.objects.filter(kind="score").first()
    assert sum(Decimal(points) for _code, points, _reason in entry.data["scores"]) == 100
    assert entry.data["submission"] == selection.first.submission.number


@pytest.mark.parametrize("points", ["-0.5", "30.5", "12.25"])
def test_points_are_halves_from_nothing_to_the_weight(points) -> None:
    _selection, row = start()
    with pytest.raises(DomainError, match="in halves"):
        save_scores(row, given={first_code(row): Given(Decimal(points), TEXT)}, actor=row.evaluator)
    assert not Score.objects.exists()


def test_a_criterion_that_the_call_does_not_have_gets_no_points() -> None:
    _selection, row = start()
    with pytest.raises(DomainError, match="from 0 to 0"):
        save_scores(row, given={"other": Given(Decimal(1), TEXT)}, actor=row.evaluator)


@pytest.mark.parametrize("given", [Given(None, TEXT), Given(Decimal(3), "Too short."), Given(Decimal(3), " " * 40)])
def test_nothing_is_handed_in_that_lacks_points_or_a_reason(given) -> None:
    _selection, row = start()
    with pytest.raises(DomainError, match="Missing: "):
        hand_in_scores(row, given=full(row, **{first_code(row): given}), actor=row.evaluator)
    assert not Score.objects.exists()  # what was typed is in the form still


def test_two_windows_do_not_overwrite_each_other() -> None:
    _selection, row = start()
    code = first_code(row)
    save_scores(row, given={code: Given(Decimal(3), "Here.")}, actor=row.evaluator)
    with pytest.raises(StaleScores) as stale:
        save_scores(row, given={code: Given(Decimal(9), "There.")}, actor=row.evaluator)
    assert stale.value.theirs[code].reason == "Here."
    save_scores(row, given={code: Given(Decimal(9), "There.", version=1)}, actor=row.evaluator)
    assert Score.objects.get().points == 9


# --- Refused -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [save_scores, hand_in_scores])
@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("undeclared", "Declare first"),
        ("conflict", "has ended"),
        ("revoked", "has ended"),
        ("twice", "stay as they are"),
        ("somebody else", "not appointed"),
        ("appointment over", "not appointed"),
        ("tie", "have a tie"),
    ],
)
def test_scoring_is_refused(act, how, words) -> None:
    selection, row = start(declared=None if how == "undeclared" else Conflict.NONE)
    person = row.evaluator
    match how:
        case "conflict":
            type(row).objects.update(declared=Conflict.CONFLICT)
        case "revoked":
            type(row).objects.update(revoked_at=row.assigned_at)
        case "twice":
            hand_in_scores(row, given=full(row), actor=person)
        case "somebody else":
            person = selection.evaluators[1]
        case "appointment over":
            Appointment.objects.filter(user=person).delete()
        case "tie":
            MembershipFactory(organisation=selection.first.network.partners.get().organisation, user=person)
    before = list(Score.objects.values_list("points", "reason"))
    person = type(person).objects.get(pk=person.pk)
    versions = {code: Given(each.points, each.reason, 1 if before else 0) for code, each in full(row, 1).items()}
    with pytest.raises(DomainError, match=words):
        act(row, given=versions, actor=person)
    assert list(Score.objects.values_list("points", "reason")) == before


def test_too_late_once_the_proposal_is_not_in_evaluation_any_more() -> None:
    _selection, row = start()
    for state in [state for state in S if state != S.ADMITTED]:
        type(row.assessment).objects.update(state=state)
        with pytest.raises(DomainError, match="not in evaluation any more"):
            hand_in_scores(row, given=full(row), actor=row.evaluator)
    assert not Score.objects.exists()


def test_a_tie_that_becomes_known_later_takes_the_scores_away() -> None:
    selection, row = start()
    save_scores(row, given=full(row), actor=row.evaluator)
    MembershipFactory(organisation=selection.first.network.partners.get().organisation, user=row.evaluator)
    with pytest.raises(DomainError, match="have a tie"):
        hand_in_scores(row, given={}, actor=row.evaluator)
    row.refresh_from_db()
    assert (row.stands, row.submitted_at) == (False, None)
    assert JournalEntry.objects.get(kind="revoke").data["tie"] == "member"
    assert told("assessment/assignment_revoked") == {row.evaluator.email}
