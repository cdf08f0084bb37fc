"""Worked examples of the aid, reckoned by hand: the numbers below are typed, and the reckoning stands beside them.

Sources. "25": Regulation (EU) 651/2014, article 25, as amended in 2023: fundamental research 100 %; industrial
research 50 %, experimental development 25 %, feasibility studies 50 % (paragraph 5); +10 points for medium-sized, +20
for small enterprises; of the other bonuses (collaboration +15, wide dissemination +15, areas a +15, areas c +5, three
Member States +25) only one; at most 80 % (paragraph 6); feasibility studies +10 and +20 (paragraph 7). "Call 1": the
regional call of 2008–2010: industrial research 50 %, experimental development 25 %, dissemination up to 100 %, at most
EUR 1 million for a project. "Call 2": up to 100 %, projects of EUR 400 to 800 thousand. "SME networks": the regional
call of 2018: 50 %, at most EUR 150 thousand.
"""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.rules import RULES, Member, Party
from calls.rules.aid import Activity, AidVersion
from calls.rules.words import CostCategory
from projects.aid.budget import reckon, share_out
from projects.aid.intensity import Intensities

REFERENCE = Path(__file__).parents[2] / "reference"
FUNDAMENTAL, INDUSTRIAL, EXPERIMENTAL = "fundamental_research", "industrial_research", "experimental_development"
FEASIBILITY, DISSEMINATION = "feasibility_study", "dissemination"
ARTICLE_25 = [FUNDAMENTAL, INDUSTRIAL, EXPERIMENTAL, FEASIBILITY]


def table() -> AidVersion:
    (row,) = json.loads((REFERENCE / "aid-tables.json").read_text())
    return AidVersion(row["code"], row["name_en"], row["valid_from"], row["valid_to"], row["tables"])


def rule(kind, parameters):
    return RULES[kind](parameters, aid=table())


def article_25(bonuses=()):
    return Intensities([rule("intensity_by_table", {"activities": ARTICLE_25})], bonuses)


def of_call(name):
    """The rules of a real call that say how high aid may be."""
    rules = json.loads((REFERENCE / "rule-sets" / f"{name}.json").read_text())["rules"]
    found = {kind: rule(kind, rules[kind]) for kind in ("grant", "flat_intensity") if kind in rules}
    return Intensities(list(found.values()), ()), found.get("grant")


def member(size=None, kind="enterprise"):
    return Member(name="Alfa", kind=kind, size=size)


def budget(cells, members, intensities, grant=None):
    """`cells`: (partner, activity, amount), all staff of the first work package."""
    lines = [(partner, 1, "staff", activity, Decimal(amount)) for partner, activity, amount in cells]
    return reckon(lines, members, intensities, grant)


LABORATORY = member(kind="laboratory")


@pytest.mark.parametrize(
    ("who", "activity", "bonuses", "cost", "aid"),
    [
        # 25: 100 % of 80,000, whatever the size.
        (member("large"), FUNDAMENTAL, [], "80000.00", "80000.00"),
        # 25: 50 % of 120,000.
        (member("large"), INDUSTRIAL, [], "120000.00", "60000.00"),
        # 25: 50 + 10 = 60 % of 45,000.
        (member("medium"), INDUSTRIAL, [], "45000.00", "27000.00"),
        # 25: 50 + 20 = 70 % of 33,333.30 = 23,333.31 exactly.
        (member("small"), INDUSTRIAL, [], "33333.30", "23333.31"),
        # 25: a micro enterprise is a small one: 70 % of 10,000.
        (member("micro"), INDUSTRIAL, [], "10000.00", "7000.00"),
        # 25: 25 % of 200,000.
        (member("large"), EXPERIMENTAL, [], "200000.00", "50000.00"),
        # 25: 25 + 10 = 35 % of 90,000.
        (member("medium"), EXPERIMENTAL, [], "90000.00", "31500.00"),
        # 25: 25 + 20 = 45 % of 60,000.
        (member("small"), EXPERIMENTAL, [], "60000.00", "27000.00"),
        # 25: feasibility study of a medium-sized enterprise 50 + 10 = 60 % of 25,000.
        (member("medium"), FEASIBILITY, [], "25000.00", "15000.00"),
        # 25: of a small one 70 % of 25,000; the bonus for collaboration does not exist for studies.
        (member("small"), FEASIBILITY, ["collaboration"], "25000.00", "17500.00"),
        # 25: collaboration: 50 + 15 = 65 % of 100,000.
        (member("large"), INDUSTRIAL, ["collaboration"], "100000.00", "65000.00"),
        # 25: collaboration of a small one: 70 + 15 = 85, at most 80 % of 100,000.
        (member("small"), INDUSTRIAL, ["collaboration"], "100000.00", "80000.00"),
        # 25: wide dissemination: 25 + 10 + 15 = 50 % of 30,000.
        (member("medium"), EXPERIMENTAL, ["dissemination"], "30000.00", "15000.00"),
        # 25: collaboration and wide dissemination: only one counts, 25 + 20 + 15 = 60 % of 30,000.
        (member("small"), EXPERIMENTAL, ["collaboration", "dissemination"], "30000.00", "18000.00"),
        # 25: three Member States: 50 + 25 = 75 % of 40,000.
        (member("large"), INDUSTRIAL, ["three_member_states"], "40000.00", "30000.00"),
        # 25: three Member States beside collaboration: the higher one, 25 + 10 + 25 = 60 % of 40,000.
        (member("medium"), EXPERIMENTAL, ["collaboration", "three_member_states"], "40000.00", "24000.00"),
        # 25: area under article 107(3)(a): 25 + 15 = 40 % of 50,000.
        (member("large"), EXPERIMENTAL, ["assisted_area_a"], "50000.00", "20000.00"),
        # 25: area under article 107(3)(c): 25 + 20 + 5 = 50 % of 50,000.
        (member("micro"), EXPERIMENTAL, ["assisted_area_c"], "50000.00", "25000.00"),
        # 25: a laboratory is no small enterprise: 50 % of 70,000.
        (LABORATORY, INDUSTRIAL, [], "70000.00", "35000.00"),
        # 25: half a cent would go up, 35 % of 0.10 = 0.035, but 0.04 is more than 35 % of the whole.
        (member("medium"), EXPERIMENTAL, [], "0.10", "0.03"),
        # 25: less than half a cent goes down: 35 % of 0.04 = 0.014.
        (member("medium"), EXPERIMENTAL, [], "0.04", "0.01"),
    ],
)
def test_the_aid_for_a_cell(who, activity, bonuses, cost, aid):
    found = budget([(1, activity, cost)], {1: who}, article_25(bonuses))
    assert found.aid == Decimal(aid)
    assert found.private == Decimal(cost) - Decimal(aid)


def test_dissemination_is_not_aided_by_article_25():
    assert budget([(1, DISSEMINATION, "5000.00")], {1: member("small")}, article_25()).aid == 0


def test_the_project_of_three_partners_adds_up():
    """25 with collaboration. Large: 100,000 industrial × 65 % = 65,000. Small: 60,000 industrial × 80 % = 48,000 and
    40,000 experimental × (25 + 20 + 15) 60 % = 24,000. Laboratory: 30,000 industrial × 65 % = 19,500. In all 156,500 of
    230,000, so 68.04 %; the partners bear 73,500."""
    members = {1: member("large"), 2: member("small"), 3: LABORATORY}
    cells = [
        (1, INDUSTRIAL, "100000.00"),
        (2, EXPERIMENTAL, "40000.00"),
        (2, INDUSTRIAL, "60000.00"),
        (3, INDUSTRIAL, "30000.00"),
    ]
    found = budget(cells, members, article_25(["collaboration"]))
    assert [found.partners[each].aid for each in members] == [65000, 72000, 19500]
    assert (found.cost, found.aid, found.private) == (230000, 156500, 73500)
    assert round(found.intensity, 4) == Decimal("0.6804")


def test_call_1_gives_the_same_shares_to_everyone_and_all_of_the_dissemination():
    """Call 1: 400,000 × 50 % + 300,000 × 25 % + 20,000 × 100 % = 200,000 + 75,000 + 20,000."""
    intensities, grant = of_call("call-1")
    cells = [(1, INDUSTRIAL, "400000.00"), (1, EXPERIMENTAL, "300000.00"), (1, DISSEMINATION, "20000.00")]
    assert budget(cells, {1: member("large")}, intensities, grant).aid == 295000
    assert budget(cells, {1: member("small")}, intensities, grant).aid == 295000


def test_call_1_gives_a_project_no_more_than_a_million_shared_out_in_proportion():
    """Call 1: 1,600,000 × 50 % + 1,200,000 × 25 % = 800,000 + 300,000 = 1,100,000, cut to 1,000,000: eight and three
    elevenths of it, 727,272.72… and 272,727.27…; the cent that is left over goes to the larger remainder."""
    intensities, grant = of_call("call-1")
    cells = [(1, INDUSTRIAL, "1600000.00"), (2, EXPERIMENTAL, "1200000.00")]
    found = budget(cells, {1: member("large"), 2: member("small")}, intensities, grant)
    assert found.reckoned == 1100000
    assert [found.partners[1].aid, found.partners[2].aid] == [Decimal("727272.73"), Decimal("272727.27")]
    assert found.bounds == ("The grant is at most €\xa01,000,000 for one project.",)


def test_call_2_covers_all_of_the_cost():
    """Call 2: 100 % of 450,000."""
    intensities, grant = of_call("call-2")
    assert budget([(1, INDUSTRIAL, "450000.00")], {1: member("small")}, intensities, grant).aid == 450000


def test_sme_networks_get_half_of_the_cost_and_no_more_than_150_thousand():
    """SME networks: three members of 99,999.99 each: 49,999.995 → 50,000.00 each (half a cent up), 150,000.00 in all;
    but 50 % of 299,999.97 are 149,999.985, in whole cents 149,999.98: two of the three give a cent."""
    intensities, grant = of_call("sme-networks-2018")
    members = {each: member("small") for each in (1, 2, 3)}
    found = budget([(each, INDUSTRIAL, "99999.99") for each in members], members, intensities, grant)
    assert (found.reckoned, found.bounds) == (Decimal("149999.98"), ())
    aids = [found.partners[each].aid for each in members]
    assert aids == [Decimal("50000.00"), Decimal("49999.99"), Decimal("49999.99")]
    assert found.aid == Decimal("149999.98")
    # 50 % of 360,000 are 180,000, at most 150,000: 50,000 each.
    found = budget([(each, INDUSTRIAL, "120000.00") for each in members], members, intensities, grant)
    assert [found.partners[each].aid for each in members] == [50000, 50000, 50000]


def test_half_a_cent_goes_up_where_the_whole_has_room_for_it():
    """25: 35 % of 0.10 = 0.035 → 0.04, of 0.04 = 0.014 → 0.01, of 0.07 = 0.0245 → 0.02; of all 0.21 0.0735."""
    cells = [(1, EXPERIMENTAL, "0.10"), (2, EXPERIMENTAL, "0.04"), (3, EXPERIMENTAL, "0.07")]
    found = budget(cells, {partner: member("medium") for partner in (1, 2, 3)}, article_25())
    assert [cell.aid for cell in found.cells] == [Decimal("0.04"), Decimal("0.01"), Decimal("0.02")]


@pytest.mark.parametrize("amounts", [["1250.55"], ["0.01"] * 7, ["0.01", "99999.99", "33.33"], ["10.01", "10.03"]])
def test_roundings_never_ask_for_more_than_the_share_of_the_whole(amounts):
    """1,250.55 × 50 % = 625.275 → 625.28 would be more than 50 %: what the rule itself would refuse."""
    flat = rule("flat_intensity", {"shares": [{"activity": INDUSTRIAL, "share": "0.5"}]})
    lines = [(1, package, "staff", INDUSTRIAL, Decimal(amount)) for package, amount in enumerate(amounts)]
    found = reckon(lines, {1: member("small")}, Intensities([flat], ()), None)
    whole = sum(map(Decimal, amounts)) / 2
    assert whole - Decimal("0.01") < found.aid <= whole
    one = replace(member("small"), cost_by_activity={INDUSTRIAL: found.cost})
    assert flat.check(Party(members=(one,), grant=found.aid)).met is True


def test_an_undeclared_size_is_reckoned_as_large_and_provisional():
    found = budget([(1, INDUSTRIAL, "1000.00")], {1: member(None)}, of_call("call-1")[0])
    assert (found.aid, found.provisional) == (500, False)
    found = budget([(1, INDUSTRIAL, "1000.00")], {1: member(None)}, article_25())
    assert (found.aid, found.provisional) == (500, True)


def test_a_call_that_says_nothing_of_aid_gives_none_and_says_so():
    found = budget([(1, INDUSTRIAL, "1000.00")], {1: member("small")}, Intensities([], ()))
    assert (found.aid, found.stated) == (0, False)


def test_every_step_of_a_share_is_said_and_the_steps_add_up():
    lines = article_25(["collaboration", "dissemination"]).of(member("small"), INDUSTRIAL).lines
    assert [(line.text, line.share) for line in lines] == [
        ("Industrial research, small enterprise", Decimal("0.7")),
        ("Effective collaboration", Decimal("0.15")),
        ("Wide dissemination of the results, or open licences: not added, only one bonus counts", Decimal(0)),
        ("At most 80%", Decimal("-0.05")),
    ]
    assert sum(line.share for line in lines) == Decimal("0.8")


amounts = st.integers(1, 99_999_999).map(lambda cents: Decimal(cents) / 100)
cells = st.tuples(
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from(CostCategory.values),
    st.sampled_from(Activity.values),
    amounts,
)


@settings(max_examples=40)
@given(lines=st.lists(cells, min_size=1, max_size=30, unique_by=lambda cell: cell[:4]), highest=amounts)
def test_whichever_way_the_cells_are_added_up_the_sum_is_the_same(lines, highest):
    members = {1: member("large"), 2: member("micro"), 3: member("medium"), 4: LABORATORY}
    grant = rule("grant", {"highest": str(highest)})
    found = reckon(lines, members, article_25(["collaboration"]), grant)
    assert found.cost == sum(line[4] for line in lines)
    assert found.aid == min(found.reckoned, highest)
    for parts in (found.partners, found.by_category, found.by_activity, found.by_package):
        assert sum(part.cost for part in parts.values()) == found.cost
        assert sum(part.aid for part in parts.values()) == found.aid
    assert all(0 <= cell.aid <= cell.amount for cell in found.cells)


@settings(max_examples=40)
@given(weights=st.lists(amounts, min_size=1, max_size=20), share=st.integers(0, 100))
def test_what_is_shared_out_is_neither_more_nor_less(weights, share):
    whole = (sum(weights) * share / 100).quantize(Decimal("0.01"))
    shared = share_out(whole, weights)
    assert sum(shared) == whole
    assert all(
        abs(part - whole * weight / sum(weights)) < Decimal("0.01")
        for part, weight in zip(shared, weights, strict=True)
    )
