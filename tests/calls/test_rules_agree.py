"""What holds for every kind of rule: sentence, number, verdict and way on agree, in both languages."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.models import Call, CallRule
from calls.rules import RULES, Member, Party, Rule, Scope, judge
from calls.rules.kinds.smes import independent_smes
from tests.calls.rule_examples import KNOWN_PARTIES, PARAMETERS, PARTIES
from tests.calls.test_aid import GBER

KINDS = pytest.mark.parametrize("kind", sorted(RULES))
FEW = settings(max_examples=15, deadline=None)


def rule(kind: str, **changes) -> Rule:
    return RULES[kind]({**PARAMETERS[kind], **changes}, aid=GBER)


@KINDS
@pytest.mark.parametrize("language", ["it", "en"])
def test_a_kind_is_complete(kind: str, language: str) -> None:
    made = rule(kind)
    with translation.override(language):
        sentence = made.explain()
        assert str(made.title) and made.scope in Scope and made.order
        assert sentence.endswith(".") and sentence == sentence.strip() and "%(" not in sentence
        # One sentence: a full stop at its end and nowhere else (amounts and articles have their own).
        assert not re.search(r"[a-zà-ù%]\. ", sentence), sentence
        labels = [str(field.label) for field in made.Form.base_fields.values()]
        assert labels and "None" not in labels


@KINDS
@FEW
@given(PARTIES)
def test_a_way_on_is_given_exactly_where_a_rule_is_not_met(kind: str, party: Party) -> None:
    verdict = rule(kind).check(party)
    if verdict is None:
        return
    assert verdict.text
    assert (verdict.way_on == "") == (verdict.met is True)
    assert "%(" not in verdict.text + verdict.way_on


@KINDS
@FEW
@given(PARTIES)
def test_a_verdict_is_the_same_in_both_languages(kind: str, party: Party) -> None:
    met = {}
    for language in ("it", "en"):
        with translation.override(language):
            verdict = rule(kind).check(party)
            met[language] = verdict and (verdict.met, bool(verdict.way_on))
    assert met["it"] == met["en"]


@KINDS
@FEW
@given(PARTIES, st.randoms())
def test_the_order_of_members_does_not_matter(kind: str, party: Party, chance) -> None:
    members = list(party.members)
    chance.shuffle(members)
    assert rule(kind).check(replace(party, members=tuple(members))) == rule(kind).check(party)


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


# Kinds that count members: their parameter, and who would be one more that counts.
COUNTED = {
    "minimum_members": Member("New", "university"),
    "minimum_smes": Member("New", "enterprise", "micro"),
    "minimum_independent_smes": Member("New", "enterprise", "medium"),
    "smes_beside_large": Member("New", "enterprise", "small"),
    "districts": Member("New", "enterprise", district="biomedicale"),
}


@pytest.mark.parametrize("kind", sorted(COUNTED))
@FEW
@given(PARTIES, st.integers(1, 6))
def test_the_number_in_the_sentence_is_the_number_that_decides(kind: str, party: Party, fewest: int) -> None:
    made = rule(kind, fewest=fewest)
    verdict = made.check(party)
    assert fewest in numbers(made.explain())
    if verdict.text == "No large enterprise takes part":
        return
    count, wanted, *_rest = numbers(verdict.text)
    assert wanted == fewest
    assert (verdict.met is True) == (count >= wanted)


@pytest.mark.parametrize("kind", sorted(COUNTED))
@FEW
@given(PARTIES, st.integers(1, 6))
def test_as_many_more_as_the_way_on_asks_for_meet_the_rule(kind: str, party: Party, fewest: int) -> None:
    party = replace(party, members=(*party.members, Member("Large", "enterprise", "large")))
    made = rule(kind, fewest=fewest)
    verdict = made.check(party)
    if verdict.met is not False:
        return
    more = numbers(verdict.way_on)[0]
    added = [replace(COUNTED[kind], name=f"New {number}") for number in range(more)]
    assert made.check(replace(party, members=(*party.members, *added))).met is True
    assert made.check(replace(party, members=(*party.members, *added[1:]))).met is not True


@FEW
@given(PARTIES)
def test_the_most_members(party: Party) -> None:
    made = rule("maximum_members", most=2)
    verdict = made.check(party)
    assert numbers(verdict.text) == [len(party.members), 2]
    if not verdict.met:
        fewer = numbers(verdict.way_on)[0]
        assert made.check(replace(party, members=party.members[fewer:])).met
        assert not made.check(replace(party, members=party.members[fewer - 1 :])).met


def amount(text: str) -> Decimal:
    return Decimal(re.search(r"€\s([\d,]+(?:\.\d\d)?)", text)[1].replace(",", ""))


@FEW
@given(KNOWN_PARTIES)
def test_a_cost_changed_by_as_much_as_the_way_on_says_is_within_the_bounds(party: Party) -> None:
    made = rule("project_cost")
    verdict = made.check(party)
    if verdict.met:
        return
    change = amount(verdict.way_on) * (1 if verdict.way_on.startswith("Raise") else -1)
    assert made.check(replace(party, cost=party.cost + change)).met


@pytest.mark.parametrize("kind", ["grant", "flat_intensity", "intensity_by_table"])
@FEW
@given(KNOWN_PARTIES)
def test_a_grant_lowered_by_as_much_as_the_way_on_says_is_within_the_bounds(kind: str, party: Party) -> None:
    made = rule(kind)
    verdict = made.check(party)
    if verdict.met:
        return
    less = amount(verdict.way_on)
    assert made.check(replace(party, grant=party.grant - less)).met
    assert made.check(replace(party, grant=party.grant - less + Decimal("0.01"))).met is False


@FEW
@given(KNOWN_PARTIES)
def test_costs_moved_as_the_way_on_says_keep_the_limit(party: Party) -> None:
    made = rule("cost_limits")
    verdict = made.check(party)
    if verdict.met:
        return
    costs, moved = dict(party.cost_by_category), amount(verdict.way_on)
    costs["materials"] -= moved
    costs["staff"] = costs.get("staff", Decimal(0)) + moved
    assert made.check(replace(party, cost_by_category=costs)).met


@FEW
@given(PARTIES)
def test_what_is_still_needed_is_what_is_missing(party: Party) -> None:
    for kind, known, parameter in [
        ("declarations", "declared", "declarations"),
        ("documents", "attached", "documents"),
    ]:
        made = rule(kind)
        codes = {row["code"] for row in PARAMETERS[kind][parameter]}
        verdict = made.check(party)
        missing = codes - (getattr(party, known) or set())
        assert len(re.findall("“", verdict.way_on)) == len(missing)
        assert made.check(replace(party, **{known: frozenset(codes)})).met


@FEW
@given(PARTIES)
def test_independent_enterprises_are_never_more_than_the_small_and_medium_ones(party: Party) -> None:
    count = independent_smes(party.members)
    assert 0 <= count.sure <= count.possible <= sum(member.kind == "enterprise" for member in party.members)


@FEW
@given(PARTIES)
def test_all_together_are_what_each_is_alone(party: Party) -> None:
    rules = [rule(kind) for kind in sorted(RULES)]
    judgement = judge(rules, party)
    assert judgement.met + len(judgement.open) + len(judgement.unknown) == judgement.of == len(judgement.lines)
    assert numbers(judgement.summary) == [judgement.met, judgement.of]
    assert {line.rule.kind: line.verdict for line in judgement.lines} == {
        each.kind: verdict for each in rules if (verdict := each.check(party)) is not None
    }
    scopes = [list(Scope).index(line.rule.scope) for line in judgement.lines]
    assert scopes == sorted(scopes)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=3,
)


def leaves(value: Any, path: tuple = ()) -> list[tuple]:
    """The paths of all values in nested dictionaries and lists, the whole included."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(leaf for step, inner in steps for leaf in leaves(inner, (*path, step)))]


def with_value(value: Any, path: tuple, new: Any) -> Any:
    if not path:
        return new
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[path[0]] = with_value(value[path[0]], path[1:], new)
    return changed


@KINDS
@settings(max_examples=12, deadline=None)
@given(st.data(), JSON, PARTIES)
def test_whatever_is_stored_a_page_stands(kind: str, data: st.DataObject, value: Any, party: Party) -> None:
    """A rule that is read can be shown and judges; one that can't is refused when it is read, and nowhere else."""
    path = data.draw(st.sampled_from(leaves(PARAMETERS[kind])))
    stored = with_value(PARAMETERS[kind], path, value)
    made = CallRule(call=Call(slug="x"), kind=kind, parameters=stored).read(GBER)
    for language in ("it", "en"):
        with translation.override(language):
            assert made.explain().endswith(".")
            verdict = made.check(party)
            assert verdict is None or verdict.text
    made.facts()
