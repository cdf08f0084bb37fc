"""The ranking as a function: order, ties, the budget line, and that nothing else decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from assessment.models import RankingLine
from assessment.rules.points import deviation, mean, span
from assessment.rules.ranking import Candidate, Exclusion, Inputs, digest, from_json, rank, to_json
from assessment.words import explanation

NOON = datetime(2026, 11, 20, 12, 3, 11, 482913, tzinfo=UTC)


def candidate(name: str, score: str, *, after: int = 0, grant: int = 100, standing: str = "", **priorities: int):
    return Candidate(
        network=name,
        score=Decimal(score),
        priorities={code: Decimal(value) for code, value in priorities.items()},
        sent_at=NOON + timedelta(microseconds=after),
        receipt=name,
        grant=Decimal(grant),
        standing=standing,
    )


def inputs(*candidates: Candidate, budget: int = 1000, threshold: int | None = 60, priorities=(), exclusions=()):
    return Inputs("call", Decimal(budget), threshold, tuple(priorities), candidates, tuple(exclusions))


def shown(lines) -> list[tuple[str, int | None, str]]:
    return [(line.network, line.position, str(line.outcome)) for line in lines]


def test_more_points_come_first():
    assert [line.network for line in rank(inputs(candidate("a", "61.50"), candidate("b", "90.00")))] == ["b", "a"]


def test_equal_points_are_decided_by_the_priorities_of_the_call_one_after_the_other():
    first = candidate("a", "78.50", after=9, partnership=20, smes=3)
    second = candidate("b", "78.50", after=0, partnership=20, smes=2)
    third = candidate("c", "78.50", after=0, partnership=18, smes=9)
    lines = rank(inputs(third, second, first, priorities=["partnership", "smes"]))
    assert [line.network for line in lines] == ["a", "b", "c"]
    assert lines[1].explanation == {"tie": {"by": "smes", "own": "2", "other": "3", "network": "a", "above": True}}
    assert lines[2].explanation == {
        "tie": {"by": "partnership", "own": "18", "other": "20", "network": "b", "above": True}
    }
    assert lines[0].explanation["tie"]["above"] is False


def test_one_microsecond_decides_where_nothing_else_does():
    lines = rank(inputs(candidate("late", "78.50", after=1), candidate("early", "78.50")))
    assert [line.network for line in lines] == ["early", "late"]
    assert lines[1].explanation["tie"] == {
        "by": "sent_at",
        "own": "2026-11-20T12:03:11.482914+00:00",
        "other": "2026-11-20T12:03:11.482913+00:00",
        "network": "early",
        "above": True,
    }


def test_the_same_microsecond_is_decided_by_the_receipt_number():
    assert [line.network for line in rank(inputs(candidate("2", "70"), candidate("1", "70")))] == ["1", "2"]


def test_the_first_that_does_not_fit_stops_the_line_also_for_a_smaller_one_below():
    lines = rank(
        inputs(
            candidate("a", "90", grant=600),
            candidate("b", "80", grant=500),
            candidate("c", "70", grant=300),
            budget=1000,
        )
    )
    assert shown(lines) == [("a", 1, "funded"), ("b", 2, "not_funded"), ("c", 3, "not_funded")]
    assert [line.cumulative for line in lines] == [600, 1100, 1400]


def test_a_grant_that_takes_the_last_cent_is_funded():
    lines = rank(inputs(candidate("a", "90", grant=600), candidate("b", "80", grant=400), budget=1000))
    assert [line.outcome for line in lines] == ["funded", "funded"]


def test_below_the_points_needed_it_is_not_admissible_and_has_no_position():
    lines = rank(inputs(candidate("a", "59.99"), candidate("b", "60.00")))
    assert shown(lines) == [("b", 1, "funded"), ("a", None, "not_admissible")]
    assert lines[1].explanation == {"below": {"score": "59.99", "threshold": 60}}


def test_exclusions_follow_with_their_reasons():
    lines = rank(inputs(candidate("a", "80"), exclusions=[Exclusion("x", "excluded", "Sent by fax.")]))
    assert shown(lines)[1] == ("x", None, "excluded")
    assert lines[1].explanation == {"reason": "Sent by fax."}


def test_later_funding_goes_down_the_list_and_takes_nothing_from_those_who_have_it():
    lines = rank(
        inputs(
            candidate("a", "90", grant=600, standing="waived"),
            candidate("b", "80", grant=500, standing="funded"),
            candidate("c", "70", grant=500),
            candidate("d", "65", grant=200),
            budget=1000,
        )
    )
    assert shown(lines) == [("a", 1, "waived"), ("b", 2, "funded"), ("c", 3, "funded"), ("d", 4, "not_funded")]
    assert [line.cumulative for line in lines] == [0, 500, 1000, 1200]


def test_points_are_means_of_two_places_half_up():
    points = [Decimal("20.00"), Decimal("20.01")]
    assert mean(points) == Decimal("20.01")  # 20.005
    assert span(points) == Decimal("0.01")
    assert deviation([Decimal(18), Decimal(20), Decimal(22)]) == Decimal("2.00")
    assert (mean([]), span([]), deviation([Decimal(3)])) == (None, None, None)


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        network=st.uuids().map(str),
        score=st.integers(5000, 8000).map(lambda cents: Decimal(cents - cents % 500) / 100),
        priorities=st.fixed_dictionaries({"smes": st.integers(0, 3).map(Decimal)}),
        sent_at=st.integers(0, 3).map(lambda micro: NOON + timedelta(microseconds=micro)),
        receipt=st.integers(0, 99999).map(lambda number: f"{number:05}"),
        grant=st.integers(1, 400_00).map(lambda cents: Decimal(cents) / 100),
        standing=st.sampled_from(["", "", "", "funded", "waived"]),
    ),
    unique_by=lambda each: each.receipt,
    max_size=12,
)


@given(CANDIDATES, st.integers(0, 2000), st.randoms())
def test_whatever_comes_in(candidates, budget, random):
    """The order of the inputs decides nothing, new grants fit, nobody is passed over, JSON keeps all."""
    whole = inputs(*candidates, budget=budget, priorities=["smes"])
    lines = rank(whole)
    shuffled = list(candidates)
    random.shuffle(shuffled)
    assert rank(replace(whole, candidates=tuple(shuffled))) == lines
    assert rank(from_json(to_json(whole))) == lines
    assert digest(to_json(whole)) == digest(to_json(replace(whole, candidates=tuple(shuffled))))
    bound = sum(each.grant for each in candidates if each.standing == "funded" and each.score >= 60)
    funded = sum(line.grant for line in lines if line.outcome == "funded")
    assert funded <= max(Decimal(budget), bound)
    had = {each.network: each.standing for each in candidates}
    new = [line for line in lines if line.position and not had[line.network]]
    assert [line.outcome for line in new] == sorted(line.outcome for line in new)  # "funded" < "not_funded"
    assert [line.position for line in lines if line.position] == list(range(1, sum(1 for x in lines if x.position) + 1))


def test_a_tie_is_told_in_words_of_the_thing_that_decided_it():
    def told(**tie: object) -> str:
        line = RankingLine(score=Decimal("78.50"), explanation={"tie": {"network": "n", "above": True, **tie}})
        return explanation(line, {"smes": "small and medium enterprises"}, {"n": 3})

    assert "small and medium enterprises: 2 here, 3 there" in told(by="smes", own="2", other="3")
    assert "receipt numbers decide, 2026-8 here and 2026-7 there" in told(by="receipt", own="2026-8", other="2026-7")
    assert "sent 20.11.2026 13:03:11.482913" in told(by="sent_at", own=NOON.isoformat(), other=NOON.isoformat())
